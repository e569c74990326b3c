"""A petition under its clock, its signatures and its sheets of paper."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account, Staff

from .contribution import Contribution


class Petition(models.Model):
    """What the check decided and what has happened since; there is none before the check. Its text is the contribution's."""

    class State(models.TextChoices):
        INADMISSIBLE = "INADMISSIBLE"
        COLLECTING = "COLLECTING"
        COUNTING = "COUNTING"  # the time is over, sheets handed in are still counted
        LAPSED = "LAPSED"
        REACHED = "REACHED"
        COUNCIL = "COUNCIL"  # on the agenda
        DECIDED = "DECIDED"

    class Outcome(models.TextChoices):
        ACCEPTED = "ACCEPTED"
        PARTLY = "PARTLY"
        REJECTED = "REJECTED"
        VOTE = "VOTE"  # the citizens decide themselves

    contribution = models.OneToOneField(Contribution, models.CASCADE, primary_key=True, related_name="petition")
    state = models.CharField(max_length=12, choices=State)
    checks = models.JSONField(default=list)  # [[question, yes]] as answered by the clerk
    reasons = models.TextField(blank=True)  # of the check, public
    costs = models.TextField(blank=True)  # estimate of the administration
    checked_by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    checked_at = models.DateTimeField(default=timezone.now)
    secret = models.CharField(max_length=64, blank=True)  # key of the pseudonyms; deleted at the end
    needed = models.PositiveIntegerField(default=0)
    percent = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)  # null: a fixed number
    base = models.PositiveIntegerField(null=True, blank=True)
    online_counts = models.BooleanField(default=True)
    takes_paper = models.BooleanField(default=True)
    council_months = models.PositiveSmallIntegerField(default=0)
    collect_until = models.DateTimeField(null=True, blank=True)
    online = models.PositiveIntegerField(default=0)  # kept by the actions, in the transaction of each signature
    paper = models.PositiveIntegerField(default=0)
    reached_at = models.DateTimeField(null=True, blank=True)
    council_due_date = models.DateField(null=True, blank=True)
    session_date = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    decision = models.TextField(blank=True)
    decision_url = models.URLField(max_length=500, blank=True)
    decided_date = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # decided or lapsed
    reminded = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["state", "collect_until"], name="petition_clock")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="COLLECTING") | Q(needed__gt=0, collect_until__isnull=False), name="petition_clock_set"
            )
        ]

    def __str__(self) -> str:
        return f"contribution:{self.pk}"

    @property
    def counted(self) -> int:
        """Signatures that count towards what is needed."""
        return self.paper + (self.online if self.online_counts else 0)

    @property
    def open(self) -> bool:
        """Whether one may sign now, as far as this petition is concerned."""
        collecting = self.state in (self.State.COLLECTING, self.State.REACHED)
        return collecting and self.collect_until is not None and timezone.now() < self.collect_until

    def unconfirmed(self) -> "models.QuerySet[SignatureSheet]":
        """Sheets nobody has counted again."""
        return SignatureSheet.objects.filter(petition=self, confirmed_at=None)


class Signature(models.Model):
    """One per person, whatever they try: the pseudonym says so, without saying who."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="+", db_index=False)
    pseudonym = models.CharField(max_length=64)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="+")
    name_shown = models.CharField(max_length=120, blank=True)  # "": the signer chose not to be named
    wants_post = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["petition", "pseudonym"], name="signature_once")]
        indexes = [
            models.Index(fields=["petition", "-id"], name="signature_named", condition=~Q(name_shown="")),
        ]

    def __str__(self) -> str:
        return f"signature:{self.pk}"


class SignatureSheet(models.Model):
    """Signatures on paper: counted by one clerk, counted again by another; they count when both say the same."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="+")
    label = models.CharField(max_length=60)  # "Liste 1 bis 12"
    valid = models.PositiveIntegerField()
    invalid = models.PositiveIntegerField(default=0)
    entered_by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["petition", "label"], name="signature_sheet_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | Q(entered_by=None) | ~Q(confirmed_by=F("entered_by")),
                name="signature_sheet_second",
            ),
        ]

    def __str__(self) -> str:
        return f"sheet:{self.pk}"
