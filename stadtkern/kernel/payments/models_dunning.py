"""Reminders for overdue claims (Dunning), and what holds them back (DunningStop)."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account, Company
from stadtkern.kernel.documents.models import Document

from .models_ledger import Receivable


class Dunning(models.Model):
    """One reminder: a level of a claim happens once."""

    receivable = models.ForeignKey(Receivable, models.PROTECT, related_name="dunnings")
    level = models.PositiveSmallIntegerField()  # 1, 2, …
    title = models.CharField(max_length=100)
    day = models.DateField()
    pay_until = models.DateField()
    open_cents = models.PositiveBigIntegerField()  # with fee and surcharge
    fee_cents = models.PositiveIntegerField(default=0)
    surcharge_cents = models.PositiveIntegerField(default=0)  # Säumniszuschlag since the last reminder
    document = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.CharField(max_length=60)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["receivable", "level"], name="dunning_level_once")]

    def __str__(self) -> str:
        return f"dunning:{self.pk}"


class DunningStopQuerySet(models.QuerySet["DunningStop"]):
    def live(self, today: date) -> "DunningStopQuerySet":
        """Those in force."""
        return self.filter(Q(until=None) | Q(until__gte=today), ended_at=None)

    def of(self, claim: Receivable, today: date) -> "DunningStopQuerySet":
        """What holds this claim back: its own, or of everything of its debtor."""
        whose = Q(receivable=claim)
        if claim.company_id:
            whose |= Q(company=claim.company_id)
        elif claim.account_id:
            whose |= Q(account=claim.account_id)
        return self.live(today).filter(whose)


class DunningStop(models.Model):
    """No reminders for a claim, or for everything of a debtor, for a reason and perhaps until a day."""

    class Reason(models.TextChoices):
        OBJECTION = "OBJECTION"  # Widerspruch
        DEFERRAL = "DEFERRAL"  # Stundung
        INSOLVENCY = "INSOLVENCY"  # of the debtor: a person decides on everything
        CHECK = "CHECK"  # the cash office is looking into it

    receivable = models.ForeignKey(Receivable, models.CASCADE, null=True, blank=True, related_name="dunning_stops")
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    until = models.DateField(null=True, blank=True)  # last day; None: until it is lifted
    created_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DunningStopQuerySet] = DunningStopQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(receivable__isnull=False, account=None, company=None)
                    | Q(receivable=None, account__isnull=False, company=None)
                    | Q(receivable=None, account=None, company__isnull=False)
                ),
                name="dunning_stop_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"dunning_stop:{self.pk}"
