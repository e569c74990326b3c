"""Addresses below /teilen/: vehicles to share, garages, charging points."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
