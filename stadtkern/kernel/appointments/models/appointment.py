"""Who has which time. The database itself refuses a second one for the same counter and minute, or for the same person."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Company, Mandate
from stadtkern.lib import ids

from .fields import MultiRange
from .owned import owned_by
from .places import Channel, Counter, Matter, Place

LIVE = ("HELD", "BOOKED", "ARRIVED", "CALLED")  # still to come or just going on
TAKES = (*LIVE, "DONE")  # the counter's time is (or was) used


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, actor: Actor, holder: str = "") -> "AppointmentQuerySet":
        """Of the signed-in person, the company or the one acted for; without an account, of this browser."""
        return self.filter(owned_by(actor, holder))

    def live(self) -> "AppointmentQuerySet":
        """Held or booked and not over; a hold whose time is up no longer counts."""
        return self.filter(status__in=LIVE).exclude(status="HELD", held_until__lte=timezone.now())

    def by_code(self, code: str) -> "AppointmentQuerySet":
        """The one behind a link without sign-in; none for a wrong code."""
        return self.filter(code_digest=ids.digest(code), erased_at=None) if 16 <= len(code) <= 64 else self.none()

    def at_place_on(self, place: Place, day: Any) -> "AppointmentQuerySet":
        """What a counter's day shows, in order."""
        return self.filter(place=place, date=day).order_by("starts_at", "counter", "pk")


class Appointment(models.Model):
    """One visit: one counter, one time, one or more persons and matters."""

    class Status(models.TextChoices):
        HELD = "HELD"  # kept while somebody fills in the form, or offered to somebody who waits
        BOOKED = "BOOKED"
        ARRIVED = "ARRIVED"
        CALLED = "CALLED"
        DONE = "DONE"
        MISSED = "MISSED"
        CANCELLED = "CANCELLED"
        EXPIRED = "EXPIRED"  # held and not confirmed in time

    number = models.CharField(max_length=12, unique=True)  # "T-7F3K-9QXM"
    counter = models.ForeignKey(Counter, models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")  # the first one
    matters = models.JSONField(default=list)  # [["personalausweis", 2]]: key, persons
    channel = models.CharField(max_length=10, choices=Channel)
    persons = models.PositiveSmallIntegerField(default=1)
    date = models.DateField()  # in Berlin
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    before = models.PositiveSmallIntegerField(default=0)  # minutes of preparation the counter is also taken
    after = models.PositiveSmallIntegerField(default=0)
    first_cell = models.PositiveSmallIntegerField()  # of Day.free, preparation included
    cells = models.PositiveSmallIntegerField()
    # Worked out by the database from the columns above, so that nothing can be written past the constraint.
    span = models.GeneratedField(
        expression=Func(
            F("counter"), F("starts_at"), F("ends_at"), F("before"), F("after"),
            function="appointments_span", output_field=BigIntegerRangeField(),
        ),
        output_field=BigIntegerRangeField(),
        db_persist=True,
    )  # fmt: skip
    limits = MultiRange(default="{}")  # one point for each matter and person with a limit
    status = models.CharField(max_length=10, choices=Status, default=Status.HELD)
    held_until = models.DateTimeField(null=True, blank=True)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="+")
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="+")
    mandate = models.ForeignKey(Mandate, models.SET_NULL, null=True, blank=True, related_name="+")
    holder = models.CharField(max_length=64, blank=True)  # key of the browser that holds it
    name = models.CharField(max_length=200, blank=True)
    names = models.JSONField(default=list, blank=True)  # of the further persons
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=5, default="de")  # of letters to a guest
    about = models.CharField(max_length=60, blank=True)  # "case:17"
    seed = models.CharField(max_length=22, blank=True)  # the code of the link is worked out from it and the city's secret
    code_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    sequence = models.PositiveIntegerField(default=0)  # counts changes, for calendars
    created_at = models.DateTimeField(default=timezone.now)
    booked_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    called_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # cancelled, missed or expired
    erased_at = models.DateTimeField(null=True, blank=True)  # the person is gone, the figures stay

    objects: ClassVar[AppointmentQuerySet] = AppointmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="appointment_no_double", expressions=[("span", "&&")], condition=Q(status__in=TAKES), index_type="GIST"
            ),
            ExclusionConstraint(
                name="appointment_limit", expressions=[("limits", "&&")], condition=Q(status__in=LIVE), index_type="GIST"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_forward"),
            models.CheckConstraint(condition=~Q(status="HELD") | Q(held_until__isnull=False), name="appointment_held_until"),
        ]
        indexes = [
            models.Index(fields=["counter", "date"], name="appointment_day"),
            models.Index(fields=["place", "date"], name="appointment_place"),
            models.Index(fields=["account", "-id"], name="appointment_account"),
            models.Index(fields=["holder"], name="appointment_holder", condition=Q(status="HELD")),
            models.Index(fields=["about"], name="appointment_about", condition=~Q(about="")),
            models.Index(fields=["held_until"], name="appointment_due", condition=Q(status="HELD")),
        ]

    def __str__(self) -> str:
        return f"appointment:{self.pk}"

    @property
    def minutes(self) -> int:
        """What the resident is told: without preparation."""
        return int((self.ends_at - self.starts_at) / timedelta(minutes=1))

    def is_live(self, now: datetime | None = None) -> bool:
        """Whether it still stands."""
        lapsed = self.status == "HELD" and self.held_until is not None and self.held_until <= (now or timezone.now())
        return self.status in LIVE and not lapsed
