"""Messages between a person and an office, and their content-free echoes."""

from django.db import models
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.documents.models import Document, Upload


class Message(models.Model):
    """One letter in the post box of `account`, written by the office or by the person."""

    class Direction(models.TextChoices):
        TO_PERSON = "TO_PERSON"
        TO_OFFICE = "TO_OFFICE"

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")
    direction = models.CharField(max_length=10, choices=Direction)
    about = models.CharField(max_length=60, blank=True)  # "case:17"
    title = models.CharField(max_length=200)
    body = models.TextField()
    documents = models.ManyToManyField(Document, related_name="+")
    uploads = models.ManyToManyField(Upload, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)  # by the receiver
    # Set by a reaction so that a replay writes no second letter: "<event>:<reaction>".
    once = models.CharField(max_length=120, null=True, blank=True, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-created_at"], name="message_account"),
            models.Index(fields=["about", "created_at"], name="message_about"),
        ]

    def __str__(self) -> str:
        return f"message:{self.pk}"


class Echo(models.Model):
    """A hint outside the post box that there is post; never says what."""

    class State(models.TextChoices):
        WAITING = "WAITING"
        SENT = "SENT"

    message = models.OneToOneField(Message, models.CASCADE, related_name="echo")
    channel = models.CharField(max_length=10, default="email")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"echo:{self.pk}"
