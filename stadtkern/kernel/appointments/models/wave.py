"""A release wave of a contested matter, and who stands in its queue."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account

from .places import Matter

QUEUE_LASTS = timedelta(hours=12)  # then what is left may be booked by everybody, as other times


class WaveQuerySet(models.QuerySet["Wave"]):
    def listed(self, now: datetime) -> "WaveQuerySet":
        """For residents: today's and the next ones, soonest first."""
        rows = self.filter(opens_at__gt=now - QUEUE_LASTS, matter__active=True)
        return rows.select_related("matter").order_by("opens_at", "id")

    def current(self, now: datetime) -> "WaveQuerySet":
        """Those residents have to queue for: one may line up already, their times are not gone and their day not over."""
        return self.filter(queue_from__lte=now, opens_at__gt=now - QUEUE_LASTS, gone_at=None).order_by("opens_at", "pk")


class Wave(models.Model):
    """The moment at which contested times open. Who waits then is drawn by lot; who comes later stands behind."""

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="+")
    opens_at = models.DateTimeField()
    queue_from = models.DateTimeField()  # one may line up from then on
    first = models.DateField()  # the days that open
    last = models.DateField()
    rate = models.FloatField(default=600)  # people who are called each second
    paused = models.BooleanField(default=False)  # nobody is called or served; places stay
    paused_at = models.DateTimeField(null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    calls_at = models.DateTimeField(null=True, blank=True)  # the first place books from then on
    drawn = models.PositiveIntegerField(default=0)  # people who were drawn
    joined = models.PositiveIntegerField(default=0)  # last place given away
    slots = models.PositiveIntegerField(default=0)  # times there were at the drawing
    called = models.PositiveIntegerField(default=0)  # everybody up to this place has a turn
    turns: Any = models.JSONField(default=list)  # [[place, seconds since 1970]]: up to this place, called at
    stepped_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)  # the last time was given

    objects: ClassVar[WaveQuerySet] = WaveQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["opens_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["matter", "opens_at"], name="wave_once"),
            models.CheckConstraint(condition=Q(rate__gte=1), name="wave_rate"),
        ]

    def __str__(self) -> str:
        return f"wave:{self.pk}"


class Ticket(models.Model):
    """A place in the queue of a wave: one per account. Deleted a week later."""

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    lot = models.BigIntegerField()  # drawn when joining; the order of those who waited before the opening
    place = models.PositiveIntegerField(null=True, blank=True)  # known from the drawing on
    moved_to = models.PositiveIntegerField(null=True, blank=True)  # the place behind, after a turn that was not used
    network = models.CharField(max_length=16, blank=True)  # keyed digest of the network, different for each wave
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wave", "account"], name="ticket_once")]
        indexes = [
            models.Index(fields=["wave", "place"], name="ticket_place"),
            models.Index(fields=["wave", "network"], name="ticket_network"),
        ]

    def __str__(self) -> str:
        return f"ticket:{self.pk}"
