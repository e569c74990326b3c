"""The cash office's own books: days that are closed, files for the finance system, second signatures."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from .models_ledger import Receivable


class DayClosing(models.Model):
    """Tagesabschluss: the journal up to and with `day` is closed; the database takes no further entry for it."""

    day = models.DateField(unique=True)
    since = models.DateField()  # the first day it closes
    closed_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=60)
    entries = models.PositiveIntegerField()
    cents = models.BigIntegerField()  # sum of the debits, which is that of the credits
    hash = models.CharField(max_length=64)  # over the one before and every line: a later change shows

    class Meta:
        ordering = ["day"]
        constraints = [models.CheckConstraint(condition=Q(day__gte=F("since")), name="closing_forward")]

    def __str__(self) -> str:
        return f"closing:{self.pk}"


class Export(models.Model):
    """The file of one closing for the city's finance system, made and handed over once."""

    closing = models.OneToOneField(DayClosing, models.PROTECT, related_name="export")
    created_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=60)
    receiver = models.CharField(max_length=40)  # "none": fetched by hand
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    handed_over_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"export:{self.pk}"


class Release(models.Model):
    """Vier Augen: a refund above the limit waits until a colleague agrees."""

    receivable = models.ForeignKey(Receivable, models.PROTECT, related_name="+")
    cents = models.PositiveBigIntegerField()
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField(default=timezone.now)
    given_by = models.CharField(max_length=60, blank=True)
    given_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receivable"], condition=Q(used_at=None), name="release_one_open"),
            models.CheckConstraint(condition=~Q(asked_by=F("given_by")), name="release_two_people"),
        ]

    def __str__(self) -> str:
        return f"release:{self.pk}"
