"""The file (Akte): one row from the first saved answer to the closed decision."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Company, Role, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.services.models import Edition


class Status(models.TextChoices):
    """The states of a case, and no more (HOUSE.md § 7)."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    IN_REVIEW = "IN_REVIEW"
    AWAITING_CITIZEN = "AWAITING_CITIZEN"
    DECIDED = "DECIDED"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


OPEN = [Status.SUBMITTED, Status.AWAITING_PAYMENT, Status.IN_REVIEW, Status.AWAITING_CITIZEN, Status.DECIDED]


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, actor: Actor) -> "CaseQuerySet":
        """Whatever this actor may see; everything else does not exist (404)."""
        mine = self.of_citizen(actor)
        if actor.staff and actor.staff.role in (Role.CLERK, Role.LEAD):
            return mine | self.of_office(actor.staff)
        return mine

    def of_citizen(self, actor: Actor) -> "CaseQuerySet":
        """Cases of the signed-in person (or the company acted for), and this browser's anonymous drafts."""
        own = Q(pk__in=[])
        if actor.account:
            own = Q(company=actor.company) if actor.company else Q(account=actor.account, company=None)
        if actor.draft_keys:
            own |= Q(account=None, draft_key__in=actor.draft_keys)
        return self.filter(own)

    def of_office(self, staff: Staff) -> "CaseQuerySet":
        """What lies on the desks of this office, plus drafts this clerk fills in with a citizen."""
        return self.filter(Q(office=staff.office_id) & (~Q(status=Status.DRAFT) | Q(assisted_by=staff.pk)))


class Case(models.Model):
    reference = models.CharField(max_length=20, unique=True)
    service = models.CharField(max_length=100)  # service key
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+")
    company = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="+")
    # SHA-256 of the secret in the browser that began without signing in.
    draft_key = models.CharField(max_length=64, null=True, blank=True, db_index=True)
    assisted_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")
    applicant = models.CharField(max_length=200, blank=True)  # for the desk's list and search
    answers = models.JSONField(default=dict)  # path -> value
    sources = models.JSONField(default=dict)  # path -> where a prefilled value came from
    steps_done = models.JSONField(default=list)  # keys of completed steps, a fact of the server
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+")
    clerk = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")
    fee_cents = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    keep_until = models.DateField(null=True, blank=True)
    search = SearchVectorField(null=True, editable=False)  # reference and applicant, configuration "simple"

    objects: ClassVar[CaseQuerySet] = CaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="case_account"),
            models.Index(fields=["company", "-id"], name="case_company", condition=Q(company__isnull=False)),
            models.Index(
                fields=["office", "due_date", "id"],
                name="case_queue",
                condition=Q(status__in=["SUBMITTED", "IN_REVIEW", "AWAITING_CITIZEN", "AWAITING_PAYMENT"]),
            ),
            models.Index(fields=["office", "-id"], name="case_office"),
            models.Index(fields=["keep_until"], name="case_keep", condition=Q(keep_until__isnull=False)),
            GinIndex(fields=["search"], name="case_search"),
        ]

    def __str__(self) -> str:
        return f"case:{self.pk}"


class Decision(models.Model):
    """The act (Verwaltungsakt); where the service wants a second pair of eyes it is proposed first."""

    class Outcome(models.TextChoices):
        GRANTED = "GRANTED"
        PARTLY = "PARTLY"
        REJECTED = "REJECTED"

    case = models.OneToOneField(Case, models.CASCADE, related_name="decision")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.TextField(blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    proposed_by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")  # None: automatic
    proposed_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True)  # None: waits for the second pair of eyes
    automatic = models.CharField(max_length=100, blank=True)  # the paragraph that allows it

    def __str__(self) -> str:
        return f"decision:{self.pk}"


class Note(models.Model):
    """A remark among colleagues; part of the file, not shown to the applicant."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    staff = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    body = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"note:{self.pk}"
