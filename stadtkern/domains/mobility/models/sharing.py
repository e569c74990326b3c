"""A shared vehicle somebody has reserved, drives, or has driven. The provider's word counts; here stands what it said last."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account

OPEN = ("ASKED", "HELD", "RIDING", "PAUSED", "ENDING")
UNSETTLED = (*OPEN, "ENDED")
LATE = timedelta(days=7)  # without a bill: somebody should call the provider


class RideQuerySet(models.QuerySet["Ride"]):
    def open(self) -> "RideQuerySet":
        """Asked for, held or under way: one of each person."""
        return self.filter(state__in=OPEN)

    def due(self, now: datetime) -> "RideQuerySet":
        """The provider is to be asked about them now."""
        return self.filter(state__in=UNSETTLED, look_at__lte=now).order_by("look_at")

    def unclear(self, now: datetime) -> "RideQuerySet":
        """A clerk is to look: a bill nobody believes, none for a week, or charged to nobody though somebody could pay."""
        late = Q(state="ENDED") & (Q(held_cents__isnull=False) | Q(ended_at__lt=now - LATE))
        return self.filter(late | Q(state="UNBILLED"), account__isnull=False, closed_at=None).order_by("ended_at", "pk")

    def visible_to(self, actor: Actor) -> "RideQuerySet":
        """One's own; nobody acts for others here."""
        own = actor.account if actor.account and not actor.company and not actor.mandate else None
        return self.filter(account=own) if own else self.none()


class Ride(models.Model):
    """One ride from the order to the bill."""

    class State(models.TextChoices):
        ASKED = "ASKED"  # sent; no answer yet
        HELD = "HELD"
        CANCELLED = "CANCELLED"
        EXPIRED = "EXPIRED"
        REFUSED = "REFUSED"
        RIDING = "RIDING"
        PAUSED = "PAUSED"
        ENDING = "ENDING"  # the provider is still checking how the vehicle stands
        ENDED = "ENDED"  # over; the provider has not billed it yet
        BILLED = "BILLED"
        UNBILLED = "UNBILLED"  # no bill came, or nobody is there any more to pay it: nothing is charged

    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    provider = models.CharField(max_length=40)
    vehicle = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    place = models.CharField(max_length=160, blank=True)
    booking = models.CharField(max_length=80, blank=True)  # the provider's number of the offer and the booking
    leg = models.CharField(max_length=80, blank=True)  # the provider's number of the ride
    fare = models.JSONField(default=list)  # as it was offered: rows of sharing.prices.Part
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    asked = models.CharField(max_length=10, blank=True)  # SET_IN_USE, PAUSE, FINISH: sent, and no answer yet
    until = models.DateTimeField(null=True, blank=True)
    once = models.UUIDField(unique=True)  # of the form: two clicks are one order
    at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_seconds = models.PositiveIntegerField(default=0)
    finish_sent_at = models.DateTimeField(null=True, blank=True)  # when the person first ended it, whatever the provider said
    ended_at = models.DateTimeField(null=True, blank=True)
    by_provider = models.BooleanField(default=False)  # the provider ended it, not the person
    bill = models.JSONField(default=dict)  # lines, seconds, fare, left_out, as the provider's journal said them
    cents = models.IntegerField(null=True, blank=True)  # what it cost
    held_cents = models.PositiveIntegerField(null=True, blank=True)  # of a bill so high that a person is to ask the provider
    meant_cents = models.PositiveIntegerField(null=True, blank=True)  # of that bill, once the provider said it is meant
    closed_at = models.DateTimeField(null=True, blank=True)  # a clerk has done with it: nothing is charged
    look_at = models.DateTimeField(null=True, blank=True)  # then we ask the provider again

    objects: ClassVar[RideQuerySet] = RideQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(state__in=OPEN), name="ride_one_each"),
            models.UniqueConstraint(
                fields=["provider", "vehicle"],
                condition=Q(state__in=OPEN) & ~Q(vehicle__startswith="station:"),
                name="ride_one_vehicle",
            ),
        ]
        indexes = [
            models.Index(fields=["look_at"], name="ride_due", condition=Q(look_at__isnull=False)),
            models.Index(fields=["account", "-id"], name="ride_account"),
        ]

    def __str__(self) -> str:
        return f"ride:{self.pk}"

    @property
    def about(self) -> str:
        return str(self)

    @property
    def company_id(self) -> None:
        """People ride for themselves."""
        return
