"""What is measured of traffic over days: buses and trams by line and section, car traffic, shared vehicles by district.

No row is about a person. Single trips are kept until they are over, because a trip of a bus tells who drove it.
"""

from django.db import models

from .feeds import Feed


class TripSeen(models.Model):
    """A trip while it runs: the delay at every stop as the last message before or at the stop told it. Goes when it is over."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()  # of service
    key = models.CharField(max_length=270)  # trip, and its start where a trip runs many times
    route = models.CharField(max_length=250)
    line = models.CharField(max_length=80)
    cancelled = models.BooleanField(default=False)
    ends_at = models.DateTimeField()  # as planned
    stops = models.JSONField(default=list)  # [stop, planned arrival, planned departure], seconds of the day of service
    said = models.JSONField(default=dict)  # position -> [delay of the arrival, of the departure], seconds

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "day", "key"], name="tripseen_once")]
        indexes = [models.Index(fields=["ends_at"], name="tripseen_due")]

    def __str__(self) -> str:
        return f"tripseen:{self.pk}"


class LineDay(models.Model):
    """A line on a day: how many trips were seen, how late they were. Delays are counted in steps, so that days can be added."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    route = models.CharField(max_length=250)
    line = models.CharField(max_length=80)
    planned = models.PositiveIntegerField(default=0)  # trips of the timetable; 0: not known
    observed = models.PositiveIntegerField(default=0)  # trips with at least one stop measured
    on_time = models.PositiveIntegerField(default=0)  # of them on time at their last measured stop
    cancelled = models.PositiveIntegerField(default=0)
    stops = models.PositiveIntegerField(default=0)  # departures measured
    stops_on_time = models.PositiveIntegerField(default=0)
    delays = models.JSONField(default=dict)  # step (lib.traffic.spread) -> departures

    class Meta:
        ordering = ["day", "line"]
        constraints = [models.UniqueConstraint(fields=["feed", "day", "route"], name="lineday_once")]
        indexes = [models.Index(fields=["day"], name="lineday_day")]

    def __str__(self) -> str:
        return f"lineday:{self.pk}"


class SectionDay(models.Model):
    """From one stop to the next on a day, all lines together: running times as planned and as measured, by time of day."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    start = models.CharField(max_length=250)  # stop of the feed
    goal = models.CharField(max_length=250)
    band = models.PositiveSmallIntegerField()  # hour in which this time of day begins
    lines = models.JSONField(default=list)
    runs = models.PositiveIntegerField(default=0)
    planned_s = models.PositiveIntegerField(default=0)  # sums
    measured_s = models.PositiveIntegerField(default=0)
    times = models.JSONField(default=dict)  # step -> runs

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "day", "start", "goal", "band"], name="sectionday_once")]
        indexes = [models.Index(fields=["day"], name="sectionday_day")]

    def __str__(self) -> str:
        return f"sectionday:{self.pk}"


class FlowDay(models.Model):
    """Car traffic of a day from counts laid on the streets (assignment): an estimate, not a measurement of travel times."""

    day = models.DateField(unique=True)
    hours = models.PositiveSmallIntegerField()  # of the day that were counted
    streets = models.PositiveIntegerField()  # with a detector
    trips = models.FloatField()
    vehicle_km = models.FloatField()
    drive_h = models.FloatField()  # vehicle hours on the way
    lost_h = models.FloatField()  # of them more than on empty streets
    co2_kg = models.FloatField()

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"flowday:{self.pk}"


class SharingHour(models.Model):
    """Vehicles of one kind in one district in one hour: how many stood there, left, came; and searches that found none near."""

    system = models.CharField(max_length=80, blank=True)  # "" = a search, which names no system
    kind = models.CharField(max_length=10)  # of lib.sharing
    district = models.CharField(max_length=60, blank=True)  # "" = outside of the districts
    at = models.DateTimeField()
    looks = models.PositiveIntegerField(default=0)  # how often the source was read
    standing = models.PositiveIntegerField(default=0)  # sum over these looks
    empty = models.PositiveIntegerField(default=0)  # looks that found no vehicle here
    left = models.PositiveIntegerField(default=0)  # disappeared: estimated beginnings of trips
    came = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)  # many at once: the operator's van, no trips
    searches = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)  # searches without a vehicle near

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "kind", "district", "at"], name="sharinghour_once")]
        indexes = [models.Index(fields=["at"], name="sharinghour_at")]

    def __str__(self) -> str:
        return f"sharinghour:{self.pk}"
