"""What was told about an appointment and to whom it still has to be sent; and the secret calendar address of an account."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account

from .appointment import Appointment
from .waiting import Waiting


class Notice(models.Model):
    """One thing told once: into the post box of an account, or by e-mail to somebody without one."""

    class Occasion(models.TextChoices):
        BOOKED = "booked"
        MOVED = "moved"
        CANCELLED = "cancelled"
        REMINDER = "reminder"
        OFFERED = "offered"

    class State(models.TextChoices):
        WAITING = "WAITING"
        SENT = "SENT"
        REFUSED = "REFUSED"  # the address cannot get mail; trying again would not help

    appointment = models.ForeignKey(Appointment, models.CASCADE, null=True, blank=True, related_name="+")
    waiting = models.ForeignKey(Waiting, models.CASCADE, null=True, blank=True, related_name="+")
    occasion = models.CharField(max_length=10, choices=Occasion)
    sequence = models.PositiveIntegerField(default=0)  # of the appointment when it was told
    # What makes a replay tell nothing twice: "<event>" or "reminder:<appointment>:<sequence>".
    once = models.CharField(max_length=120, unique=True)
    by_staff = models.BooleanField(default=False)
    key = models.UUIDField(default=uuid.uuid4, unique=True)  # part of the Message-ID: the same at every attempt
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["appointment", "occasion"], name="notice_appointment"),
            models.Index(fields=["id"], name="notice_unsent", condition=~Q(state="SENT")),
        ]

    def __str__(self) -> str:
        return f"notice:{self.pk}"


class Feed(models.Model):
    """The calendar address of an account; the database knows only the digest of the secret in it."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"feed:{self.pk}"
