"""Addresses below /mobility/: parking permits and number plates."""

from django.urls import path

from .parking import control, desk
from .plates import pages

urlpatterns = [
    path("kennzeichen/", pages.search, name="plates"),
    path("kennzeichen/festhalten/", pages.keep, name="plate_keep"),
    path("kennzeichen/<int:pk>/freigeben/", pages.release, name="plate_release"),
    path("parken/ausweise/", desk.permits, name="permits"),
    path("parken/ausweise/<str:number>/", desk.permit, name="permit"),
    path("parken/kontrolle/", control.control, name="control"),
    path("parken/kontrolle/liste.json", control.listing, name="listing"),
    path("parken/kontrolle/sw.js", control.worker, name="worker"),
    path("parken/kontrolle/app.webmanifest", control.manifest, name="manifest"),
]
