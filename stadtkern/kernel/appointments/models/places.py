"""Where one is served, by which counter, for which matter, at which hours."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from stadtkern.kernel.city.models import Office


class Channel(models.TextChoices):
    DESK = "desk"
    PHONE = "phone"
    VIDEO = "video"


def _desk() -> list[str]:
    return [Channel.DESK.value]


class Matter(models.Model):
    """What one comes for (Anliegen): how long it takes, alone and with others, and how often one may have it."""

    key = models.SlugField(unique=True, max_length=60)
    title = models.CharField(max_length=200)
    service = models.CharField(max_length=60, blank=True)  # key of the service it belongs to
    minutes = models.PositiveSmallIntegerField(default=15)  # for the first person
    per_person = models.PositiveSmallIntegerField(default=0)  # more for each further person; 0: as long as the first
    before = models.PositiveSmallIntegerField(default=0)  # preparation of the counter, once per visit
    after = models.PositiveSmallIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)  # starts every so many minutes; 0: chosen from the duration
    persons_max = models.PositiveSmallIntegerField(default=1)
    channels = ArrayField(models.CharField(max_length=10, choices=Channel), default=_desk)
    per_person_limit = models.PositiveSmallIntegerField(default=1)  # live appointments one person may have; 0: no limit
    words = models.JSONField(default=list, blank=True)  # synonyms and example sentences
    note = models.TextField(blank=True)  # what to bring
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["title", "id"]
        indexes = [models.Index(fields=["service"], name="matter_service")]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__range=(1, 720), persons_max__range=(1, 50)), name="matter_sane"),
        ]

    def __str__(self) -> str:
        return self.title


class Place(models.Model):
    """A building or a line one is served at (Standort)."""

    key = models.SlugField(unique=True, max_length=60)
    title = models.CharField(max_length=200)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=5, blank=True)
    town = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=2)  # Land, for the holidays
    note = models.TextField(blank=True)  # way in, lift, bus
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title


class Counter(models.Model):
    """One who serves one visit at a time (Schalter, Raum, Leitung); as many rows as can be served at once."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="counters")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=100)
    channels = ArrayField(models.CharField(max_length=10, choices=Channel), default=_desk)
    matters = models.ManyToManyField(Matter, related_name="counters", blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["place", "id"]
        constraints = [models.UniqueConstraint(fields=["place", "key"], name="counter_key")]

    def __str__(self) -> str:
        return self.name


class Hours(models.Model):
    """Opening hours of a weekday, of a place or (stronger) of one counter; a break is the gap between two rows."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="hours")
    counter = models.ForeignKey(Counter, models.CASCADE, null=True, blank=True, related_name="hours")
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    opens = models.TimeField()
    closes = models.TimeField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)  # last day

    class Meta:
        ordering = ["place", "counter", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="hours_weekday"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="hours_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.place_id}/{self.counter_id or '-'} {self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class SpecialDay(models.Model):
    """An exception (Ausnahme) of a place or of one counter: closed, or other hours; stronger than holidays and weekly hours."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="special_days")
    counter = models.ForeignKey(Counter, models.CASCADE, null=True, blank=True, related_name="special_days")
    first = models.DateField()
    last = models.DateField()
    hours = models.JSONField(default=list, blank=True)  # [["08:00", "12:00"]]; empty: closed
    reason = models.CharField(max_length=200, blank=True)  # shown to residents

    class Meta:
        ordering = ["first", "id"]
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="special_day_forward")]
        indexes = [models.Index(fields=["place", "last"], name="special_day_place")]

    def __str__(self) -> str:
        return f"{self.place_id}/{self.counter_id or '-'} {self.first}-{self.last}"
