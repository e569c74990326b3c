"""Addresses of wishes said or typed, below /terminwunsch/."""

from django.urls import path

from . import views

app_name = "voice"
urlpatterns = [
    path("", views.wish, name="wish"),
    path("neu/", views.restart, name="restart"),
    path("aufnahme/", views.record, name="record"),
    path("telefon/", views.telephone, name="telephone"),
]
