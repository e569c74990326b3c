"""Addresses of participation: each part has its own list; one namespace for all."""

from django.urls import include, path

app_name = "participation"
urlpatterns = [
    path("beteiligung/", include("stadtkern.domains.participation.urls_exchange")),  # before the names of processes
    path("beteiligung/", include("stadtkern.domains.participation.urls_opinion")),
    path("beteiligung/", include("stadtkern.domains.participation.urls_budget")),
    path("beteiligung/", include("stadtkern.domains.participation.urls_civic")),
    path("beteiligung/", include("stadtkern.domains.participation.urls_core")),
    path("maengel/", include("stadtkern.domains.participation.urls_reports")),
    path("open311/", include("stadtkern.domains.participation.urls_open311")),
    path("beteiligung/", include("stadtkern.domains.participation.urls_contest")),
    path("punkte/", include("stadtkern.domains.participation.urls_points")),
    path("beteiligung/", include("stadtkern.domains.participation.urls_consultation")),
    path("beteiligung/", include("stadtkern.domains.participation.urls_survey")),
]
