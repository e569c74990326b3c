"""Plates that somebody holds or has reserved; the database gives each to one person at a time."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account

LIVE = ("HELD", "RESERVED", "ASSIGNED")


class PlateQuerySet(models.QuerySet["Plate"]):
    def live(self) -> "PlateQuerySet":
        """Not to be given to anybody else."""
        return self.filter(status__in=LIVE)

    def due(self, now: datetime) -> "PlateQuerySet":
        """Their time is over."""
        return self.filter(status__in=("HELD", "RESERVED"), until__lte=now)


class Plate(models.Model):
    """One plate for one person: held for minutes while the form is filled, reserved for the application, then assigned."""

    class Status(models.TextChoices):
        HELD = "HELD"
        RESERVED = "RESERVED"
        ASSIGNED = "ASSIGNED"  # the vehicle bears it
        ENDED = "ENDED"

    plate = models.CharField(max_length=12)  # as lib.plates.normal writes it
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    about = models.CharField(max_length=60, blank=True)  # "case:17"
    status = models.CharField(max_length=8, choices=Status, default=Status.HELD)
    until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[PlateQuerySet] = PlateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plate"], condition=Q(status__in=LIVE), name="plate_one_holder"),
            models.UniqueConstraint(
                fields=["about"], condition=Q(status__in=["RESERVED", "ASSIGNED"]) & ~Q(about=""), name="plate_one_per_case"
            ),
        ]
        indexes = [models.Index(fields=["until"], name="plate_due", condition=Q(status__in=["HELD", "RESERVED"]))]

    def __str__(self) -> str:
        return f"plate:{self.pk}"
