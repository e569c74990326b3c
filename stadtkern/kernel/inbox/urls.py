"""Pages of the post box, below /post/."""

from django.urls import path

from . import views

app_name = "inbox"
urlpatterns = [
    path("", views.overview, name="list"),
    path("<int:pk>/", views.show, name="message"),
    path("betrieb/", views.operate, name="operate"),
]
