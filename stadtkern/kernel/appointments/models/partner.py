"""Practices and specialist systems that book over FHIR: what each may do, and what they said about an appointment."""

from django.db import models
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.city.models import Office

from .appointment import Appointment


class Partner(models.Model):
    """An account whose tokens may use the FHIR door of an office, as far as `scope` says. Without such a row: nothing."""

    class Scope(models.TextChoices):
        FREE = "FREE"  # matters and free times, nobody's appointment
        BOOK = "BOOK"  # and book, read, move and call off its own appointments
        OFFICE = "OFFICE"  # and read all appointments of the office: the office's own specialist system

    office = models.ForeignKey(Office, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    title = models.CharField(max_length=200)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.FREE)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["office", "account"], condition=models.Q(ended_at=None), name="partner_once"),
        ]

    def __str__(self) -> str:
        return f"partner:{self.pk}"


class Sent(models.Model):
    """What a partner's program said about an appointment it booked; goes with the person's data."""

    appointment = models.OneToOneField(Appointment, models.CASCADE, related_name="sent")
    partner = models.ForeignKey(Partner, models.SET_NULL, null=True, related_name="+")
    patient = models.CharField(max_length=300)  # its own reference, "Patient/4711"
    more = models.JSONField(default=dict)  # comment, patientInstruction, priority, tags
    reason = models.CharField(max_length=10, blank=True)  # why it was called off
    replaces = models.ForeignKey(Appointment, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"sent:{self.pk}"
