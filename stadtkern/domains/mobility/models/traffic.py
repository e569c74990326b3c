"""What is counted on streets, what is expected, what stands in the way, and what is proposed for signals."""

from datetime import date, datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Staff


class Detector(models.Model):
    """A place where somebody is counted (Zählstelle): a lane or an approach, a cycle path, a pavement, a stop."""

    class Kind(models.TextChoices):
        CAR = "CAR"  # motor vehicles
        BIKE = "BIKE"
        FOOT = "FOOT"
        BOARDING = "BOARDING"  # people getting on buses and trams, as the operator tells

    key = models.CharField(max_length=80, unique=True)  # of the system it is from
    title = models.CharField(max_length=160)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CAR)
    street = models.CharField(max_length=120, blank=True)
    lat = models.FloatField(null=True, blank=True)
    long = models.FloatField(null=True, blank=True)
    faults = models.JSONField(default=list)  # codes of lib.traffic.quality, found with the last import
    checked_at = models.DateTimeField(null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["street", "key"]

    def __str__(self) -> str:
        return f"detector:{self.pk}"


class Count(models.Model):
    """Vehicles in one hour. `at` is its beginning."""

    detector = models.ForeignKey(Detector, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    vehicles = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["detector", "at"], name="count_once")]
        indexes = [models.Index(fields=["at"], name="count_at")]

    def __str__(self) -> str:
        return f"count:{self.pk}"


class Forecast(models.Model):
    """Vehicles expected in one hour, from counts up to `made_at`; the last one for an hour replaces the one before."""

    detector = models.ForeignKey(Detector, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    vehicles = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["detector", "at"], name="forecast_once")]
        indexes = [models.Index(fields=["at"], name="forecast_at")]

    def __str__(self) -> str:
        return f"forecast:{self.pk}"


class Work(models.TextChoices):
    """How far a job is."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


class CountImport(models.Model):
    """A file of counts somebody handed in; its bytes go when it is read."""

    name = models.CharField(max_length=120)
    data = models.BinaryField()
    state = models.CharField(max_length=8, choices=Work, default=Work.WAITING)
    rows = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=list)  # [code, many, example]
    staff = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"countimport:{self.pk}"


class IncidentQuerySet(models.QuerySet["Incident"]):
    def public(self, now: datetime) -> "IncidentQuerySet":
        """What everybody may read: published, and not over."""
        return self.filter(state=Incident.State.PUBLISHED).filter(Q(ends_at=None) | Q(ends_at__gt=now))

    def waiting(self) -> "IncidentQuerySet":
        """Announced by another office; a clerk looks first."""
        return self.filter(state=Incident.State.ANNOUNCED)


class Incident(models.Model):
    """Something in the way: road works, an accident, a broken signal, an event."""

    class Kind(models.TextChoices):
        WORKS = "WORKS"
        DAMAGE = "DAMAGE"
        ACCIDENT = "ACCIDENT"
        EVENT = "EVENT"
        OTHER = "OTHER"

    class State(models.TextChoices):
        ANNOUNCED = "ANNOUNCED"
        PUBLISHED = "PUBLISHED"
        DISMISSED = "DISMISSED"
        ENDED = "ENDED"

    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.ANNOUNCED)
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    street = models.CharField(max_length=120, blank=True)
    lat = models.FloatField(null=True, blank=True)
    long = models.FloatField(null=True, blank=True)
    closed = models.BooleanField(default=False)  # nobody gets through by car
    begins_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    about = models.CharField(max_length=60, blank=True)  # "case:17": where it was announced
    staff = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[IncidentQuerySet] = IncidentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["begins_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["about"], condition=~Q(about=""), name="incident_once")]
        indexes = [models.Index(fields=["state", "ends_at"], name="incident_public")]

    def __str__(self) -> str:
        return f"incident:{self.pk}"

    @property
    def last_day(self) -> date | None:
        """The last day it stands in the way: `ends_at` is the midnight behind it."""
        return None if self.ends_at is None else timezone.localdate(self.ends_at - timedelta(microseconds=1))

    @property
    def is_ahead(self) -> bool:
        """Announced to everybody, but not there yet."""
        return self.begins_at > timezone.now()


class Scenario(models.Model):
    """A question of a planner: what if these streets are closed?"""

    title = models.CharField(max_length=120)
    streets = models.JSONField(default=list)  # names of closed streets
    state = models.CharField(max_length=8, choices=Work, default=Work.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)  # per cent
    result = models.JSONField(default=dict)
    problem = models.CharField(max_length=200, blank=True)
    once = models.UUIDField(unique=True)  # of the form: sent twice is one
    staff = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"scenario:{self.pk}"


class SignalStudy(models.Model):
    """A network with its demand, for which plans are sought; its files go after a year."""

    title = models.CharField(max_length=120)
    net = models.BinaryField()
    routes = models.BinaryField()
    begin = models.PositiveIntegerField()  # seconds of the day
    end = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=Work, default=Work.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64)  # of both files
    about = models.JSONField(default=dict)  # when and with what it was computed, fit of the demand; "stored": read from a file
    staff = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"signalstudy:{self.pk}"


class SignalPlan(models.Model):
    """A proposal and what the gate said of it. RELEASED is a person's act and switches nothing by itself."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED"
        REFUSED = "REFUSED"  # by the gate
        RELEASED = "RELEASED"
        REJECTED = "REJECTED"  # by the person
        RECALLED = "RECALLED"  # was released; the lead took it back

    study = models.ForeignKey(SignalStudy, models.CASCADE, related_name="plans")
    source = models.CharField(max_length=10)  # webster · search · actuated
    state = models.CharField(max_length=8, choices=State)
    plan = models.JSONField(default=dict)  # signal -> kind, offset, phases
    rows = models.JSONField(default=list)  # of the verdict
    reasons = models.JSONField(default=list)  # codes
    because = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["study", "source"], name="signalplan_once")]

    def __str__(self) -> str:
        return f"signalplan:{self.pk}"
