"""Addresses below /karte/."""

from django.urls import path

from . import views

app_name = "geo"
urlpatterns = [
    path("adressen.json", views.find, name="find"),
    path("<slug:name>.geojson", views.layer, name="layer"),
]
