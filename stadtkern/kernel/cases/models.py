"""The file (Akte): one row from the first saved answer to the closed decision."""

import re
import unicodedata
from datetime import date
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Account, Company, Mandate, Staff, Trust
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.registers.blocks import hidden
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.models import Edition


class Status(models.TextChoices):
    """The states of a case, and no more (HOUSE.md § 7)."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"  # passed through within `submit`
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    IN_REVIEW = "IN_REVIEW"
    AWAITING_CITIZEN = "AWAITING_CITIZEN"
    DECIDED = "DECIDED"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


OPEN = [Status.SUBMITTED, Status.AWAITING_PAYMENT, Status.IN_REVIEW, Status.AWAITING_CITIZEN, Status.DECIDED]
QUEUE = [Status.SUBMITTED, Status.AWAITING_PAYMENT, Status.IN_REVIEW, Status.AWAITING_CITIZEN]  # not yet decided
FINISHED = [Status.CLOSED, Status.WITHDRAWN]


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, actor: Actor) -> "CaseQuerySet":
        """Whatever this actor may see; everything else does not exist (404)."""
        return self.filter(_own(actor) | _on_desk(actor.staff))

    def of_citizen(self, actor: Actor) -> "CaseQuerySet":
        """Cases of the signed-in person (or of whom they act for), and this browser's anonymous ones."""
        return self.filter(_own(actor))

    def of_applicant(self, actor: Actor) -> "CaseQuerySet":
        """What this actor may fill in and send: the own cases, and those filled in for somebody at the counter."""
        own = _own(actor)
        return self.filter(own | Q(assisted_by=actor.staff.pk) if actor.staff else own)

    def of_office(self, staff: Staff) -> "CaseQuerySet":
        """What this clerk may open: cases of the office, never a draft; of hidden people only those in their own hands."""
        return self.listed_for(staff).filter(_open_to(staff))

    def listed_for(self, staff: Staff) -> "CaseQuerySet":
        """What lies on the desks of this office, hidden people (§ 51 BMG) too: for lists that mask them, and for taking.

        No OR in it, so that lists follow an index.
        """
        return self.filter(office=staff.office_id).exclude(status=Status.DRAFT)

    def assisted_by(self, staff: Staff) -> "CaseQuerySet":
        """Drafts this clerk fills in with somebody at the counter or on the phone."""
        return self.filter(assisted_by=staff.pk, status=Status.DRAFT)

    def drafts(self) -> "CaseQuerySet":
        return self.filter(status=Status.DRAFT)

    def page_after(self, cursor: int | None) -> "CaseQuerySet":
        """Newest first, below the id where the last page ended; slice it. Costs the same on every page."""
        return (self.filter(pk__lt=cursor) if cursor else self).order_by("-pk")

    def urgent_after(self, due_date: date | None, cursor: int | None) -> "CaseQuerySet":
        """Most urgent first, behind the (due date, id) where the last page ended; slice it."""
        queue = self.order_by("due_date", "pk")
        if due_date is None or cursor is None:
            return queue
        # The first condition lets the index start at the right place, the second drops what was shown.
        return queue.filter(Q(due_date__gte=due_date), Q(due_date__gt=due_date) | Q(pk__gt=cursor))

    def found_by(self, words: str) -> "CaseQuerySet":
        """Cases whose reference or applicant has words beginning like these; umlauts and accents may be left out."""
        terms = [term[:40] for term in search_text(words[:200]).split()[:8]]
        if not terms:
            return self.none()
        query = SearchQuery(" & ".join(f"{term}:*" for term in terms), config="simple", search_type="raw")
        return self.filter(search=query)


def _own(actor: Actor) -> Q:
    own = Q(pk__in=[])
    if actor.mandate:
        own = Q(mandate=actor.mandate.pk)
    elif actor.account:
        own = Q(company=actor.company.pk) if actor.company else Q(account=actor.account.pk, company=None)
    if actor.draft_keys:
        own |= Q(account=None, draft_key__in=actor.draft_keys)
    return own


def _on_desk(staff: Staff | None) -> Q:
    if staff is None or staff.role not in DESK_ROLES:
        return Q(pk__in=[])
    return (Q(office=staff.office_id) & ~Q(status=Status.DRAFT) & _open_to(staff)) | Q(assisted_by=staff.pk)


def _open_to(staff: Staff) -> Q:
    """Auskunftssperre: whoever works on the case sees it, colleagues do not."""
    return Q(clerk=staff.pk) | ~Q(hidden())


_FOLD = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "a", "œ": "o", "þ": "th"})


def search_text(text: str) -> str:
    """Words for the index and for the query alike: "MS-7F3K-9QXM Çelik-Müller" → "ms7f3k9qxm celik muller"."""
    joined = re.sub(r"\b([A-Za-z]{1,4})-(\w{4})-(\w{4})\b", r"\1\2\3", text.replace("\x00", ""))
    plain = unicodedata.normalize("NFKD", joined.casefold().translate(_FOLD))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    for pair in ("ae", "oe", "ue"):  # "Mueller" finds Müller
        plain = plain.replace(pair, pair[0])
    return " ".join(re.findall(r"[^\W_]+", plain))


class Case(models.Model):
    reference = models.CharField(max_length=20)
    service = models.CharField(max_length=100)  # service key
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    company = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    # Somebody acts for the person or company: who, and how long they may look, stands there.
    mandate = models.ForeignKey(Mandate, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    # SHA-256 of the secret in the browser that began without signing in.
    draft_key = models.CharField(max_length=64, null=True, blank=True)
    # "<account>:<digest>" of a program's Idempotency-Key: the same request twice is one case.
    once = models.CharField(max_length=100, null=True, blank=True)
    assisted_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    trust = models.PositiveSmallIntegerField(choices=Trust, default=Trust.NONE)  # of the session that sent it
    applicant = models.CharField(max_length=200, blank=True)  # for the desk's list and search
    answers = models.JSONField(default=dict)  # path -> value
    sources = models.JSONField(default=dict)  # path -> where a prefilled value came from
    steps_done = models.JSONField(default=list)  # keys of completed steps, a fact of the server
    prefill_declined = models.BooleanField(default=False)  # "Nein, selbst eingeben"
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    clerk = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    taken_at = models.DateTimeField(null=True, blank=True)  # since when `clerk` works on it
    fee_cents = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # the clock stands still since then
    extended_at = models.DateTimeField(null=True, blank=True)  # the period of law was extended, with reasons
    decided_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    keep_until = models.DateField(null=True, blank=True)
    search = SearchVectorField(null=True, editable=False)  # reference and applicant, configuration "simple"

    objects: ClassVar[CaseQuerySet] = CaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        # Every list has its own index and no foreign key a second one: a case is written often while it is young.
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="case_reference"),
            models.UniqueConstraint(fields=["once"], name="case_once", condition=Q(once__isnull=False)),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="case_account"),
            models.Index(fields=["company", "-id"], name="case_company", condition=Q(company__isnull=False)),
            models.Index(fields=["mandate", "-id"], name="case_mandate", condition=Q(mandate__isnull=False)),
            models.Index(fields=["draft_key"], name="case_draft_key", condition=Q(draft_key__isnull=False)),
            models.Index(fields=["assisted_by"], name="case_assisted", condition=Q(assisted_by__isnull=False)),
            models.Index(fields=["office", "-id"], name="case_office"),
            models.Index(fields=["office", "status", "due_date", "id"], name="case_queue", condition=Q(status__in=QUEUE)),
            models.Index(
                fields=["office", "due_date", "id"], name="case_unassigned", condition=Q(status="IN_REVIEW", clerk__isnull=True)
            ),
            models.Index(fields=["office", "service", "due_date", "id"], name="case_service", condition=Q(status="IN_REVIEW")),
            models.Index(
                fields=["clerk", "due_date", "id"], name="case_mine", condition=Q(status__in=QUEUE, clerk__isnull=False)
            ),
            models.Index(fields=["keep_until"], name="case_keep", condition=Q(keep_until__isnull=False)),
            models.Index(fields=["updated_at"], name="case_draft_age", condition=Q(status="DRAFT")),
            GinIndex(fields=["search"], name="case_search"),
        ]

    def __str__(self) -> str:
        return f"case:{self.pk}"

    @property
    def begun_on(self) -> catalogue.Service:
        """The service as it was when this case was begun."""
        return catalogue.from_edition(self.edition)

    @property
    def is_draft(self) -> bool:
        return self.status == Status.DRAFT


class Agreement(models.Model):
    """The second person's yes to an application that needs one ([consent] of the service), from their own account."""

    class State(models.TextChoices):
        OPEN = "OPEN"
        AGREED = "AGREED"
        DECLINED = "DECLINED"

    case = models.OneToOneField(Case, models.CASCADE, related_name="agreement")
    code_digest = models.CharField(
        max_length=64, unique=True, null=True, blank=True
    )  # of the number to hand on; burnt when used
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="+")  # who used it
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    seen = models.CharField(max_length=64, blank=True)  # digest of the answers they said yes or no to
    statement = models.TextField(blank=True)  # the sentence, word for word
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account"], name="agreement_account")]

    def __str__(self) -> str:
        return f"agreement:{self.pk}"


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
    terms = models.JSONField(default=dict)  # what is granted, as the rule of the service says: zone, valid until

    class Meta:
        indexes = [models.Index(fields=["case"], name="decision_proposed", condition=Q(made_at__isnull=True))]

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
