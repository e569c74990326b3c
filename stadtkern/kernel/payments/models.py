"""What is owed and what was paid; the provider's word is fetched, never believed from a redirect."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account


class Payment(models.Model):
    """One amount for one thing; the database allows a single open or paid one per thing."""

    class Status(models.TextChoices):
        OPEN = "OPEN"  # nothing begun at the provider
        STARTED = "STARTED"  # a transaction exists at the provider (XBezahldienste INITIAL)
        PAID = "PAID"  # PAYED
        FAILED = "FAILED"
        CANCELLED = "CANCELLED"
        EXPIRED = "EXPIRED"  # no answer in time; a late one is still fetched

    about = models.CharField(max_length=60)  # "case:17"
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    amount_cents = models.PositiveIntegerField()
    purpose = models.CharField(max_length=27, unique=True)  # Kassenzeichen, XBezahldienste: <= 27 characters
    description = models.CharField(max_length=250)
    items = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    request_id = models.UUIDField(default=uuid.uuid4, unique=True)
    provider = models.CharField(max_length=40, blank=True)
    transaction_id = models.CharField(max_length=100, blank=True)
    redirect_url = models.URLField(max_length=1000, blank=True)
    method = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about"], condition=Q(status__in=["OPEN", "STARTED", "PAID"]), name="payment_one_per_thing"
            ),
        ]
        indexes = [models.Index(fields=["about"], name="payment_about")]

    def __str__(self) -> str:
        return f"payment:{self.pk}"


class DemoTransaction(models.Model):
    """The memory of the demo provider, as a real one keeps it on its own server."""

    transaction_id = models.UUIDField(default=uuid.uuid4, unique=True)
    request_id = models.CharField(max_length=40, unique=True)
    request = models.JSONField()
    status = models.CharField(max_length=10, default="INITIAL")
    method = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.transaction_id}"
