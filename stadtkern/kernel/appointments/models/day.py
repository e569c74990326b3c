"""One counter on one day: 288 cells of five minutes, which are open, which of those are free."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from .fields import NONE, VarBit
from .places import Counter, Place


class Day(models.Model):
    """`free` is `open` minus what appointments take; it can be worked out anew at any time (actions.mend_day).

    Place, matters and channels of the counter stand here too, as they are on this day: a search reads this table alone.
    """

    counter = models.ForeignKey(Counter, models.CASCADE, related_name="+")
    place = models.ForeignKey(Place, models.CASCADE, related_name="+")
    date = models.DateField()
    open = VarBit(default=NONE)
    free = VarBit(default=NONE)
    matters: Any = ArrayField(models.BigIntegerField(), default=list)  # keys of Matter served here on this day
    channels: Any = ArrayField(models.CharField(max_length=10), default=list)
    opens_at = models.DateTimeField(default=timezone.now)  # residents may book from then on (release wave)

    class Meta:
        ordering = ["date", "counter"]
        constraints = [
            models.UniqueConstraint(fields=["counter", "date"], name="day_once"),
        ]
        indexes = [models.Index(fields=["place", "date"], name="day_place"), models.Index(fields=["date"], name="day_date")]

    def __str__(self) -> str:
        return f"{self.counter_id} {self.date}"
