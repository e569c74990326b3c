"""What is owed (Receivable, Position) and the journal underneath (Entry, Posting): balanced and append-only by the database."""

import re
from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Company, Mandate
from stadtkern.lib.money import kassenzeichen

from . import chart

FIRST_NUMBER = 10_000_000  # so that a reference always has eight digits, and none of the time before the ledger
DUE_DAYS = 14


def digits_of(reference: str) -> str:
    """The digits of a Kassenzeichen, without the city's letters in front."""
    return re.sub(r"[^0-9]", "", re.sub(r"^[^-]*[A-Za-z][^-]*-", "", reference))


def in_two_weeks() -> date:
    """When something is due that says nothing else."""
    return timezone.localdate() + timedelta(days=DUE_DAYS)


class ReceivableQuerySet(models.QuerySet["Receivable"]):
    def visible_to(self, actor: Actor) -> "ReceivableQuerySet":
        """What the signed-in person (or the company acted for) owes, and what this browser's anonymous drafts owe."""
        own = Q(pk__in=[])
        if actor.account:
            own = Q(company=actor.company) if actor.company else Q(account=actor.account, company=None)
        if actor.mandate:
            own = Q(mandate=actor.mandate.pk)
        if actor.draft_keys:
            own |= Q(account=None, company=None, draft_key__in=actor.draft_keys)
        return self.filter(own)

    def open(self) -> "ReceivableQuerySet":
        """Open items: something is still to be paid."""
        return self.filter(open_cents__gt=0)

    def overdue(self, today: date) -> "ReceivableQuerySet":
        """Open items past their day; of instalments the day of the last one is `due_date`, see `due_cents`."""
        owed = self.open().filter(voluntary=False)
        return owed.filter(Q(due_date__lt=today) | Q(instalments__due_date__lt=today)).distinct()

    def to_refund(self) -> "ReceivableQuerySet":
        """Somebody has paid more than was owed."""
        return self.filter(refund_cents__gt=0)

    def live(self, about: str) -> "ReceivableQuerySet":
        """The one claim for a thing that has not been cancelled."""
        return self.filter(about=about, cancelled_at=None)


class Receivable(models.Model):
    """A claim (Forderung). The four derived columns are kept by triggers of the journal and cannot be written."""

    class Status(models.TextChoices):
        OPEN = "OPEN"
        PARTLY = "PARTLY"  # something came, not everything
        PAID = "PAID"
        OVERPAID = "OVERPAID"  # the rest is to be refunded
        WRITTEN_OFF = "WRITTEN_OFF"
        CANCELLED = "CANCELLED"

    about = models.CharField(max_length=60)  # "case:17", "donation:…"
    key = models.CharField(max_length=60)  # of the revenue account: the service, "donation" …
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="+")
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="+")
    mandate = models.ForeignKey(Mandate, models.SET_NULL, null=True, blank=True, related_name="+")
    draft_key = models.CharField(max_length=64, null=True, blank=True)
    # Only where there is no account that knows: as on the notice, for a letter. Erased with the person.
    debtor_name = models.CharField(max_length=200, blank=True)
    debtor_address = models.TextField(max_length=400, blank=True)
    reference = models.CharField(max_length=27, unique=True)  # Kassenzeichen
    description = models.CharField(max_length=250)
    back_to = models.CharField(max_length=200, blank=True)
    due_date = models.DateField(default=in_two_weeks)
    instalments_most = models.PositiveSmallIntegerField(default=0)  # how many the payer may choose; 0: none
    instalment_least_cents = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # A donation, a ticket: nobody owes it. Never reminded of, and called off when it is not paid in a month.
    voluntary = models.BooleanField(default=False)
    # Derived by triggers:
    claimed_cents = models.BigIntegerField(default=0, editable=False)  # sum of the positions
    open_cents = models.BigIntegerField(default=0, editable=False)  # account receivables
    refund_cents = models.BigIntegerField(default=0, editable=False)  # account refunds, as a positive number
    written_off_cents = models.BigIntegerField(default=0, editable=False)  # account write_offs

    objects: ClassVar[ReceivableQuerySet] = ReceivableQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about"], condition=Q(cancelled_at=None), name="receivable_one_per_thing"),
            models.CheckConstraint(condition=Q(open_cents__gte=0), name="receivable_open"),
            models.CheckConstraint(condition=Q(refund_cents__gte=0), name="receivable_refund"),
            models.CheckConstraint(condition=Q(written_off_cents__gte=0), name="receivable_written_off"),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="receivable_account"),
            models.Index(fields=["company", "-id"], name="receivable_company", condition=Q(company__isnull=False)),
            models.Index(fields=["mandate", "-id"], name="receivable_mandate", condition=Q(mandate__isnull=False)),
            models.Index(fields=["due_date", "id"], name="receivable_open_items", condition=Q(open_cents__gt=0)),
            models.Index(fields=["id"], name="receivable_to_refund", condition=Q(refund_cents__gt=0)),
        ]

    def __str__(self) -> str:
        return f"receivable:{self.pk}"

    @staticmethod
    def numbered(pk: int, prefix: str = "") -> str:
        """The Kassenzeichen of a running number."""
        return kassenzeichen(FIRST_NUMBER + pk, prefix)

    @property
    def received_cents(self) -> int:
        """What has come and not gone back."""
        return self.claimed_cents - self.written_off_cents - self.open_cents + self.refund_cents

    @property
    def status(self) -> Status:
        """Derived from the journal alone."""
        if self.cancelled_at and not self.open_cents:  # open again where refunded money was taken back
            return self.Status.CANCELLED
        if self.refund_cents:
            return self.Status.OVERPAID
        if self.open_cents:
            return self.Status.PARTLY if self.received_cents else self.Status.OPEN
        return self.Status.WRITTEN_OFF if self.written_off_cents else self.Status.PAID

    def due_cents(self, today: date) -> int:
        """What should have been paid by today: everything, or the instalments whose day has come; never more than is open."""
        plan = list(self.instalments.all())
        if not plan:
            return self.open_cents if self.due_date < today else 0
        later = sum(part.cents for part in plan if part.due_date >= today)
        return max(0, self.open_cents - later)


class Instalment(models.Model):
    """One part of a plan; money that comes fills the earliest part first."""

    receivable = models.ForeignKey(Receivable, models.CASCADE, related_name="instalments")
    due_date = models.DateField()
    cents = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["due_date"]
        constraints = [models.UniqueConstraint(fields=["receivable", "due_date"], name="instalment_one_a_day")]

    def __str__(self) -> str:
        return f"instalment:{self.pk}"


class EntryQuerySet(models.QuerySet["Entry"]):
    def of(self, receivable: Receivable) -> "EntryQuerySet":
        """Everything that happened to one claim, oldest first."""
        return self.filter(pk__in=Posting.objects.filter(receivable=receivable).values("entry")).order_by("pk")

    def unexplained(self) -> "EntryQuerySet":
        """Money in suspense that is not assigned or sent back yet, with `rest_cents`."""
        rest = Posting.objects.filter(account=chart.SUSPENSE, item__isnull=False).values("item").annotate(rest=Sum("cents"))
        left = rest.exclude(rest=0)
        amount = models.Subquery(left.filter(item=models.OuterRef("pk")).values("rest"))
        return self.filter(pk__in=left.values("item")).annotate(rest_cents=-1 * amount).order_by("pk")


class Entry(models.Model):
    """One booking (Buchungssatz): final, and zero in sum."""

    class Kind(models.TextChoices):
        CLAIM = "CLAIM"  # Sollstellung, also of a dunning fee
        REDUCTION = "REDUCTION"  # less is owed, with a reason
        CANCEL = "CANCEL"  # nothing is owed any more
        RECEIPT = "RECEIPT"  # money came
        ASSIGN = "ASSIGN"  # unexplained money found its claim
        REFUND = "REFUND"  # money goes back
        PAYOUT = "PAYOUT"  # the city pays something of its own: a prize
        RETURN = "RETURN"  # a direct debit or transfer was taken back
        WRITE_OFF = "WRITE_OFF"
        CLEARING = "CLEARING"  # between money accounts: payout of a provider, batch of debits, costs of the bank
        REVERSAL = "REVERSAL"  # the opposite of a booking that was wrong

    kind = models.CharField(max_length=10, choices=Kind)
    day = models.DateField()  # of the journal
    booked_on = models.DateField()  # as the bank or the provider says
    source_key = models.CharField(max_length=120, unique=True)  # the same money, word or click is booked once
    by = models.CharField(max_length=20, blank=True)  # provider, transfer, debit, counter
    actor = models.CharField(max_length=60)  # an id as in the diary
    reason = models.CharField(max_length=40, blank=True)  # a word from a list, never a name
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    transaction = models.BigIntegerField(editable=False)  # of the database; postings of another one are refused

    objects: ClassVar[EntryQuerySet] = EntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["day", "id"], name="entry_day")]

    def __str__(self) -> str:
        return f"entry:{self.pk}"


class Posting(models.Model):
    """One line of a booking; debit positive, credit negative."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings")
    account = models.CharField(max_length=80)
    cents = models.BigIntegerField()
    receivable = models.ForeignKey(Receivable, models.PROTECT, null=True, blank=True, related_name="+")
    item = models.ForeignKey(Entry, models.PROTECT, null=True, blank=True, related_name="+")  # whose unexplained money

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(cents=0), name="posting_not_zero"),
            models.CheckConstraint(condition=Q(account__regex=chart.KNOWN), name="posting_known_account"),
            models.CheckConstraint(
                condition=~Q(account__in=[chart.RECEIVABLES, chart.REFUNDS, chart.WRITE_OFFS]) | Q(receivable__isnull=False),
                name="posting_of_a_claim",
            ),
            models.CheckConstraint(condition=~Q(account=chart.SUSPENSE) | Q(item__isnull=False), name="posting_of_an_item"),
        ]
        indexes = [
            models.Index(fields=["item"], name="posting_item", condition=Q(account=chart.SUSPENSE)),
        ]

    def __str__(self) -> str:
        return f"posting:{self.pk}"


class Position(models.Model):
    """One line of a claim: a fee, its reduction, a dunning fee; final, because it is booked."""

    class Kind(models.TextChoices):
        FEE = "FEE"
        REDUCTION = "REDUCTION"
        DUNNING = "DUNNING"
        CHARGEBACK = "CHARGEBACK"  # the bank's costs for a returned debit

    receivable = models.ForeignKey(Receivable, models.PROTECT, related_name="positions")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FEE)
    account = models.CharField(max_length=80)  # of the chart: where its net amount is booked
    label = models.CharField(max_length=250)
    reason = models.CharField(max_length=250, blank=True)
    tax_bp = models.PositiveSmallIntegerField(default=0)  # basis points: 1900 is 19 %
    net_cents = models.BigIntegerField()
    tax_cents = models.BigIntegerField()
    cents = models.BigIntegerField()  # gross

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(cents=F("net_cents") + F("tax_cents")), name="position_adds_up"),
            models.CheckConstraint(condition=~Q(cents=0), name="position_not_zero"),
        ]

    def __str__(self) -> str:
        return f"position:{self.pk}"


class Memo(models.Model):
    """Words that came with money (remittance text, payer); apart from the journal, because they can be erased."""

    entry = models.OneToOneField(Entry, models.CASCADE, related_name="memo")
    text = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"memo:{self.pk}"
