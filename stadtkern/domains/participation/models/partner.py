"""Other systems and other cities: keys by which they send reports, what was handed over to them, what came from them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.city.models import Office

from .contribution import Contribution


class SenderKey(models.Model):
    """A key for an app or another city (api_key of Open311); only its SHA-256 is kept."""

    title = models.CharField(max_length=120)  # who has it, in words
    contact = models.EmailField(blank=True)  # of the organisation, for when something is wrong
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)  # its first letters, to tell keys apart
    trusted = models.BooleanField(default=False)  # texts and pictures of this sender are read by all at once
    updates = models.BooleanField(default=False)  # may also send what happened to a report
    per_hour = models.PositiveIntegerField(default=0)  # 0: as city.toml says
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", db_index=False)
    made_by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    used_date = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"senderkey:{self.pk}"


class Handover(models.Model):
    """A report that a neighbouring city works on: sent once, its number there kept, its state followed."""

    class State(models.TextChoices):
        WAITING = "WAITING"
        SENDING = "SENDING"
        SENT = "SENT"
        UNSURE = "UNSURE"  # no answer: it may have arrived
        REFUSED = "REFUSED"  # they say no
        FAILED = "FAILED"  # tried often enough
        CLOSED = "CLOSED"  # settled there

    contribution = models.OneToOneField(Contribution, models.CASCADE, related_name="+")
    neighbour = models.CharField(max_length=60)  # key in city.toml
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    foreign_id = models.CharField(max_length=200, blank=True)
    token = models.CharField(max_length=500, blank=True)  # until there is a number
    foreign_status = models.CharField(max_length=60, blank=True)
    foreign_notes = models.TextField(blank=True)
    error = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)  # of the next try, or the next look
    asked_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="handover_due", condition=Q(state__in=["WAITING", "SENDING", "SENT"])),
        ]

    def __str__(self) -> str:
        return f"handover:{self.pk}"


class Pulling(models.Model):
    """How far we have read a neighbour's reports."""

    neighbour = models.CharField(max_length=60, unique=True)
    until = models.DateTimeField(null=True, blank=True)  # everything changed before is here
    tried_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)
    fresh = models.PositiveIntegerField(default=0)  # of the last pull
    changed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"pulling:{self.pk}"
