"""Addresses below /teilen/: vehicles to share, garages, charging points."""

from django.urls import URLPattern, URLResolver, path

from .sharing import mine, pages, unclear

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.near, name="sharing"),
    path("punkte.json", pages.points, name="sharing_points"),
    path("reservieren/", pages.reserve, name="ride_reserve"),
    path("ohne-rechnung/", unclear.listing, name="rides_unclear"),
    path("ohne-rechnung/<int:pk>/", unclear.settle, name="ride_settle"),
    path("meine/", mine.mine, name="rides"),
    path("meine/<int:pk>/", mine.ride, name="ride"),
    path("meine/<int:pk>/absagen/", mine.cancel, name="ride_cancel"),
    path("meine/<int:pk>/entsperren/", mine.unlock, name="ride_unlock"),
    path("meine/<int:pk>/pause/", mine.pause, name="ride_pause"),
    path("meine/<int:pk>/beenden/", mine.finish, name="ride_finish"),
]
