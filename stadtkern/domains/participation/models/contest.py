"""Idea contests: teams, the jury with its sheets and conflicts of interest, the outcome, prizes."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account, Staff

from .contribution import Contribution
from .process import Process


class Team(models.Model):
    """Several people send one contribution; the author of the draft invites the others with a code."""

    contribution = models.OneToOneField(Contribution, models.CASCADE, related_name="team")
    code = models.CharField(max_length=12, unique=True)
    recipient = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="+")  # of prize money
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"team:{self.pk}"


class TeamMember(models.Model):
    """Somebody besides the author; named as they wish, asked again whenever the text changes before it is sent."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    name_shown = models.CharField(max_length=120, blank=True)  # "" = nobody is named
    agreed_to = models.CharField(max_length=64, blank=True)  # digest of the text they agreed to
    agreed_at = models.DateTimeField(null=True, blank=True)
    pays_to = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="+")  # agreed: prize money to
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["team", "account"], name="teammember_once")]

    def __str__(self) -> str:
        return f"teammember:{self.pk}"


class Judging(models.Model):
    """The jury's work on one process: rules and lot fixed before the first mark, the outcome with everything it rests on."""

    process = models.OneToOneField(Process, models.CASCADE, related_name="judging")
    rules = models.JSONField()  # lib.judging.Rules
    commitment = models.CharField(max_length=64)  # digest of the lot, published from the start
    seed = models.CharField(max_length=64)  # the lot, published with the outcome
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)  # no mark changes from now on
    inputs = models.JSONField(null=True, blank=True)  # lib.judging.Inputs, entries and jurors by number
    outcome = models.JSONField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # of the inputs
    published_at = models.DateTimeField(null=True, blank=True)
    statement = models.TextField(blank=True)  # the jury in its own words

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(published_at=None) | Q(closed_at__isnull=False), name="judging_closed_first"),
            models.CheckConstraint(condition=Q(closed_at=None) | ~Q(digest=""), name="judging_computed_when_closed"),
        ]

    def __str__(self) -> str:
        return f"judging:{self.pk}"


class Juror(models.Model):
    """A place in the jury. The clerk names the person and hands over a code; they take it with their own account."""

    process = models.ForeignKey(Process, models.CASCADE, related_name="jurors")
    name = models.CharField(max_length=120)  # as the public reads it
    role = models.CharField(max_length=150, blank=True)  # "Architektin"
    code = models.CharField(max_length=12, unique=True, null=True, blank=True)  # until it is taken
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # done; nothing changes any more
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["process", "account"], name="juror_once", condition=Q(account__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"juror:{self.pk}"


class Conflict(models.Model):
    """Befangenheit: this juror does not judge this entry, and what they gave before does not count."""

    class Kind(models.TextChoices):
        TEAM = "TEAM"  # wrote it, or with others
        RELATIVE = "RELATIVE"
        EMPLOYER = "EMPLOYER"
        OTHER = "OTHER"

    juror = models.ForeignKey(Juror, models.CASCADE, related_name="conflicts")
    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    by_staff = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")  # none: by the juror
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["juror", "contribution"], name="conflict_once")]

    def __str__(self) -> str:
        return f"conflict:{self.pk}"


class Sheet(models.Model):
    """What one juror gives one entry, by criterion, with notes nobody else reads before all have closed."""

    juror = models.ForeignKey(Juror, models.CASCADE, related_name="sheets")
    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="+")
    points = models.JSONField(default=dict)  # {criterion: points}; all of them
    note = models.TextField(blank=True)
    saved_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["juror", "contribution"], name="sheet_once")]

    def __str__(self) -> str:
        return f"sheet:{self.pk}"


class Prize(models.Model):
    """A prize: proposed for an entry by one person, decided by another; from then on it does not change."""

    process = models.ForeignKey(Process, models.CASCADE, related_name="prizes")
    title = models.CharField(max_length=100)
    cents = models.PositiveBigIntegerField(default=0)  # 0: honour alone
    position = models.PositiveSmallIntegerField(default=0)
    contribution = models.ForeignKey(Contribution, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)  # published
    proposed_by = models.ForeignKey(Staff, models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | (Q(proposed_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="prize_second_person",
            ),
            models.CheckConstraint(condition=Q(decided_by=None) | Q(contribution__isnull=False), name="prize_of_an_entry"),
        ]

    def __str__(self) -> str:
        return f"prize:{self.pk}"
