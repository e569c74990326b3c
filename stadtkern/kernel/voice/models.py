"""Talks that are going on. They hold words, a name and a number for at most an hour; sound is never kept."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

KEEP = timedelta(hours=1)


class Door(models.TextChoices):
    """Where somebody talks to us."""

    BROWSER = "browser"
    PHONE = "phone"


class Conversation(models.Model):
    """One talk. It belongs to whoever has its secret (session of the browser, id of the call); no account is stored."""

    key = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret
    door = models.CharField(max_length=10, choices=Door)
    state = models.JSONField(default=dict)
    begun_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["touched_at"], name="conversation_touched")]

    def __str__(self) -> str:
        return f"conversation:{self.pk}"

    @property
    def over(self) -> bool:
        """Too old to go on, whether or not the clock has come by."""
        return self.touched_at < timezone.now() - KEEP
