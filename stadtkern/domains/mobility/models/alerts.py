"""Alerts of public transport, and who wants to hear of them."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.models import Account

from .feeds import Feed


class AlertQuerySet(models.QuerySet["Alert"]):
    def live(self, now: datetime) -> "AlertQuerySet":
        """Still told by their source, and not over."""
        return self.filter(gone_at=None).filter(Q(ends_at=None) | Q(ends_at__gte=now))


class Alert(models.Model):
    """One message of a source: a line that does not run, a lift that is broken."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)  # as the source calls it
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    cause = models.CharField(max_length=30, blank=True)
    effect = models.CharField(max_length=30, blank=True)
    url = models.CharField(max_length=500, blank=True)
    stops = models.JSONField(default=list)  # ids of the feed
    routes = models.JSONField(default=list)
    trips = models.JSONField(default=list)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[AlertQuerySet] = AlertQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-seen_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["feed", "key"], name="alert_once_per_feed")]

    def __str__(self) -> str:
        return f"alert:{self.pk}"


class Watch(models.Model):
    """Somebody wants to hear when something is wrong with a stop, a line or a trip."""

    class Kind(models.TextChoices):
        STOP = "STOP", gettext_lazy("Haltestelle")
        ROUTE = "ROUTE", gettext_lazy("Linie")
        TRIP = "TRIP", gettext_lazy("Fahrt")

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    ref = models.CharField(max_length=120)  # id of the feed
    title = models.CharField(max_length=200)  # as it was shown
    until = models.DateTimeField(null=True, blank=True)  # of a single trip: then it is forgotten
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["account", "kind", "ref"], name="watch_once")]
        indexes = [models.Index(fields=["kind", "ref"], name="watch_ref")]

    def __str__(self) -> str:
        return f"watch:{self.pk}"


class Told(models.Model):
    """This person has had this alert: never a second time, whatever happens to the letter."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "account"], name="alert_told_once")]

    def __str__(self) -> str:
        return f"told:{self.pk}"


class SavedPlace(models.Model):
    """A place somebody chose to keep, to start from with one tap."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    title = models.CharField(max_length=40)  # "Zuhause"
    place = models.CharField(max_length=160)  # as it would be typed
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["title", "pk"]
        constraints = [models.UniqueConstraint(fields=["account", "title"], name="saved_place_title")]

    def __str__(self) -> str:
        return f"savedplace:{self.pk}"
