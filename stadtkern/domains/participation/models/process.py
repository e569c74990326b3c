"""A process (Verfahren) with its phases and categories."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.kernel.city.models import Office

MOST_ID = 2**63 - 1


class ProcessQuerySet(models.QuerySet["Process"]):
    def visible_to(self, actor: Actor) -> "ProcessQuerySet":
        """What this actor may know of; everything else does not exist (404). Drafts: the office in charge alone."""
        seen = Q(state__in=(Process.State.PUBLISHED, Process.State.CLOSED)) & ~Q(audience=Process.Audience.STAFF)
        if actor.staff is None:
            return self.filter(seen)
        seen |= Q(state__in=(Process.State.PUBLISHED, Process.State.CLOSED), audience=Process.Audience.STAFF)
        return self.filter(seen | self._run_by(actor))

    def run_by(self, actor: Actor) -> "ProcessQuerySet":
        """Processes this clerk sets up, moderates and closes: those of the own office."""
        return self.filter(self._run_by(actor))

    @staticmethod
    def _run_by(actor: Actor) -> Q:
        if actor.staff is None or actor.staff.role not in DESK_ROLES:
            return Q(pk__in=[])
        return Q(office=actor.staff.office_id)


class Process(models.Model):
    """One process; what it can do stands in its template (processes/<kind>.toml) and in its phases."""

    class Audience(models.TextChoices):
        PUBLIC = "public"
        STAFF = "staff"  # exists for members of staff alone
        YOUTH = "youth"
        DISTRICT = "district"

    class State(models.TextChoices):
        DRAFT = "DRAFT"
        PUBLISHED = "PUBLISHED"
        CLOSED = "CLOSED"

    key = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=40)  # key of the template
    title = models.CharField(max_length=150)
    summary = models.CharField(max_length=400, blank=True)
    text = models.TextField(blank=True)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.PUBLIC)
    area = models.CharField(max_length=60, blank=True)  # key of a district; "" = the whole city
    settings = models.JSONField(default=dict)  # checked by the template
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    result = models.TextField(blank=True)
    phase_now = models.CharField(max_length=60, blank=True)  # key of the phase the clock has announced last
    published_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)  # of texts and settings: two tabs do not overwrite each other

    objects: ClassVar[ProcessQuerySet] = ProcessQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["state", "-id"], name="process_state")]

    def __str__(self) -> str:
        return f"process:{self.pk}"


class Phase(models.Model):
    """A stretch of time in which some things are allowed, to some people."""

    process = models.ForeignKey(Process, models.CASCADE, related_name="phases")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=100)
    text = models.CharField(max_length=600, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    allows = models.JSONField(default=list)  # words of processes.ALLOWS: contribute, comment, support, vote …
    who = models.JSONField(default=dict)  # rule of eligibility.py

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["process", "key"], name="phase_key_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="phase_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="phase_starts"),
            models.Index(fields=["ends_at"], name="phase_ends"),
        ]

    def __str__(self) -> str:
        return f"phase:{self.pk}"

    def state_at(self, now: datetime) -> str:
        """ "open" (to come), "current", "done"."""
        return "open" if now < self.starts_at else "current" if now < self.ends_at else "done"


class Category(models.Model):
    """What a contribution is about; of one process, or (process empty) of the reports of the city."""

    process = models.ForeignKey(Process, models.CASCADE, null=True, blank=True, related_name="categories")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["process", "key"], name="category_key_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"category:{self.pk}"
