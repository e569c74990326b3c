"""The register of breaches, who was told, and what offices are asked to correct."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Account, Role, Staff
from stadtkern.kernel.city.models import Office


class BreachQuerySet(models.QuerySet["Breach"]):
    def visible_to(self, actor: Actor) -> "BreachQuerySet":
        """The data protection officer sees all; whoever reported one inside the city sees nothing but the confirmation."""
        if actor.staff is None or actor.staff.role != Role.PRIVACY:
            return self.none()
        return self.all()


class Breach(models.Model):
    """A personal data breach (Art. 33 Abs. 5 DSGVO): what happened, how bad, what was decided and why. No names in it."""

    class Step(models.TextChoices):
        OPEN = ""
        NOTIFY = "NOTIFY"
        NOT = "NOT"  # with reasons

    title = models.CharField(max_length=200)
    happened = models.TextField()
    noticed_at = models.DateTimeField()  # when the city became aware: the clock of 72 hours starts here
    # "case:17", "break_glass:4", "log:2026-11-29": at most one entry per occasion; "" for what the officer writes down.
    source = models.CharField(max_length=60, blank=True)
    reported_by = models.CharField(max_length=60, blank=True)  # "staff:3"; never of somebody who wants to stay unknown
    kinds = models.JSONField(default=list)  # confidentiality · integrity · availability
    data = models.TextField(blank=True)  # categories of data
    people = models.TextField(blank=True)  # categories of persons
    persons = models.PositiveIntegerField(null=True, blank=True)
    records = models.PositiveIntegerField(null=True, blank=True)
    consequences = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    processor = models.CharField(max_length=200, blank=True)
    data_class = models.CharField(max_length=20, blank=True)  # severity.DATA
    ease = models.CharField(max_length=20, blank=True)  # severity.EASE
    circumstances = models.JSONField(default=list)  # severity.CIRCUMSTANCES
    authority = models.CharField(max_length=10, choices=Step, default=Step.OPEN, blank=True)
    authority_because = models.TextField(blank=True)
    authority_decided_at = models.DateTimeField(null=True, blank=True)
    notified_at = models.DateTimeField(null=True, blank=True)  # the authority has it
    notified_as = models.CharField(max_length=100, blank=True)  # its reference number
    late_because = models.TextField(blank=True)  # Art. 33 Abs. 1 Satz 2
    told = models.CharField(max_length=10, choices=Step, default=Step.OPEN, blank=True)  # the persons (Art. 34)
    told_because = models.TextField(blank=True)
    told_decided_at = models.DateTimeField(null=True, blank=True)
    letter_title = models.CharField(max_length=150, blank=True)
    letter_body = models.TextField(blank=True)
    letters_ordered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closing = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)  # of the description: two tabs do not overwrite each other

    objects: ClassVar[BreachQuerySet] = BreachQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source"], name="breach_source_once", condition=~Q(source=""))]
        indexes = [models.Index(fields=["noticed_at"], name="breach_open", condition=Q(closed_at=None))]

    def __str__(self) -> str:
        return f"breach:{self.pk}"

    @property
    def number(self) -> str:
        """ "DP-2026-0003" for papers and talk."""
        return f"DP-{timezone.localdate(self.created_at).year}-{self.pk:04d}"


class Affected(models.Model):
    """An account whose data a breach concerns; one row and one letter, however often a button is pressed."""

    breach = models.ForeignKey(Breach, models.CASCADE, related_name="affected")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["breach", "account"], name="affected_once")]

    def __str__(self) -> str:
        return f"affected:{self.pk}"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def visible_to(self, actor: Actor) -> "CorrectionQuerySet":
        """The office asked, and the data protection office."""
        if actor.staff is None or actor.staff.role not in DESK_ROLES:
            return self.none()
        return self.all() if actor.staff.role == Role.PRIVACY else self.filter(office=actor.staff.office_id)


class Correction(models.Model):
    """One office is asked to correct one thing (Art. 16, 19 DSGVO); the request is a case of the data protection office."""

    about = models.CharField(max_length=60)  # "case:17": the request
    reference = models.CharField(max_length=20)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")  # whose data
    what = models.TextField()
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    due_date = models.DateField(null=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    answer = models.TextField(blank=True)

    objects: ClassVar[CorrectionQuerySet] = CorrectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["about", "office"], name="correction_once")]
        indexes = [models.Index(fields=["office", "due_date"], name="correction_open", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return f"correction:{self.pk}"
