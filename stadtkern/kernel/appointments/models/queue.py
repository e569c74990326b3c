"""Who is in the waiting room, with a ticket or an appointment, who was called where; and what an hour has been like."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.lib import ids

from .appointment import Appointment
from .places import Counter, Matter, Place


class VisitQuerySet(models.QuerySet["Visit"]):
    def today(self, place: Place) -> "VisitQuerySet":
        """Everybody who came to this place today."""
        return self.filter(place=place, date=timezone.localdate())

    def waiting(self) -> "VisitQuerySet":
        return self.filter(status=Visit.Status.WAITING)

    def by_code(self, code: str) -> "VisitQuerySet":
        """The ticket behind the address on the QR code."""
        return self.filter(code_digest=ids.digest(code)) if 16 <= len(code) <= 64 else self.none()


class Visit(models.Model):
    """Somebody who is there. A ticket holds nothing about the person; an appointment's visit points to it."""

    class Kind(models.TextChoices):
        TICKET = "TICKET"
        APPOINTMENT = "APPOINTMENT"

    class Status(models.TextChoices):
        WAITING = "WAITING"
        CALLED = "CALLED"  # and being served
        DONE = "DONE"
        MISSED = "MISSED"  # called, and nobody came
        LEFT = "LEFT"  # gave the ticket back

    place = models.ForeignKey(Place, models.CASCADE, related_name="+")
    date = models.DateField()
    kind = models.CharField(max_length=12, choices=Kind)
    number = models.PositiveSmallIntegerField(null=True)  # of a ticket, counted per place and day
    label = models.CharField(max_length=12)  # what the display calls: "017", "T 9QXM"
    appointment = models.OneToOneField(Appointment, models.SET_NULL, null=True, blank=True, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    due_at = models.DateTimeField(null=True, blank=True)  # time of the appointment, as long as it goes before tickets
    came_at = models.DateTimeField(default=timezone.now)
    target = models.ForeignKey(Counter, models.SET_NULL, null=True, blank=True, related_name="+")  # sent on to this one
    counter = models.ForeignKey(Counter, models.SET_NULL, null=True, blank=True, related_name="+")  # called there
    called_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)  # called, or called again
    recalls = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    code_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)

    objects: ClassVar[VisitQuerySet] = VisitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "date", "number"], name="visit_number_once"),
            # One counter serves one visit, and a visit has one counter: no two clerks call the same ticket.
            models.UniqueConstraint(fields=["counter"], condition=Q(status="CALLED"), name="visit_one_per_counter"),
            models.CheckConstraint(
                condition=~Q(status="CALLED") | Q(called_at__isnull=False, counter__isnull=False), name="visit_called_where"
            ),
            models.CheckConstraint(condition=Q(kind="APPOINTMENT") | Q(number__isnull=False), name="visit_has_number"),
        ]
        indexes = [
            models.Index(fields=["place", "date", "status"], name="visit_room"),
        ]

    def __str__(self) -> str:
        return f"visit:{self.pk}"


class Tickets(models.Model):
    """The last ticket number of a place and day; locked while the next one is drawn."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="+")
    date = models.DateField()
    last = models.PositiveSmallIntegerField(default=0)
    closed = models.BooleanField(default=False)  # the clerks have ended the day for tickets

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "date"], name="tickets_once")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.date} {self.last}"


class Kiosk(models.Model):
    """A device that draws tickets at a place. Once a place has one, other browsers draw none there."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="+")
    title = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)  # of the secret in the device's cookie
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"kiosk:{self.pk}"


class LoadHour(models.Model):
    """One hour of one place in figures, counted the night after; nothing in it is about anybody."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="+")
    date = models.DateField()
    hour = models.PositiveSmallIntegerField()
    booked = models.PositiveIntegerField(default=0)  # appointments that began in this hour and were not called off
    missed = models.PositiveIntegerField(default=0)  # of those, nobody came
    tickets = models.PositiveIntegerField(default=0)  # drawn in this hour
    gone = models.PositiveIntegerField(default=0)  # of those, given back or not there when called
    waited = models.PositiveIntegerField(default=0)  # visits that were called, and how long they had waited together
    wait_seconds = models.PositiveIntegerField(default=0)
    served = models.PositiveIntegerField(default=0)  # visits that were finished, and how long they took together
    service_seconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["date", "hour"]
        constraints = [models.UniqueConstraint(fields=["place", "date", "hour"], name="load_hour_once")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.date} {self.hour}"

    @property
    def people(self) -> int:
        """Who came: tickets and kept appointments."""
        return self.tickets + self.booked - self.missed
