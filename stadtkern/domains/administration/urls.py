"""Addresses of the department, below /verwaltung/."""

from django.urls import path

from stadtkern.kernel.cases import address  # noqa: F401  the converter "reference"

from .papers import desk

app_name = "administration"
urlpatterns = [
    path("ausweise/", desk.overview, name="papers"),
    path("ausweise/<reference:reference>/", desk.paper, name="paper"),
    path("ausweise/<reference:reference>/tun/", desk.act, name="paper_act"),
]
