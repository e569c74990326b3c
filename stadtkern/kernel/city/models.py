"""Offices of the city and of the authorities above it."""

from django.db import models


class Authority(models.TextChoices):
    CITY = "city"
    DISTRICT = "district"
    STATE = "state"
    FEDERAL = "federal"


class Office(models.Model):
    """A competent authority (zuständige Stelle); services name it by its key."""

    key = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    authority = models.CharField(max_length=10, choices=Authority, default=Authority.CITY)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    about = models.TextField(blank=True)
    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=5, blank=True)
    town = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    # {"mon": [["08:00", "12:00"], ["14:00", "18:00"]], ...}; a missing day is closed.
    hours = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
