"""Public addresses of the waiting room, below /wartezimmer/."""

from django.urls import path

from . import views

app_name = "walkin"
urlpatterns = [
    path("<slug:place>/nummer/", views.kiosk, name="kiosk"),
    path("<slug:place>/nummer/ziehen/", views.draw, name="draw"),
    path("n/<str:code>/", views.ticket, name="ticket"),
    path("n/<str:code>/stand/", views.ticket_state, name="ticket_state"),
    path("n/<str:code>/zurueckgeben/", views.give_back, name="give_back"),
    path("<slug:place>/aufruf/", views.display, name="display"),
    path("<slug:place>/aufruf/stand/", views.display_state, name="display_state"),
    path("g/<str:secret>/", views.become_kiosk, name="become_kiosk"),
]
