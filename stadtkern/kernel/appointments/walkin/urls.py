"""Public addresses of the waiting room, in the namespace of the appointments."""

from django.urls import path

from . import views

urlpatterns = [
    path("wartenummer/<slug:place>/", views.kiosk, name="kiosk"),
    path("wartenummer/<slug:place>/ziehen/", views.draw, name="draw"),
    path("nummer/<str:code>/", views.ticket, name="ticket"),
    path("nummer/<str:code>/stand/", views.ticket_state, name="ticket_state"),
    path("nummer/<str:code>/zurueckgeben/", views.give_back, name="give_back"),
    path("aufruf/<slug:place>/", views.display, name="display"),
    path("aufruf/<slug:place>/stand/", views.display_state, name="display_state"),
    path("geraet/<str:secret>/", views.become_kiosk, name="become_kiosk"),
]
