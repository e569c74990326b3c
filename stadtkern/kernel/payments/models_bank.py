"""What the bank says (BankFile, Statement, BankLine), and what it is told (DebitMandate, Collection, BankOrder, Payout)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import ExtractYear
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Company

from .models_ledger import Entry, Receivable


class BankFile(models.Model):
    """A file with statements, taken in once; the bytes stay where they came from."""

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    way = models.CharField(max_length=10)  # "upload", or the feed: "folder", "demo"
    received_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=60)  # actor as in the diary

    def __str__(self) -> str:
        return f"bankfile:{self.pk}"


class Intake(models.Model):
    """A file somebody handed in, until a job has read it. Its bytes go when it is taken or refused."""

    class State(models.TextChoices):
        WAITING = "WAITING"
        TAKEN = "TAKEN"
        REFUSED = "REFUSED"

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    by = models.CharField(max_length=60)  # actor as in the diary
    handed_in_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)  # movements read so far, of
    total = models.PositiveIntegerField(default=0)
    moved_at = models.DateTimeField(default=timezone.now)  # of the last progress, or the end
    problem = models.TextField(blank=True)
    file = models.ForeignKey(BankFile, models.PROTECT, null=True, blank=True, related_name="+")
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256"], condition=Q(state="WAITING"), name="intake_once_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"intake:{self.pk}"


class Statement(models.Model):
    """A statement of one account of the city, or one page of it; opening + lines = closing, checked when it was read."""

    file = models.ForeignKey(BankFile, models.PROTECT, related_name="statements")
    iban = models.CharField(max_length=34)  # of the city
    bank_id = models.CharField(max_length=35, blank=True)  # as the bank names it
    number = models.PositiveIntegerField(null=True, blank=True)
    page = models.PositiveIntegerField(default=1)
    last_page = models.BooleanField(default=True)
    opening_on = models.DateField(null=True, blank=True)
    closing_on = models.DateField()
    opening_cents = models.BigIntegerField()
    closing_cents = models.BigIntegerField()
    forgotten = models.BooleanField(default=False)  # its keys are destroyed
    gap = models.BooleanField(default=False)  # the statement before it is missing: it does not begin where the last one ended

    class Meta:
        ordering = ["closing_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["iban", "bank_id", "closing_on", "page"], name="statement_once"),
            models.UniqueConstraint(
                models.F("iban"), models.F("number"), models.F("page"), ExtractYear("closing_on"),
                condition=Q(number__isnull=False), name="statement_number_once_a_year",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"statement:{self.pk}"


class BankLine(models.Model):
    """One movement of a statement, and what it was booked as. Who paid and why is sealed: claims name people, lists do not."""

    class Kind(models.TextChoices):
        RECEIPT = "RECEIPT"  # money came: to claims, or unexplained until a clerk knows
        DEBITS = "DEBITS"  # our direct debits, as a batch or one by one
        RETURN = "RETURN"  # a direct debit came back
        PAYOUT = "PAYOUT"  # our refund left
        PAYOUT_BACK = "PAYOUT_BACK"  # our refund came back
        PROVIDER = "PROVIDER"  # the payment provider pays out what it took
        COUNTER = "COUNTER"  # card payments of the counter
        COSTS = "COSTS"  # the bank's charges
        UNKNOWN_DEBIT = "UNKNOWN_DEBIT"  # money left and we do not know why: a clerk must look

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()  # of the entry
    part = models.PositiveIntegerField(default=1)  # within a batch
    cents = models.BigIntegerField()
    booked_on = models.DateField()
    value_on = models.DateField(null=True, blank=True)
    kind = models.CharField(max_length=13, choices=Kind)
    code = models.CharField(max_length=20, blank=True)
    gvc = models.CharField(max_length=3, blank=True)
    reason = models.CharField(max_length=35, blank=True)  # of a return
    end_to_end = models.CharField(max_length=35, blank=True)
    batch = models.CharField(max_length=35, blank=True)
    foreign = models.CharField(max_length=40, blank=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="line")
    proposals = models.JSONField(default=list)  # [{"claim": 7, "cents": 1200, "score": 90, "reasons": ["exact", …]}]
    why = models.CharField(max_length=20, blank=True)  # why it was not booked to a claim by itself
    sealed = models.BinaryField()  # name, iban, text

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "position", "part"], name="bankline_once"),
            models.CheckConstraint(condition=~Q(cents=0), name="bankline_not_zero"),
        ]

    def __str__(self) -> str:
        return f"bankline:{self.pk}"


class DebitMandateQuerySet(models.QuerySet["DebitMandate"]):
    def live(self) -> "DebitMandateQuerySet":
        """Those that allow a collection."""
        return self.filter(ended_at=None)

    def visible_to(self, actor: Actor) -> "DebitMandateQuerySet":
        """Of the signed-in person, or of the company acted for; nobody sees them under a mandate for somebody else."""
        if actor.account is None or actor.mandate:
            return self.none()
        return self.filter(company=actor.company) if actor.company else self.filter(account=actor.account, company=None)

    def for_claim(self, claim: Receivable) -> "DebitMandateQuerySet":
        """Live ones of the debtor of a claim."""
        live = self.live().filter(Q(only=None) | Q(only=claim))
        if claim.company_id:
            return live.filter(company=claim.company_id)
        return live.filter(account=claim.account_id, company=None) if claim.account_id else self.none()


class DebitMandate(models.Model):
    """SEPA-Lastschriftmandat: the holder of an account lets the city collect what is owed. The account itself is sealed."""

    class Ending(models.TextChoices):
        REVOKED = "REVOKED"  # by the holder
        UNUSED = "UNUSED"  # 36 months without a collection
        RETURNED = "RETURNED"  # the bank said that there is no such account or mandate
        REPLACED = "REPLACED"

    reference = models.CharField(max_length=35, unique=True)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="+")
    only = models.ForeignKey(Receivable, models.PROTECT, null=True, blank=True, related_name="+")  # once, for this claim
    sealed = models.BinaryField()  # holder, iban
    shown = models.CharField(max_length=20)  # "DE02 … 2051"
    signed_at = models.DateTimeField(default=timezone.now)
    signed_by = models.CharField(max_length=60)  # actor as in the diary
    text_sha256 = models.CharField(max_length=64)  # of the text that was agreed to
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)

    objects: ClassVar[DebitMandateQuerySet] = DebitMandateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at=None, only=None, company=None), name="debit_one_of_a_person"
            ),
            models.UniqueConstraint(
                fields=["company"], condition=Q(ended_at=None, only=None, company__isnull=False), name="debit_one_of_a_company"
            ),
            models.UniqueConstraint(
                fields=["only"], condition=Q(ended_at=None, only__isnull=False), name="debit_one_of_a_claim"
            ),
        ]

    def __str__(self) -> str:
        return f"debit_mandate:{self.pk}"


class BankOrder(models.Model):
    """A file for the bank (pain.008 or pain.001), written once; sealed, because it names accounts."""

    class Kind(models.TextChoices):
        DEBIT = "DEBIT"
        TRANSFER = "TRANSFER"

    kind = models.CharField(max_length=8, choices=Kind)
    number = models.CharField(max_length=35, unique=True)  # MsgId
    created_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=60)
    count = models.PositiveIntegerField()
    cents = models.PositiveBigIntegerField()
    sealed = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    fetched_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"bankorder:{self.pk}"


class Collection(models.Model):
    """One direct debit: announced, ordered, on the statement, perhaps returned. A claim has one under way at most."""

    class Status(models.TextChoices):
        ANNOUNCED = "ANNOUNCED"
        ORDERED = "ORDERED"  # in a file for the bank; the money is in transit
        CLEARED = "CLEARED"  # seen on the statement
        RETURNED = "RETURNED"
        DROPPED = "DROPPED"  # paid or called off before it was ordered

    mandate = models.ForeignKey(DebitMandate, models.PROTECT, related_name="collections")
    receivable = models.ForeignKey(Receivable, models.PROTECT, related_name="+")
    end_to_end = models.CharField(max_length=35, unique=True)
    cents = models.PositiveBigIntegerField()
    due_date = models.DateField()  # on which the account is debited
    sequence = models.CharField(max_length=4)  # FRST, RCUR, OOFF
    status = models.CharField(max_length=9, choices=Status, default=Status.ANNOUNCED)
    order = models.ForeignKey(BankOrder, models.PROTECT, null=True, blank=True, related_name="collections")
    batch = models.CharField(max_length=35, blank=True)  # PmtInfId
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, blank=True, related_name="+")  # the receipt in transit
    reason = models.CharField(max_length=35, blank=True)  # of the return
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receivable"], condition=Q(status__in=["ANNOUNCED", "ORDERED"]), name="collection_one_under_way"
            ),
            models.CheckConstraint(condition=Q(cents__gt=0), name="collection_positive"),
        ]
        indexes = [models.Index(fields=["due_date"], name="collection_due", condition=Q(status="ANNOUNCED"))]

    def __str__(self) -> str:
        return f"collection:{self.pk}"


class Payout(models.Model):
    """One transfer of money that goes back; to the account it came from."""

    class Status(models.TextChoices):
        ORDERED = "ORDERED"
        CLEARED = "CLEARED"
        RETURNED = "RETURNED"

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")  # the refund in the journal
    receivable = models.ForeignKey(Receivable, models.PROTECT, null=True, blank=True, related_name="+")
    end_to_end = models.CharField(max_length=35, unique=True)
    cents = models.PositiveBigIntegerField()
    order = models.ForeignKey(BankOrder, models.PROTECT, related_name="payouts")
    status = models.CharField(max_length=8, choices=Status, default=Status.ORDERED)

    def __str__(self) -> str:
        return f"payout:{self.pk}"


class Disbursement(models.Model):
    """Auszahlung: money of the city for somebody (a prize), to the account they named; the account is sealed."""

    about = models.CharField(max_length=60)  # "prize:17"
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="disbursement")
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    label = models.CharField(max_length=100)  # on the receiver's statement
    cents = models.PositiveBigIntegerField()
    shown = models.CharField(max_length=20)  # "DE02 … 2051"
    sealed = models.BinaryField()  # name, iban
    decided_by = models.JSONField(default=list)  # the two who decided, as in the diary

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(cents__gt=0), name="disbursement_positive")]
        indexes = [models.Index(fields=["about"], name="disbursement_about")]

    def __str__(self) -> str:
        return f"disbursement:{self.pk}"
