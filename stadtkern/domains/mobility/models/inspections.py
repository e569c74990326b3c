"""What inspections of tickets leave behind: numbers, and what did not fit. No person, no place, no hour."""

from django.db import models
from django.utils import timezone


class InspectionCount(models.Model):
    """How many inspections of a day had which outcome: the only thing that stays of them. No ticket, no place, no hour."""

    day = models.DateField()
    outcome = models.CharField(max_length=12)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "outcome"], name="inspections_once")]

    def __str__(self) -> str:
        return f"inspections {self.day} {self.outcome}"


class InspectionBatch(models.Model):
    """What a device handed in, once: so that sending twice does not count twice."""

    key = models.UUIDField(unique=True)
    received_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"inspections:{self.pk}"


class InspectionFinding(models.Model):
    """What did not fit when inspections came in: to be looked at by the office, about a ticket and not about a person."""

    class Kind(models.TextChoices):
        UNKNOWN = "UNKNOWN"  # genuine signature, but we never issued it
        LATE = "LATE"  # accepted with a list that did not know yet that it is revoked
        TWICE = "TWICE"  # the same paper at two devices within minutes
        CLOCK = "CLOCK"  # accepted outside its time: the device's clock is wrong

    kind = models.CharField(max_length=7, choices=Kind)
    number = models.CharField(max_length=12)  # of the ticket
    day = models.DateField()  # of the inspection; when it came in would tell the hour
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "number", "day"], name="inspection_finding_once")]

    def __str__(self) -> str:
        return f"finding:{self.pk}"


class InspectionSeen(models.Model):
    """Which papers were inspected in the last two days, as digests under a key of that day, which is destroyed then."""

    day = models.DateField()
    digest = models.BinaryField()
    minute = models.PositiveSmallIntegerField()
    batch = models.ForeignKey(InspectionBatch, models.CASCADE, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["day", "digest"], name="inspection_seen")]

    def __str__(self) -> str:
        return f"seen:{self.pk}"
