"""The diary: what happened, which reactions have run, what failed on the way, who is told outside."""

from cryptography.fernet import MultiFernet
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.lib.secret_text import sealer


def secret_sealer() -> MultiFernet:
    """Keys derived from the secret of the installation; old ones still open."""
    return sealer([str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)], "webhook secret")


class Event(models.Model):
    """One line of the diary. Never changed (the database refuses it); holds ids and numbers, never personal data."""

    name = models.CharField(max_length=60)  # room.past_tense
    subject = models.CharField(max_length=60)  # "case:17"
    actor = models.CharField(max_length=60)  # "account:3", "staff:5", "provider:demo", "system"
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject", "id"], name="event_subject"),
            models.Index(fields=["name", "at"], name="event_name_at"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}"


class Tick(models.Model):
    """This reaction to this event has run; written in the reaction's own transaction."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="+")
    reaction = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "reaction"], name="tick_once")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.reaction}"


class Unspread(models.Model):
    """A line written inside another statement (actions/inline.py) whose reactions have not been enqueued yet."""

    event_id = models.BigIntegerField()  # written in the transaction of the line, gone within a minute

    def __str__(self) -> str:
        return str(self.event_id)


class Failure(models.Model):
    """Why a job waits: its last error, for the operator. Gone as soon as the job gets through."""

    job = models.BigIntegerField(unique=True)  # id in the queue
    task = models.CharField(max_length=128)
    error = models.CharField(max_length=300)  # without addresses and long numbers
    attempts = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.task} {self.job}"


class Webhook(models.Model):
    """Somebody outside who is told of diary lines, signed with a shared secret."""

    title = models.CharField(max_length=100)
    url = models.URLField(max_length=500)
    sealed_secret = models.CharField(max_length=300)  # of "whsec_" + base64; shown once
    names = models.JSONField(default=list)  # ["case.*", "payment.completed"]
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title

    @property
    def secret(self) -> str:
        """What both sides know; it lies sealed, so that a copy of the database cannot sign in our name."""
        return secret_sealer().decrypt(self.sealed_secret.encode()).decode()


class Delivery(models.Model):
    """One event on its way to one webhook; waits and retries until it is accepted."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="+")
    event = models.ForeignKey(Event, models.CASCADE, related_name="+")
    attempts = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="delivery_once")]
        indexes = [models.Index(fields=["webhook", "attempts", "id"], name="delivery_waiting", condition=Q(delivered_at=None))]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.event_id}"
