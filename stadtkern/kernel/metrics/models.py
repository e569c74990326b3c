"""Values day by day, and what the city wants them to be. Figures about many; nothing here leads to a person."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Staff

KEY = 80  # department and name of a figure: "mobility.punctuality"


class KPIValue(models.Model):
    """What a figure was on a day. A day without a row: nobody asked, which is neither nought nor "not measured"."""

    class State(models.TextChoices):
        MEASURED = "MEASURED"
        NOT_MEASURED = "NOT_MEASURED"  # asked, and there was nothing to measure
        FAILED = "FAILED"  # asked, and the question went wrong

    key = models.CharField(max_length=KEY)
    day = models.DateField()
    state = models.CharField(max_length=12, choices=State)
    value = models.FloatField(null=True, blank=True)  # in the unit of the figure
    measured_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "day"], name="kpi_value_once_a_day"),
            models.CheckConstraint(
                condition=Q(state="MEASURED", value__isnull=False) | (~Q(state="MEASURED") & Q(value__isnull=True)),
                name="kpi_value_or_reason",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="kpi_value_day")]

    def __str__(self) -> str:
        return f"{self.key} {self.day}"


class KPITarget(models.Model):
    """A target as it was set, or given up (no value). Rows are added, never changed: the newest one is in force."""

    key = models.CharField(max_length=KEY)
    value = models.FloatField(null=True, blank=True)
    because = models.CharField(max_length=200)  # the decision behind it: "Ratsbeschluss vom 12.03.2026"
    set_at = models.DateTimeField(default=timezone.now)
    staff = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["key", "-id"], name="kpi_target_newest")]

    def __str__(self) -> str:
        return f"{self.key} {self.value}"
