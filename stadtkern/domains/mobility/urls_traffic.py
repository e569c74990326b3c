"""Addresses below /verkehr/: counts, incidents and plans."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
