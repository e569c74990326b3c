"""What is owed and what was paid; the provider's word is fetched, never believed from a redirect."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Company, Mandate

from .models_bank import BankFile, BankLine, BankOrder, Collection, DebitMandate, Disbursement, Intake, Payout, Statement
from .models_cash import DayClosing, Export, Release
from .models_dunning import Dunning, DunningStop
from .models_ledger import Entry, Instalment, Memo, Position, Posting, Receivable, ReceivableQuerySet

__all__ = [
    "BankFile",
    "BankLine",
    "BankOrder",
    "Collection",
    "DayClosing",
    "DebitMandate",
    "Disbursement",
    "Dunning",
    "DunningStop",
    "Entry",
    "Export",
    "Instalment",
    "Intake",
    "Memo",
    "Payment",
    "PaymentQuerySet",
    "Payout",
    "Position",
    "Posting",
    "Receivable",
    "ReceivableQuerySet",
    "Release",
    "Statement",
]


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, actor: Actor) -> "PaymentQuerySet":
        """Payments of the signed-in person (or the company acted for) and of this browser's anonymous drafts."""
        own = Q(pk__in=[])
        if actor.account:
            own = Q(company=actor.company) if actor.company else Q(account=actor.account, company=None)
        if actor.mandate:
            own = Q(mandate=actor.mandate.pk)
        if actor.draft_keys:
            own |= Q(account=None, company=None, draft_key__in=actor.draft_keys)
        return self.filter(own)

    def of(self, about: str) -> "PaymentQuerySet":
        """All attempts for one thing, newest first."""
        return self.filter(about=about).order_by("-pk")

    def due(self, now: datetime) -> "PaymentQuerySet":
        """Attempts whose transaction at the provider is to be asked about again."""
        return self.filter(next_check_at__lte=now).order_by("next_check_at")

    def to_refund(self) -> "PaymentQuerySet":
        """Money that came in although nothing was owed (any more)."""
        return self.filter(status=Payment.Status.SURPLUS, refunded_at=None).order_by("pk")

    def unanswered(self) -> "PaymentQuerySet":
        """Attempts for which the provider gave no proper answer at the last question."""
        return self.exclude(last_error="").order_by("pk")


class Payment(models.Model):
    """One attempt at the provider to pay (a part of) one claim; the database allows a single open one per thing."""

    class Status(models.TextChoices):
        OPEN = "OPEN"  # nothing begun at the provider
        STARTED = "STARTED"  # a transaction exists at the provider (XBezahldienste INITIAL)
        PAID = "PAID"  # PAYED
        FAILED = "FAILED"
        CANCELLED = "CANCELLED"
        EXPIRED = "EXPIRED"  # no answer in time; a late one is still fetched
        SURPLUS = "SURPLUS"  # paid, but another attempt had paid already or nothing is owed: to be refunded

    about = models.CharField(max_length=60)  # "case:17"
    receivable = models.ForeignKey(Receivable, models.PROTECT, null=True, blank=True, related_name="attempts")
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="+")
    mandate = models.ForeignKey(Mandate, models.SET_NULL, null=True, blank=True, related_name="+")
    draft_key = models.CharField(max_length=64, null=True, blank=True)  # who applied without signing in
    back_to = models.CharField(max_length=200, blank=True)  # path of the page the payment belongs to
    amount_cents = models.PositiveIntegerField()
    purpose = models.CharField(max_length=27, unique=True)  # Kassenzeichen and number of the attempt: <= 27 characters
    description = models.CharField(max_length=250)
    items = models.JSONField(default=list)  # [{"label": "Grundgebühr", "cents": 1200}]
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    # False once nothing is owed any more (application withdrawn): money that still comes is a surplus.
    wanted = models.BooleanField(default=True)
    request_id = models.UUIDField(default=uuid.uuid4, unique=True)
    provider = models.CharField(max_length=40, blank=True)
    provider_status = models.CharField(max_length=10, blank=True)  # its last word: INITIAL, PAYED, FAILED, CANCELED
    transaction_id = models.CharField(max_length=100, blank=True)
    redirect_url = models.URLField(max_length=1000, blank=True)
    method = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    refunded_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects: ClassVar[PaymentQuerySet] = PaymentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about"], condition=Q(status__in=["OPEN", "STARTED"]), name="payment_one_per_thing"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="payment_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["about"], name="payment_about"),
            models.Index(fields=["account", "-id"], name="payment_account"),
            models.Index(fields=["next_check_at"], name="payment_due", condition=Q(next_check_at__isnull=False)),
            models.Index(fields=["id"], name="payment_surplus", condition=Q(status="SURPLUS", refunded_at=None)),
            models.Index(fields=["id"], name="payment_unanswered", condition=~Q(last_error="")),
        ]

    def __str__(self) -> str:
        return f"payment:{self.pk}"
