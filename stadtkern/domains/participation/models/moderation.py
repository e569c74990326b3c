"""What moderators decided and why, what the author answered, and what readers complained about."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account, Staff

from .comment import Comment
from .contribution import Contribution


class Moderation(models.Model):
    """One decision of a moderator about a contribution or a comment; the author may appeal, another person answers."""

    class What(models.TextChoices):
        PUBLISHED = "PUBLISHED"
        REJECTED = "REJECTED"
        HIDDEN = "HIDDEN"
        RESTORED = "RESTORED"

    contribution = models.ForeignKey(Contribution, models.CASCADE, null=True, blank=True, related_name="+")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, blank=True, related_name="+")
    what = models.CharField(max_length=10, choices=What)
    reason = models.CharField(max_length=40, blank=True)  # key of a reason (moderating.REASONS)
    text = models.TextField(blank=True)  # in words, for the author
    by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    appeal = models.TextField(blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    upheld = models.BooleanField(null=True)  # the decision stays
    answered_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(contribution=None) ^ Q(comment=None), name="moderation_of_one_thing"),
            models.CheckConstraint(
                condition=Q(answered_by=None) | Q(by=None) | ~Q(answered_by=models.F("by")), name="moderation_second_person"
            ),
        ]
        indexes = [
            models.Index(
                fields=["appealed_at"],
                name="moderation_appeals",
                condition=Q(appealed_at__isnull=False, answered_at__isnull=True),
            ),
            models.Index(fields=["at"], name="moderation_at"),
        ]

    def __str__(self) -> str:
        return f"moderation:{self.pk}"


class Complaint(models.Model):
    """A reader says that something does not belong here; one per person and thing."""

    contribution = models.ForeignKey(Contribution, models.CASCADE, null=True, blank=True, related_name="+")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, blank=True, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")  # none: a visitor
    reason = models.CharField(max_length=40)
    text = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "contribution", "comment"],
                name="complaint_once",
                condition=Q(account__isnull=False),
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(contribution=None) ^ Q(comment=None), name="complaint_about_one_thing"),
        ]
        indexes = [models.Index(fields=["at"], name="complaint_open", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return f"complaint:{self.pk}"
