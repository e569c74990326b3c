"""A survey: questions as data, who has answered, and answers that know nobody."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.models import Account, Staff

from .process import Process


class Question(models.Model):
    """One question; `options` and `rules` hold what its kind needs (surveys/questions.py)."""

    class Kind(models.TextChoices):
        SINGLE = "SINGLE", gettext_lazy("Eine Antwort wählen")
        MULTIPLE = "MULTIPLE", gettext_lazy("Mehrere Antworten wählen")
        SCALE = "SCALE", gettext_lazy("Skala von 1 bis 5")
        RANKING = "RANKING", gettext_lazy("In eine Reihenfolge bringen")
        NUMBER = "NUMBER", gettext_lazy("Zahl")
        MATRIX = "MATRIX", gettext_lazy("Tabelle: mehrere Aussagen, gleiche Antworten")
        TEXT = "TEXT", gettext_lazy("Freier Text")

    process = models.ForeignKey(Process, models.CASCADE, related_name="+")
    key = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=300)
    help = models.CharField(max_length=300, blank=True)
    required = models.BooleanField(default=False)
    options = models.JSONField(default=list)  # [[code, label]]
    rules = models.JSONField(default=dict)  # rows of a matrix, ends of a scale, least and most
    when = models.JSONField(default=dict)  # {question: code}: asked only then

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["process", "key"], name="question_key_once")]

    def __str__(self) -> str:
        return f"question:{self.pk}"


class Turn(models.Model):
    """A person (or browser) in one survey: what was typed so far, and that it was sent. Never what was sent."""

    process = models.ForeignKey(Process, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")
    browser = models.CharField(max_length=64, blank=True)  # digest of the browser's secret, another one in every process
    draft = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now)
    sent_date = models.DateField(null=True, blank=True)  # the day alone

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["process", "account"], name="turn_account_once", condition=Q(account__isnull=False)
            ),
            models.UniqueConstraint(fields=["process", "browser"], name="turn_browser_once", condition=~Q(browser="")),
            models.CheckConstraint(condition=Q(account=None) ^ Q(browser=""), name="turn_account_or_browser"),
            models.CheckConstraint(condition=Q(sent_date=None) | Q(draft={}), name="turn_sent_keeps_nothing"),
        ]

    def __str__(self) -> str:
        return f"turn:{self.pk}"


class Reply(models.Model):
    """One filled-in survey. No account, no time, a number by lot: nobody finds out whose it is."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    process = models.ForeignKey(Process, models.CASCADE, related_name="+")
    answers = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"reply:{self.pk}"


class ReplyText(models.Model):
    """A free answer; everybody reads it when a moderator has let it through."""

    class State(models.TextChoices):
        WAITING = "WAITING"
        SHOWN = "SHOWN"
        HIDDEN = "HIDDEN"

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    question = models.ForeignKey(Question, models.CASCADE, related_name="+", db_index=False)
    text = models.TextField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["question", "state"], name="reply_text_state")]

    def __str__(self) -> str:
        return f"replytext:{self.pk}"
