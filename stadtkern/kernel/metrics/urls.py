"""Addresses below /kennzahlen/."""

from django.urls import path

from . import files, views

app_name = "metrics"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("kennzahlen.csv", files.as_csv, name="csv"),
    path("kennzahlen.json", files.as_json, name="json"),
    path("<slug:department>/<slug:name>/", views.one, name="one"),
    path("<slug:department>/<slug:name>/ziel/", views.target, name="target"),
]
