"""Addresses below /teilen/: vehicles to share, garages, charging points."""

from django.urls import URLPattern, URLResolver, path

from .sharing import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.near, name="sharing"),
    path("punkte.json", pages.points, name="sharing_points"),
    path("reservieren/", pages.reserve, name="ride_reserve"),
    path("meine/", pages.mine, name="rides"),
    path("meine/<int:pk>/absagen/", pages.cancel, name="ride_cancel"),
]
