"""Where timetables and live data come from, and every version that was read; files lie in the data folder."""

from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy


class FeedQuerySet(models.QuerySet["Feed"]):
    def due(self, now: datetime) -> "FeedQuerySet":
        """To be fetched by the clock."""
        return self.filter(active=True, every_minutes__gt=0).exclude(url="").filter(Q(next_at=None) | Q(next_at__lte=now))


class Feed(models.Model):
    """One source: an address that is asked again and again, or files that somebody uploads."""

    class Kind(models.TextChoices):
        GTFS = "GTFS", gettext_lazy("Fahrplan (GTFS)")
        REALTIME = "REALTIME", gettext_lazy("Echtzeit (GTFS-Realtime)")
        GBFS = "GBFS", gettext_lazy("Leihfahrzeuge (GBFS)")
        OSM = "OSM", gettext_lazy("Straßen und Wege (OpenStreetMap)")

    class State(models.TextChoices):
        IDLE = "IDLE", gettext_lazy("in Ruhe")
        WAITING = "WAITING", gettext_lazy("wartet")
        RUNNING = "RUNNING", gettext_lazy("wird gelesen")
        FAILED = "FAILED", gettext_lazy("nicht gelungen")

    key = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind)
    url = models.CharField(max_length=500, blank=True)  # "" = by upload; "demo:…" = the demo town's own
    every_minutes = models.PositiveIntegerField(default=0)  # 0 = only by the button
    licence = models.CharField(max_length=80, blank=True)
    licence_url = models.CharField(max_length=500, blank=True)
    credit = models.CharField(max_length=200, blank=True)  # how the source wants to be named
    open_data = models.BooleanField(default=True)  # passed through to everybody
    active = models.BooleanField(default=True)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.IDLE)
    step = models.CharField(max_length=40, blank=True)  # where the reading is
    problem = models.TextField(blank=True)  # why it did not work, in plain words
    started_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    # of real time: the timetable whose trips it names, where several are joined
    timetable = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    current = models.ForeignKey("FeedVersion", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[FeedQuerySet] = FeedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["kind", "key"]

    def __str__(self) -> str:
        return f"feed:{self.pk}"

    @property
    def until(self) -> date | None:
        """The last day the timetable that counts is valid; None where it is not known."""
        told = self.current.figures.get("until", "") if self.current else ""
        return date.fromisoformat(told) if told else None


class FeedVersion(models.Model):
    """One file that was read, what came of it, and where it lies; refused ones stay for their report."""

    class State(models.TextChoices):
        READY = "READY", gettext_lazy("gelesen")
        REFUSED = "REFUSED", gettext_lazy("abgelehnt")
        REMOVED = "REMOVED", gettext_lazy("aufgeräumt")  # its files are gone, its report stays

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State)
    digest = models.CharField(max_length=64)  # sha256 of the file
    size = models.BigIntegerField()
    findings = models.JSONField(default=list)  # [{code, file, line, values, many}]
    figures = models.JSONField(default=dict)  # stops, trips, first and last day, seconds, memory
    source = models.CharField(max_length=20, default="url")  # url · upload · demo
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["feed", "number"], name="feed_version_number")]

    def __str__(self) -> str:
        return f"feedversion:{self.pk}"
