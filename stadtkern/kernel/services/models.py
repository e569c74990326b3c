"""Editions: what a service said on the day somebody began an application."""

from django.db import models
from django.utils import timezone


class Edition(models.Model):
    """The files of a service folder as published; written when the first application is begun on them."""

    service = models.CharField(max_length=100)  # service key = folder name
    digest = models.CharField(max_length=64)  # SHA-256 over all files and the city's overlay
    files = models.JSONField()  # file name -> text
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "digest"], name="edition_once")]

    def __str__(self) -> str:
        return f"{self.service}@{self.digest[:8]}"
