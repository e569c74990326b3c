"""A vote on projects: the rule fixed before it, who took part, and the urn. The database refuses what must not happen.

Who took part (Turnout) and what was voted (Ballot) share nothing but the poll: no account, no time, no order. Triggers
(migration) refuse: a change of the rule or a project after the first vote, a vote before, after or without a poll, a ballot
without somebody taking part in the same transaction, a ballot changed after the end, a ballot taken away.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.models import Staff

from .contribution import Contribution
from .process import Process


class Poll(models.Model):
    """How a budget is voted on."""

    class Form(models.TextChoices):
        APPROVAL = "approval", gettext_lazy("Ankreuzen")
        POINTS = "points", gettext_lazy("Punkte vergeben")
        RANK = "rank", gettext_lazy("Rangfolge bilden")

    class Rule(models.TextChoices):
        GREEDY = "greedy", gettext_lazy("Die meisten Stimmen zuerst")
        SHARES = "mes", gettext_lazy("Gleiche Anteile")

    class Completion(models.TextChoices):
        NONE = "none", gettext_lazy("keine")
        ADD1 = "add1", gettext_lazy("Anteile wachsen Euro um Euro")
        GREEDY = "greedy", gettext_lazy("der Rest nach Stimmen")
        BOTH = "add1+greedy", gettext_lazy("Anteile wachsen Euro um Euro, der Rest nach Stimmen")

    class State(models.TextChoices):
        PREPARED = "PREPARED"  # projects are being checked
        READY = "READY"  # ballot and rule are announced; the phase says when one may vote
        CLOSED = "CLOSED"  # the urn is shut, mixed and numbered, the key of the pseudonyms is gone
        COUNTED = "COUNTED"

    process = models.OneToOneField(Process, models.PROTECT, related_name="poll")
    form = models.CharField(max_length=10, choices=Form, default=Form.APPROVAL)
    rule = models.CharField(max_length=10, choices=Rule, default=Rule.SHARES)
    completion = models.CharField(max_length=12, choices=Completion, default=Completion.ADD1)
    budget_cents = models.PositiveBigIntegerField(default=0)
    most_projects = models.PositiveSmallIntegerField(default=0)  # on one ballot; 0 = as many as one likes
    most_points = models.PositiveSmallIntegerField(default=0)  # to give away altogether
    most_points_each = models.PositiveSmallIntegerField(default=0)
    within_budget = models.BooleanField(default=False)  # one ballot may not cost more than there is
    letters = models.BooleanField(default=False)
    paper = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    entitled = models.PositiveIntegerField(null=True, blank=True)  # how many may vote, where the office knows
    void = models.PositiveIntegerField(default=0)  # paper ballots that cannot be read; part of the turnout
    ready_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    mixed_at = models.DateTimeField(null=True, blank=True)  # when the urn was last shaken

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rule="mes") | Q(completion="none"),
                name="poll_completion_of_shares",
            ),
        ]

    def __str__(self) -> str:
        return f"poll:{self.pk}"


class PollKey(models.Model):
    """The secret behind pseudonyms and codes of one poll; deleted when the urn is shut."""

    poll = models.OneToOneField(Poll, models.CASCADE, related_name="+")
    secret = models.BinaryField()

    def __str__(self) -> str:
        return f"pollkey:{self.pk}"


class PollProject(models.Model):
    """A project on the ballot, or one that is not, and why: what the office found out about feasibility and cost."""

    class Verdict(models.TextChoices):
        ADMITTED = "ADMITTED", gettext_lazy("zugelassen")
        REFUSED = "REFUSED", gettext_lazy("nicht zugelassen")

    poll = models.ForeignKey(Poll, models.PROTECT, related_name="projects")
    key = models.CharField(max_length=8)  # "P01": as text in the same order as the numbers
    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)  # as on the ballot
    cost_cents = models.PositiveBigIntegerField()
    verdict = models.CharField(max_length=8, choices=Verdict)
    reason = models.TextField()
    checked_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "key"], name="poll_project_key"),
            models.UniqueConstraint(fields=["poll", "contribution"], name="poll_project_once"),
        ]

    def __str__(self) -> str:
        return f"pollproject:{self.pk}"


class Turnout(models.Model):
    """Somebody took part: under a pseudonym of this poll alone, on a day, without what."""

    class Way(models.TextChoices):
        ONLINE = "ONLINE", gettext_lazy("mit dem Konto")
        LETTER = "LETTER", gettext_lazy("mit dem Code aus dem Brief")
        PAPER = "PAPER", gettext_lazy("auf Papier")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # no order
    poll = models.ForeignKey(Poll, models.PROTECT, related_name="+", db_index=False)
    pseudonym = models.CharField(max_length=64)
    way = models.CharField(max_length=6, choices=Way)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "pseudonym"], name="turnout_once")]

    def __str__(self) -> str:
        return f"turnout:{self.pk}"


class Ballot(models.Model):
    """What somebody voted; nobody knows who. Whoever holds the receipt may replace it until the end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    poll = models.ForeignKey(Poll, models.PROTECT, related_name="+", db_index=False)
    paper = models.BooleanField(default=False)
    choices = models.JSONField()  # keys of projects; of a ranking the first place first, else sorted
    points = models.JSONField(default=list)  # of each of them, where points are given
    receipt = models.CharField(max_length=64, null=True, blank=True)  # digest; none on paper
    number = models.PositiveIntegerField(null=True, blank=True)  # by lot, when the urn is shut

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "receipt"], name="ballot_receipt_once"),
            models.UniqueConstraint(fields=["poll", "number"], name="ballot_number_once"),
            models.CheckConstraint(
                condition=Q(paper=True, receipt=None) | Q(paper=False, receipt__isnull=False), name="ballot_way"
            ),
        ]

    def __str__(self) -> str:
        return f"ballot:{self.pk}"


class LetterCode(models.Model):
    """A code in a letter: its salted digest and the pseudonym it votes for. Its text is nowhere but in the letter."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    pseudonym = models.CharField(max_length=64)
    made_date = models.DateField(default=timezone.localdate)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "digest"], name="letter_code_once")]

    def __str__(self) -> str:
        return f"lettercode:{self.pk}"


class PaperBatch(models.Model):
    """A pile of paper ballots: entered by one person, checked by another, then in the urn as a whole."""

    class State(models.TextChoices):
        OPEN = "OPEN", gettext_lazy("wird erfasst")
        ENTERED = "ENTERED", gettext_lazy("wartet auf die zweite Person")
        CONFIRMED = "CONFIRMED", gettext_lazy("in der Urne")
        DROPPED = "DROPPED", gettext_lazy("verworfen")

    poll = models.ForeignKey(Poll, models.PROTECT, related_name="batches")
    label = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    sheets = models.JSONField(default=list)  # of each: choices, points, void (reason or "")
    entered_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(Staff, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "label"], name="paper_label_once"),
            models.CheckConstraint(
                condition=~Q(state="CONFIRMED") | (Q(checked_by__isnull=False) & ~Q(checked_by=models.F("entered_by"))),
                name="paper_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"paperbatch:{self.pk}"


class PollCount(models.Model):
    """A count by one rule, with every step; one of them decides, the others show what would have been."""

    poll = models.ForeignKey(Poll, models.PROTECT, related_name="counts")
    rule = models.CharField(max_length=10, choices=Poll.Rule)
    completion = models.CharField(max_length=12, choices=Poll.Completion)
    decides = models.BooleanField(default=False)
    winners = models.JSONField()  # keys, sorted
    cost_cents = models.PositiveBigIntegerField()
    record = models.JSONField()  # votes, steps and rounds: lib/ballots, amounts in cents
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "rule", "completion"], name="poll_count_once"),
            models.UniqueConstraint(fields=["poll"], name="poll_count_decides", condition=Q(decides=True)),
        ]

    def __str__(self) -> str:
        return f"pollcount:{self.pk}"
