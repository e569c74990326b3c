"""Addresses below /mobil/tickets/: tickets of public transport."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
