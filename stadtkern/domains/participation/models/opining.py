"""The opinion map: who answered (by a number), what they answered, and what was computed from it."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account

from .contribution import Contribution
from .process import Process


class Voice(models.Model):
    """A person in one opinion map: an account, or a browser where the process allows that. Answers know only its number."""

    process = models.ForeignKey(Process, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")
    browser = models.CharField(max_length=64, blank=True)  # digest of the browser's secret, another one in every process
    answers = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["process", "account"], name="voice_account_once", condition=Q(account__isnull=False)
            ),
            models.UniqueConstraint(fields=["process", "browser"], name="voice_browser_once", condition=~Q(browser="")),
            models.CheckConstraint(condition=Q(account=None) ^ Q(browser=""), name="voice_account_or_browser"),
        ]
        indexes = [models.Index(fields=["process", "answers"], name="voice_process")]

    def __str__(self) -> str:
        return f"voice:{self.pk}"


class Stance(models.Model):
    """One answer to one statement; answering again replaces it."""

    class Value(models.IntegerChoices):
        AGREE = 1
        PASS = 0
        DISAGREE = -1

    voice = models.ForeignKey(Voice, models.CASCADE, related_name="+", db_index=False)
    statement = models.ForeignKey(Contribution, models.CASCADE, related_name="+")
    value = models.SmallIntegerField(choices=Value)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voice", "statement"], name="stance_once"),
            models.CheckConstraint(condition=Q(value__in=(-1, 0, 1)), name="stance_value"),
        ]

    def __str__(self) -> str:
        return f"stance:{self.pk}"


class Tally(models.Model):
    """How a statement was answered; kept by the actions in the transaction of every answer."""

    statement = models.OneToOneField(Contribution, models.CASCADE, primary_key=True, related_name="+")
    agrees = models.PositiveIntegerField(default=0)
    disagrees = models.PositiveIntegerField(default=0)
    passes = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"tally:{self.pk}"


class Finding(models.Model):
    """What was computed of a process: the picture of opinions, or the topics of its contributions."""

    class What(models.TextChoices):
        OPINION = "OPINION"
        TOPICS = "TOPICS"

    process = models.ForeignKey(Process, models.CASCADE, related_name="+")
    what = models.CharField(max_length=8, choices=What)
    data = models.JSONField(default=dict)  # ids and numbers; never who belongs to which group
    basis = models.JSONField(default=list)  # counts and dates of what it was computed from: when they differ, it is stale
    percent = models.PositiveSmallIntegerField(default=0)  # of a computation that runs
    started_at = models.DateTimeField(null=True, blank=True)  # empty when none runs
    computed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["process", "what"], name="finding_once")]

    def __str__(self) -> str:
        return f"finding:{self.pk}"


class Merging(models.Model):
    """The proposal to merge one contribution into another; it happens when the authors agree."""

    class State(models.TextChoices):
        ASKED = "ASKED"
        DONE = "DONE"
        REFUSED = "REFUSED"
        EXPIRED = "EXPIRED"

    source = models.ForeignKey(Contribution, models.CASCADE, related_name="+")
    target = models.ForeignKey(Contribution, models.CASCADE, related_name="+")
    because = models.CharField(max_length=500, blank=True)
    by_office = models.BooleanField(default=True)  # else one of the two authors
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], name="merging_one_open", condition=Q(state="ASKED")),
            models.CheckConstraint(condition=~Q(source=F("target")), name="merging_into_another"),
        ]

    def __str__(self) -> str:
        return f"merging:{self.pk}"


class Consent(models.Model):
    """Somebody who is asked about a merging: an author, or a supporter whose support could move."""

    class Role(models.TextChoices):
        AUTHOR = "AUTHOR"
        SUPPORTER = "SUPPORTER"

    merging = models.ForeignKey(Merging, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    role = models.CharField(max_length=9, choices=Role)
    agrees = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merging", "account", "role"], name="merging_asked_once")]

    def __str__(self) -> str:
        return f"consent:{self.pk}"
