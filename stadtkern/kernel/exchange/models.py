"""What is on its way to another authority, what came from one, and what the delivery service says about both."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.cases.models import Case


class Destination(models.Model):
    """What we last saw of a destination: which key it encrypts with, and whether that key may be used."""

    destination = models.CharField(max_length=36, unique=True)
    title = models.CharField(max_length=200, blank=True)
    kid = models.CharField(max_length=100, blank=True)
    checked_at = models.DateTimeField(default=timezone.now)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["title", "destination"]

    def __str__(self) -> str:
        return self.title or self.destination


class TransmissionQuerySet(models.QuerySet["Transmission"]):
    def due(self, now: datetime) -> "TransmissionQuerySet":
        """Those to be worked on or asked about again."""
        return self.filter(next_try_at__lte=now).order_by("next_try_at")

    def of(self, case_id: int) -> "TransmissionQuerySet":
        """All attempts for one case, newest first."""
        return self.filter(case=case_id).order_by("-attempt")

    def of_desk(self, actor: Actor) -> "TransmissionQuerySet":
        """What this clerk's office handed over."""
        staff = actor.staff
        if staff is None or staff.role not in (Role.CLERK, Role.LEAD):
            return self.none()
        return self.filter(case__in=Case.objects.of_office(staff))


class Transmission(models.Model):
    """One attempt to hand one case to one destination; the database allows a single live one per case."""

    class State(models.TextChoices):
        PREPARED = "PREPARED"  # to be encrypted
        PACKED = "PACKED"  # encrypted; the parcels lie here
        ANNOUNCED = "ANNOUNCED"  # the service gave a number; parts are being uploaded
        SUBMITTED = "SUBMITTED"  # handed in; the receiver has not answered yet
        ACCEPTED = "ACCEPTED"
        REJECTED = "REJECTED"  # by the receiver, with reasons
        FAILED = "FAILED"  # cannot be handed in; reason in `trouble`
        CANCELLED = "CANCELLED"  # withdrawn before it was handed in

    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    attempt = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    destination = models.CharField(max_length=36, blank=True)
    title = models.CharField(max_length=200, blank=True)  # who that is
    service = models.CharField(max_length=100, blank=True)  # urn:de:fim:leika:leistung:…
    submission = models.CharField(max_length=36, blank=True)  # number at the delivery service
    kase = models.CharField(max_length=36, blank=True)  # its caseId
    tags = models.JSONField(default=dict)  # authentication tags of what we handed in
    problems = models.JSONField(default=list)  # why the receiver refused
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    tries = models.PositiveIntegerField(default=0)  # without success since the last step forward
    trouble = models.CharField(max_length=300, blank=True)

    objects: ClassVar[TransmissionQuerySet] = TransmissionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                name="transmission_one_live",
                condition=Q(state__in=["PREPARED", "PACKED", "ANNOUNCED", "SUBMITTED", "ACCEPTED"]),
            ),
            models.UniqueConstraint(fields=["case", "attempt"], name="transmission_attempt"),
            models.UniqueConstraint(fields=["submission"], name="transmission_submission", condition=~Q(submission="")),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="transmission_due", condition=Q(next_try_at__isnull=False)),
            models.Index(fields=["state", "id"], name="transmission_state"),
        ]

    def __str__(self) -> str:
        return f"transmission:{self.pk}"


class ReceptionQuerySet(models.QuerySet["Reception"]):
    def due(self, now: datetime) -> "ReceptionQuerySet":
        """Those to be worked on again."""
        return self.filter(next_try_at__lte=now).order_by("next_try_at")


class Reception(models.Model):
    """One submission to a destination of this city; one row per submission however often it is listed."""

    class State(models.TextChoices):
        FOUND = "FOUND"  # it lies at the delivery service
        OPENED = "OPENED"  # a case is open here; the service is to be told
        ACCEPTED = "ACCEPTED"
        REFUSED = "REFUSED"  # it cannot be taken; the service is to be told why
        REJECTED = "REJECTED"
        GONE = "GONE"  # the service does not have it any more, and we never had it
        UNCONFIRMED = "UNCONFIRMED"  # done here, but the service decided otherwise meanwhile

    submission = models.CharField(max_length=36, unique=True)
    kase = models.CharField(max_length=36)
    destination = models.CharField(max_length=36)
    state = models.CharField(max_length=11, choices=State, default=State.FOUND)
    case = models.OneToOneField(Case, models.CASCADE, null=True, blank=True, related_name="+")
    service = models.CharField(max_length=200, blank=True)
    schema_uri = models.CharField(max_length=500, blank=True)
    sender_reference = models.CharField(max_length=200, blank=True)
    reply_channel = models.JSONField(default=dict)  # how the applicant wants the answer, as it was handed in
    tags = models.JSONField(default=dict)
    problems = models.JSONField(default=list)  # why we refuse it; also files in quarantine
    looks = models.PositiveSmallIntegerField(default=0)  # how often it looked damaged
    found_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    tries = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True)

    objects: ClassVar[ReceptionQuerySet] = ReceptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], name="reception_due", condition=Q(next_try_at__isnull=False)),
            models.Index(fields=["state", "id"], name="reception_state"),
        ]

    def __str__(self) -> str:
        return f"reception:{self.pk}"


class Parcel(models.Model):
    """One encrypted part: of a transmission until it is confirmed, of a reception while a refused file is in quarantine."""

    transmission = models.ForeignKey(Transmission, models.CASCADE, null=True, related_name="+")
    reception = models.ForeignKey(Reception, models.CASCADE, null=True, related_name="+")
    part = models.CharField(max_length=36)  # "metadata", "data", or the id of the attachment
    token = models.TextField()  # JWE
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transmission", "part"], name="parcel_of_transmission"),
            models.UniqueConstraint(fields=["reception", "part"], name="parcel_of_reception"),
        ]

    def __str__(self) -> str:
        return f"parcel:{self.pk}"


class Line(models.Model):
    """One verified line of the event log at the delivery service."""

    transmission = models.ForeignKey(Transmission, models.CASCADE, null=True, related_name="+")
    reception = models.ForeignKey(Reception, models.CASCADE, null=True, related_name="+")
    jti = models.CharField(max_length=60)
    name = models.CharField(max_length=40)
    issuer = models.CharField(max_length=200)
    at = models.DateTimeField()
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["transmission", "jti"], name="line_of_transmission"),
            models.UniqueConstraint(fields=["reception", "jti"], name="line_of_reception"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.jti}"


class Heard(models.Model):
    """A callback that was believed: the same one again says nothing new."""

    signature = models.CharField(max_length=128, unique=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"heard:{self.pk}"
