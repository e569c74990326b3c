"""Comments: a parent and the key of the thread; the tree is built in Python."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account

from .contribution import Contribution

DEEPEST = 6  # levels; an answer to the deepest stands beside it


class CommentQuerySet(models.QuerySet["Comment"]):
    def shown(self) -> "CommentQuerySet":
        """Public ones; hidden and withdrawn ones keep their place in the tree without their text."""
        return self.exclude(state=Comment.State.SUBMITTED)


class Comment(models.Model):
    class State(models.TextChoices):
        SUBMITTED = "SUBMITTED"  # waits for a moderator
        PUBLISHED = "PUBLISHED"
        HIDDEN = "HIDDEN"
        WITHDRAWN = "WITHDRAWN"

    class Stance(models.TextChoices):
        PRO = "PRO"
        CONTRA = "CONTRA"

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="+", db_index=False)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    thread = models.PositiveBigIntegerField(null=True, blank=True)  # id of the first comment; empty for that one itself
    depth = models.PositiveSmallIntegerField(default=0)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    author_shown = models.CharField(max_length=120, blank=True)
    official = models.BooleanField(default=False)  # of the office in charge
    stance = models.CharField(max_length=6, choices=Stance, blank=True)  # in a debate
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.PUBLISHED)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CommentQuerySet] = CommentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["contribution", "thread", "id"], name="comment_thread"),
            models.Index(fields=["parent"], name="comment_parent", condition=models.Q(parent__isnull=False)),
            models.Index(fields=["account", "-id"], name="comment_account", condition=models.Q(account__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"comment:{self.pk}"
