"""Papers that are made elsewhere: one row per identity card or passport on its way."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.cases.models import Case


class OrderQuerySet(models.QuerySet["Order"]):
    def of_office(self, staff: Staff) -> "OrderQuerySet":
        """Orders whose case this clerk may open."""
        return self.filter(case__in=Case.objects.of_office(staff))

    def due(self, now: datetime) -> "OrderQuerySet":
        """Orders the maker is to be asked about again."""
        return self.filter(next_check_at__lte=now).order_by("next_check_at")


class Order(models.Model):
    """One document ordered from its maker (Bundesdruckerei) for one case; states as the maker and the office tell them."""

    class Status(models.TextChoices):
        WANTED = "WANTED"  # accepted at the counter, the order has not reached the maker yet
        ORDERED = "ORDERED"
        IN_PRODUCTION = "IN_PRODUCTION"
        SENT = "SENT"  # on its way to the office
        REJECTED = "REJECTED"  # the maker cannot make it like this (picture, data): to be put right and ordered again
        ARRIVED = "ARRIVED"  # in the office
        READY = "READY"  # waits at the counter or in the locker
        COLLECTED = "COLLECTED"

    class PickUp(models.TextChoices):
        COUNTER = "counter"
        LOCKER = "locker"

    case = models.OneToOneField(Case, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)  # what [decision] handover of the service says
    express = models.BooleanField(default=False)
    pick_up = models.CharField(max_length=10, choices=PickUp, default=PickUp.COUNTER)
    status = models.CharField(max_length=20, choices=Status, default=Status.WANTED)
    attempt = models.PositiveSmallIntegerField(default=1)  # grows when it is ordered again
    number = models.CharField(max_length=40, unique=True)  # ours, the same at every try: the maker knows a repetition by it
    reason = models.CharField(max_length=300, blank=True)  # why the maker rejected it, in its words
    last_error = models.CharField(max_length=300, blank=True)
    accepted_at = models.DateTimeField(default=timezone.now)
    ordered_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)  # production began
    sent_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    collect_until = models.DateField(null=True, blank=True)  # in the locker
    collected_at = models.DateTimeField(null=True, blank=True)
    by_hand = models.BooleanField(default=False)  # no maker is connected: clerks enter the states
    next_check_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[OrderQuerySet] = OrderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["next_check_at"], name="order_due", condition=Q(next_check_at__isnull=False)),
            models.Index(fields=["status", "id"], name="order_status"),
        ]

    def __str__(self) -> str:
        return f"order:{self.pk}"
