"""Parking permits the city has given out."""

import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone

from .holder import Held, HeldQuerySet


class ParkingPermitQuerySet(HeldQuerySet["ParkingPermit"]):
    def valid_on(self, day: datetime.date) -> "ParkingPermitQuerySet":
        """Not revoked, and within its time on that day."""
        return self.filter(revoked_at=None, valid_from__lte=day, valid_until__gte=day)


class ParkingPermit(Held):
    """One vehicle may park in one zone; given by a case, ended by time or by revocation."""

    number = models.CharField(max_length=30, unique=True)
    plate = models.CharField(max_length=12, db_index=True)  # as `lib.plates.normal` writes it
    zone = models.CharField(max_length=30)
    valid_from = models.DateField()
    valid_until = models.DateField()
    about = models.CharField(max_length=60, blank=True)  # "case:17"
    document_number = models.CharField(max_length=40, blank=True)
    entered_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=300, blank=True)

    objects: ClassVar[ParkingPermitQuerySet] = ParkingPermitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Held.Meta):
        abstract = False
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Held.Meta.constraints,
            models.CheckConstraint(condition=models.Q(valid_until__gte=models.F("valid_from")), name="permit_time"),
            models.UniqueConstraint(
                fields=["about", "plate"], condition=models.Q(revoked_at=None) & ~models.Q(about=""), name="permit_once"
            ),
        ]

    def __str__(self) -> str:
        return f"parking_permit:{self.pk}"
