"""Pages of the portal."""

from django.urls import path

from . import views

app_name = "portal"
urlpatterns = [
    path("", views.start, name="start"),
    path("meine-stadt/", views.my_city, name="my_city"),
]
