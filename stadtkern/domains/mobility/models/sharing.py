"""What somebody has reserved of a sharing provider. The provider's word counts; here stands what it said last."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account

OPEN = ("ASKED", "HELD")


class RideQuerySet(models.QuerySet["Ride"]):
    def open(self) -> "RideQuerySet":
        """Asked for or held."""
        return self.filter(state__in=OPEN)

    def due(self, now: datetime) -> "RideQuerySet":
        """Held, and the time is over."""
        return self.filter(state__in=OPEN, until__lte=now)


class Ride(models.Model):
    """A reserved vehicle: asked for, held for minutes, then cancelled, expired or begun."""

    class State(models.TextChoices):
        ASKED = "ASKED"  # sent; no answer yet
        HELD = "HELD"
        CANCELLED = "CANCELLED"
        EXPIRED = "EXPIRED"
        REFUSED = "REFUSED"

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    provider = models.CharField(max_length=40)
    vehicle = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    place = models.CharField(max_length=160, blank=True)
    booking = models.CharField(max_length=80, blank=True)  # the provider's number
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    until = models.DateTimeField(null=True, blank=True)
    once = models.UUIDField(unique=True)  # our number of the order: the provider gets it as well
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[RideQuerySet] = RideQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(state__in=OPEN), name="ride_one_each"),
            models.UniqueConstraint(fields=["provider", "vehicle"], condition=Q(state__in=OPEN), name="ride_one_vehicle"),
        ]
        indexes = [models.Index(fields=["until"], name="ride_due", condition=Q(state__in=OPEN))]

    def __str__(self) -> str:
        return f"ride:{self.pk}"
