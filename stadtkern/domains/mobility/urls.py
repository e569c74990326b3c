"""Addresses of mobility: each part has its own list; one namespace for all."""

from django.urls import include, path

app_name = "mobility"
urlpatterns = [
    path("mobility/", include("stadtkern.domains.mobility.urls_parking")),
    path("mobil/tickets/", include("stadtkern.domains.mobility.urls_tickets")),
    path("mobil/", include("stadtkern.domains.mobility.urls_trips")),
    path("verkehr/", include("stadtkern.domains.mobility.urls_traffic")),
    path("teilen/", include("stadtkern.domains.mobility.urls_sharing")),
]
