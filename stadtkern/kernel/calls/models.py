"""A call, its two seats, and what the two browsers still have to tell each other. Nothing of what is said."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.appointments.models import Appointment


class Role(models.TextChoices):
    """Who may sit in a call; there is no third."""

    CITIZEN = "CITIZEN"
    STAFF = "STAFF"

    @property
    def other(self) -> "Role":
        return Role.STAFF if self == Role.CITIZEN else Role.CITIZEN


class Call(models.Model):
    """One video appointment as it went: times, and whether it was relayed. Deleted after 90 days (actions.forget_due)."""

    class EndedBy(models.TextChoices):
        STAFF = "STAFF"
        CLOCK = "CLOCK"  # nobody ended it
        CANCELLED = "CANCELLED"  # the appointment was

    appointment = models.OneToOneField(Appointment, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    agreed_at = models.DateTimeField(null=True, blank=True)  # the citizen had read what happens with the data
    opened_at = models.DateTimeField(null=True, blank=True)  # the citizen was let in
    connected_at = models.DateTimeField(null=True, blank=True)
    relayed = models.BooleanField(null=True, blank=True)  # None: no connection yet
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=10, choices=EndedBy, blank=True)
    noted_at = models.DateTimeField(null=True, blank=True)
    # What the clerk wrote at the end, sealed, for the seconds until the file has it.
    note = models.BinaryField(default=bytes)

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="call_age"),
            models.Index(fields=["created_at", "id"], name="call_running", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"call:{self.pk}"


class SeatQuerySet(models.QuerySet["Seat"]):
    def of(self, appointment: int, role: str, holder: str) -> "SeatQuerySet":
        """The seat this browser sits on; empty for everybody else."""
        return self.filter(call__appointment=appointment, role=role, holder=holder)


class Seat(models.Model):
    """One side of a call and the browser that sits on it. The database has room for two."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="seats")
    role = models.CharField(max_length=10, choices=Role)
    holder = models.CharField(max_length=64)  # digest of the browser's secret; empty: the seat is free
    staff = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")
    epoch = models.PositiveIntegerField(default=0)  # grows with every coming in: a page loaded again is a new beginning
    agreed_at = models.DateTimeField(null=True, blank=True)
    ready = models.BooleanField(default=False)  # camera and microphone are chosen, on the page as it is now
    waiting_at = models.DateTimeField(null=True, blank=True)  # since when
    let_in_at = models.DateTimeField(null=True, blank=True)  # by the clerk; only for this holder
    seen_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveIntegerField(default=0)  # requests since `counted_at`, for the brake
    counted_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[SeatQuerySet] = SeatQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "role"], name="seat_once"),
            models.CheckConstraint(condition=Q(role__in=["CITIZEN", "STAFF"]), name="seat_of_two"),
        ]

    def __str__(self) -> str:
        return f"seat:{self.pk}"


class Signal(models.Model):
    """One line from browser to browser: offer, answer, or a way to be reached. Gone when fetched, at the latest at the end.

    Addresses of networks stand in it, so the table is not written to the log of the database either (unlogged).
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="signals")
    sender = models.CharField(max_length=10, choices=Role)
    epoch = models.PositiveIntegerField()  # of the sender
    to_epoch = models.PositiveIntegerField()  # meant for the other side as it was then, and for no later one
    seq = models.PositiveIntegerField()  # the sender's number: the same line twice is one line
    body = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "sender", "epoch", "seq"], name="signal_once")]

    def __str__(self) -> str:
        return f"signal:{self.pk}"
