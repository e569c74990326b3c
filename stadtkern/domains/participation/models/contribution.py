"""A contribution (Beitrag) and what belongs to it: pictures, supporters, followers, links to what became of it."""

import uuid
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Account
from stadtkern.kernel.cases.models import Case

from .process import Category, Phase, Process

# What the list of a process shows; said the same way in its queries, so that they follow the index.
LISTED = Q(state__in=["PUBLISHED", "MERGED"]) & ~Q(kind="RESULT")


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def shown(self) -> "ContributionQuerySet":
        """What may be read: published, and merged ones, which lead to the other."""
        return self.filter(state__in=SHOWN)

    def visible_to(self, actor: Actor) -> "ContributionQuerySet":
        """What this actor may read: what is shown in a process they may know of, the own ones, those of the own office."""
        of_process = Q(process__in=Process.objects.visible_to(actor)) | Q(process=None)
        seen = Q(state__in=SHOWN) & of_process
        if actor.staff is not None and actor.staff.role in DESK_ROLES:
            seen |= Q(process__office=actor.staff.office_id) & ~Q(state=Contribution.State.DRAFT)
        if actor.account is not None and not actor.mandate:  # who wrote it with others
            seen |= Q(pk__in=Contribution.objects.filter(team__members__account=actor.account.pk).values("pk"))
        return self.filter(seen | self._own(actor))

    def of_author(self, actor: Actor) -> "ContributionQuerySet":
        """Written by this person, or without an account in this browser."""
        return self.filter(self._own(actor))

    @staticmethod
    def _own(actor: Actor) -> Q:
        own = Q(pk__in=[])
        if actor.owner:
            own |= Q(account=actor.owner.pk)
        if actor.draft_keys:
            own |= Q(account=None, draft_key__in=actor.draft_keys)
        return own


class Contribution(models.Model):
    """An idea, a project, a statement, a report, a petition, a result: one table, so that links lead anywhere."""

    class Kind(models.TextChoices):
        IDEA = "IDEA"
        PROPOSAL = "PROPOSAL"
        PROJECT = "PROJECT"
        STATEMENT = "STATEMENT"
        REPORT = "REPORT"
        PETITION = "PETITION"
        RESULT = "RESULT"

    class State(models.TextChoices):
        DRAFT = "DRAFT"
        SUBMITTED = "SUBMITTED"  # waits for a moderator
        PUBLISHED = "PUBLISHED"
        REJECTED = "REJECTED"
        WITHDRAWN = "WITHDRAWN"
        MERGED = "MERGED"  # lives on in another one; can still be read
        HIDDEN = "HIDDEN"  # was published, a moderator took it away

    process = models.ForeignKey(Process, models.PROTECT, null=True, blank=True, related_name="contributions", db_index=False)
    phase = models.ForeignKey(Phase, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    case = models.OneToOneField(Case, models.SET_NULL, null=True, blank=True, related_name="+")
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    draft_key = models.CharField(max_length=64, blank=True)  # digest of the browser's secret, where there is no account
    title = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)  # plain text; shown escaped, with paragraphs
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    reference = models.CharField(max_length=20, unique=True, null=True, blank=True)  # public number; none while a draft
    lat = models.FloatField(null=True, blank=True)
    long = models.FloatField(null=True, blank=True)
    geometry = models.JSONField(null=True, blank=True)  # GeoJSON, where a line or an area was drawn
    district = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=200, blank=True)
    cost_cents = models.PositiveBigIntegerField(null=True, blank=True)
    author_shown = models.CharField(max_length=120, blank=True)  # what others read as author; "" = nobody is named
    keep_text = models.BooleanField(default=True)  # the text stays, without a name, when the author's account goes
    details = models.JSONField(default=dict)  # what one kind needs beyond this
    origin = models.JSONField(default=dict)  # of another city: where it came from
    supports = models.PositiveIntegerField(default=0)  # kept by the actions, in the transaction of each support
    comments = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)  # since a moderator has read this text
    version = models.PositiveIntegerField(default=1)
    search = SearchVectorField(null=True, editable=False)  # title, text, address, reference; configuration "simple"

    objects: ClassVar[ContributionQuerySet] = ContributionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lat=None, long=None) | Q(lat__gte=-90, lat__lte=90, long__gte=-180, long__lte=180),
                name="contribution_on_earth",
            ),
        ]
        # Besides these: contribution_place, gist (point(long, lat)), by its own operation in the migration.
        indexes = [
            models.Index(fields=["process", "-published_at", "-id"], name="contribution_newest_shown", condition=LISTED),
            models.Index(fields=["process", "-supports", "-id"], name="contribution_supported_shown", condition=LISTED),
            models.Index(fields=["process", "-id"], name="contribution_process"),
            models.Index(fields=["kind", "state", "-published_at", "-id"], name="contribution_kind"),
            models.Index(fields=["account", "-id"], name="contribution_account", condition=Q(account__isnull=False)),
            models.Index(fields=["draft_key"], name="contribution_browser", condition=~Q(draft_key="")),
            models.Index(fields=["created_at"], name="contribution_draft_age", condition=Q(state="DRAFT")),
            models.Index(
                fields=["submitted_at"],
                name="contribution_unchecked",
                condition=Q(state__in=["SUBMITTED", "PUBLISHED"], checked_at=None),
            ),
            GinIndex(fields=["search"], name="contribution_search"),
        ]

    def __str__(self) -> str:
        return f"contribution:{self.pk}"


SHOWN = (Contribution.State.PUBLISHED, Contribution.State.MERGED)
# Listed under a heading of their own: what came of something, and what an office made of a proposal for the ballot.
ELSEWHERE = (Contribution.Kind.RESULT, Contribution.Kind.PROJECT)


class Link(models.Model):
    """The source became, or went into, the target; every page of both shows it."""

    class Kind(models.TextChoices):
        MERGED_INTO = "MERGED_INTO"
        BECAME = "BECAME"
        FUNDED_BY = "FUNDED_BY"
        REALISED_AS = "REALISED_AS"
        ADOPTED_FROM = "ADOPTED_FROM"

    source = models.ForeignKey(Contribution, models.CASCADE, related_name="+")
    target = models.ForeignKey(Contribution, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="link_once"),
            models.UniqueConstraint(fields=["source"], name="link_merged_once", condition=Q(kind="MERGED_INTO")),
            models.CheckConstraint(condition=~Q(source=F("target")), name="link_to_another"),
        ]

    def __str__(self) -> str:
        return f"link:{self.pk}"


class Milestone(models.Model):
    """A step on the way of a result (kind RESULT): planned for a day, done on a day."""

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=150)
    due_date = models.DateField(null=True, blank=True)
    done_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due_date", "id"]

    def __str__(self) -> str:
        return f"milestone:{self.pk}"


class Support(models.Model):
    """ "I am for this": one per person, whatever two tabs do."""

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contribution", "account"], name="support_once")]

    def __str__(self) -> str:
        return f"support:{self.pk}"


class Follow(models.Model):
    """Somebody wants post about a process or a contribution."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    process = models.ForeignKey(Process, models.CASCADE, null=True, blank=True, related_name="+")
    contribution = models.ForeignKey(Contribution, models.CASCADE, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "process", "contribution"], name="follow_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(process=None) ^ Q(contribution=None), name="follow_one_thing"),
        ]

    def __str__(self) -> str:
        return f"follow:{self.pk}"


class Attachment(models.Model):
    """A picture (written anew by lib/pictures, without what the camera added) or a checked document."""

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="attachments")
    role = models.CharField(max_length=10, blank=True)  # "", "before", "after"
    media_type = models.CharField(max_length=60)
    name = models.CharField(max_length=150, blank=True)  # as shown; never the name of the uploaded file unseen
    alt = models.CharField(max_length=300, blank=True)  # what one sees, for who does not
    width = models.PositiveIntegerField(default=0)  # 0 for documents
    height = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    data = models.BinaryField()
    small = models.BinaryField(default=bytes)  # the picture for lists
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"attachment:{self.pk}"
