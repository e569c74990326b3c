"""Who serves which counter when, and who can do what (Dienstplan, Fertigkeiten)."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Staff

from .places import Counter, Matter, Place

_MINUTE = "(EXTRACT(HOUR FROM {0})::int * 60 + EXTRACT(MINUTE FROM {0})::int)"
_START = "staff_id * 67108864::bigint + (date - DATE '2020-01-01') * 1440 + "


class Skill(models.Model):
    """This clerk can serve this matter. Whoever has no skill noted serves whatever the counter does."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    matter = models.ForeignKey(Matter, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "matter"], name="skill_once")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.matter_id}"


class Roster(models.Model):
    """From `since` on a counter of this place is open only while somebody is on duty there; before, its hours alone count."""

    place = models.OneToOneField(Place, models.CASCADE, related_name="roster")
    since = models.DateField()

    def __str__(self) -> str:
        return f"{self.place_id} {self.since}"


class Shift(models.Model):
    """A clerk at a counter from one time to another on one day (Dienst)."""

    counter = models.ForeignKey(Counter, models.CASCADE, related_name="shifts")
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    date = models.DateField()
    starts = models.TimeField()
    ends = models.TimeField()
    # Nobody is at two counters at once: the database works it out and refuses it.
    span = models.GeneratedField(
        expression=Func(
            template=f"int8range({_START}{_MINUTE.format('starts')}, {_START}{_MINUTE.format('ends')})",
            output_field=BigIntegerRangeField(),
        ),
        output_field=BigIntegerRangeField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["date", "counter", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="shift_forward"),
            ExclusionConstraint(name="shift_no_double", expressions=[("span", "&&")], index_type="GIST"),
        ]
        indexes = [models.Index(fields=["counter", "date"], name="shift_day")]

    def __str__(self) -> str:
        return f"{self.staff_id}@{self.counter_id} {self.date}"


class Absence(models.Model):
    """A clerk is not there. Why is nobody's business here: no reason is kept."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    first = models.DateField()
    last = models.DateField()

    class Meta:
        ordering = ["first", "id"]
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="absence_forward")]
        indexes = [models.Index(fields=["staff", "last"], name="absence_staff")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.first}-{self.last}"


class HoursChange(models.Model):
    """The weekly hours as they were before somebody changed them, so that it can be undone."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="+")
    counter = models.ForeignKey(Counter, models.CASCADE, null=True, blank=True, related_name="+")
    before = models.JSONField(default=list)  # [[weekday, opens, closes, valid_from, valid_until]]
    valid_from = models.DateField()
    changed_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"hours_change:{self.pk}"
