"""Who would like an earlier or any time, in the order of joining, and what was offered to them."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Company, Mandate
from stadtkern.lib import ids

from .appointment import Appointment
from .owned import owned_by
from .places import Channel


class WaitingQuerySet(models.QuerySet["Waiting"]):
    def visible_to(self, actor: Actor, holder: str = "") -> "WaitingQuerySet":
        """As with appointments: of the person, the company or the one acted for; without an account, of this browser."""
        return self.filter(owned_by(actor, holder))

    def by_code(self, code: str) -> "WaitingQuerySet":
        """The one behind a link without sign-in; none for a wrong code."""
        return self.filter(code_digest=ids.digest(code)) if 16 <= len(code) <= 64 else self.none()


class Waiting(models.Model):
    """An entry of the waiting list (Warteliste)."""

    class Status(models.TextChoices):
        WAITING = "WAITING"
        OFFERED = "OFFERED"  # `offer` is held for them
        TAKEN = "TAKEN"  # said yes
        LEFT = "LEFT"
        OVER = "OVER"  # the last day they wished for has passed

    matters = models.JSONField(default=list)  # [["personalausweis", 2]]
    channel = models.CharField(max_length=10, choices=Channel)
    places = ArrayField(models.BigIntegerField(), default=list)  # empty: any
    first = models.DateField()
    last = models.DateField()
    after = models.TimeField(null=True, blank=True)
    before = models.TimeField(null=True, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list)  # empty: any
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="+")
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="+")
    mandate = models.ForeignKey(Mandate, models.SET_NULL, null=True, blank=True, related_name="+")
    holder = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=5, default="de")
    about = models.CharField(max_length=60, blank=True)
    limit_key = models.CharField(max_length=80)  # one waits once for the same matter
    offer = models.OneToOneField(Appointment, models.SET_NULL, null=True, blank=True, related_name="+")
    replaces = models.ForeignKey(
        Appointment, models.SET_NULL, null=True, blank=True, related_name="+"
    )  # given up for the offer
    declined = models.JSONField(default=list)  # ["2026-12-01T08:00:00+01:00"]: not offered again
    unanswered = models.PositiveSmallIntegerField(default=0)  # offers that ran out, one after the other
    seed = models.CharField(max_length=22, blank=True)
    code_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    joined_at = models.DateTimeField(default=timezone.now)
    offered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[WaitingQuerySet] = WaitingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="waiting_forward"),
            models.UniqueConstraint(fields=["limit_key"], condition=Q(status__in=["WAITING", "OFFERED"]), name="waiting_once"),
            models.CheckConstraint(condition=~Q(status="OFFERED") | Q(offer__isnull=False), name="waiting_offer"),
        ]
        indexes = [
            models.Index(fields=["joined_at", "id"], name="waiting_queue", condition=Q(status="WAITING")),
            models.Index(fields=["account", "-id"], name="waiting_account"),
        ]

    def __str__(self) -> str:
        return f"waiting:{self.pk}"
