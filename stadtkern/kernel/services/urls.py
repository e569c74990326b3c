"""Addresses of the catalogue."""

from django.urls import path

from . import views

app_name = "services"
urlpatterns = [
    path("", views.index, name="list"),
    path("<slug:key>/", views.page, name="page"),
    path("<slug:key>/formular.pdf", views.blank, name="blank"),
]
