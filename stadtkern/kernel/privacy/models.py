"""Consent, who looked at what with the chain that shows later changes, the wrapped keys of people, erasures."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account


class Consent(models.Model):
    """A person allows one question to one register for one purpose; revocable."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=100)  # service key
    evidence = models.CharField(max_length=100)  # "residents"
    fields = models.JSONField(default=list)
    legal_basis = models.CharField(max_length=200)
    about = models.CharField(max_length=60, blank=True)  # "case:17"
    given_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="consent_account")]

    def __str__(self) -> str:
        return f"consent:{self.pk}"


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def holding(self, account_id: int, subject: str) -> "Restriction | None":
        """The restriction under which this thing of the account lies now: everything, or this one thing."""
        return self.filter(account=account_id, lifted_at=None, scope__in=["", subject]).order_by("pk").first()


class Restriction(models.Model):
    """Art. 18 DSGVO: data of a person are kept and not used until this is lifted."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    scope = models.CharField(max_length=60, blank=True)  # "case:17"; "" = everything of this person
    ground = models.CharField(max_length=20)  # accuracy · unlawful · claims · objection
    about = models.CharField(max_length=60, blank=True)  # the request that led to it
    since = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[RestrictionQuerySet] = RestrictionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "scope"], name="restriction_once", condition=models.Q(lifted_at=None))
        ]

    def __str__(self) -> str:
        return f"restriction:{self.pk}"


class AccessQuerySet(models.QuerySet["Access"]):
    def about_person(
        self,
        actor: Actor,
        *,
        before: int | None = None,
        limit: int = 25,
        office: str = "",
        case: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list["Access"]:
        """Looks at the data of the person behind this account, newest first, older than `before`.

        One query, by account and by register key along one index; never a scan.
        """
        if actor.account is None:
            return []
        person = getattr(actor.account, "person", None)
        key = person.register_key if person else None
        mine = "accounts @> ARRAY[%s]::bigint[]" + (" OR person_keys @> ARRAY[%s]::uuid[]" if key else "")
        wanted = {"id < %s": before, "office = %s": office, "at >= %s": since, "at < %s": until}
        wanted["cases @> ARRAY[%s]::bigint[]"] = case
        chosen = {part: value for part, value in wanted.items() if value}
        where = " AND ".join([f"({mine})", *chosen])
        return list(self.raw(_MINE.format(where), [actor.account.pk, *([key] if key else []), *chosen.values(), limit]))


# The index first, then the order: with a plain LIMIT the planner walks the whole log backwards for a person seldom seen.
_MINE = """
WITH mine AS MATERIALIZED (SELECT id FROM privacy_access WHERE {}),
     newest AS MATERIALIZED (SELECT id FROM mine ORDER BY id DESC LIMIT %s)
SELECT * FROM privacy_access WHERE id IN (SELECT id FROM newest) ORDER BY id DESC
"""


class Access(models.Model):
    """One look at personal data: who, why, on which ground, which fields. Names of fields, never values; ids, never names.

    A list is one row for everybody on it. Rows are never changed (the database refuses it), and every row has its place in
    the chain (Link), given at the end of its transaction.
    """

    class Channel(models.TextChoices):
        PAGE = "page"
        API = "api"
        EXPORT = "export"
        DOCUMENT = "document"
        TRANSFER = "transfer"  # handed over to another authority

    actor = models.CharField(max_length=60)  # "staff:5", "account:3", "system"
    office = models.CharField(max_length=60, blank=True)
    purpose = models.CharField(max_length=100)
    legal_basis = models.CharField(max_length=200)
    source = models.CharField(max_length=100)  # "residents", "cases"
    fields = models.JSONField(default=list)
    # Everybody looked at. No foreign keys: a line outlives the account, and then says nothing about anybody.
    accounts = ArrayField(models.BigIntegerField(), default=list)
    person_keys = ArrayField(models.UUIDField(), default=list)  # of the residents register
    cases = ArrayField(models.BigIntegerField(), default=list)  # in which they appear
    about = models.CharField(max_length=60, blank=True)  # "case:17" when it is one thing
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.PAGE)
    # What the case was to the clerk at that moment: "mine", "free", "colleague", "closed", "foreign"; empty for lists.
    charge = models.CharField(max_length=10, blank=True)
    emergency = models.BigIntegerField(null=True)  # id of the Emergency that opened the door
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[AccessQuerySet] = AccessQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            GinIndex(fields=["accounts", "person_keys"], name="access_subjects"),
            models.Index(fields=["actor", "-at"], name="access_actor"),
            BrinIndex(fields=["at"], name="access_at", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"access:{self.pk}"


class Link(models.Model):
    """The place of one row in the chain: hash = SHA-256(hash before ‖ the row). Written by a trigger at commit."""

    seq = models.BigIntegerField(primary_key=True)  # 1, 2, 3 … without gaps
    access = models.BigIntegerField(unique=True)
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"link:{self.pk}"


class Anchor(models.Model):
    """The end of the chain on one day, signed with the city's seal; the same line stands in a file outside the database."""

    seq = models.BigIntegerField()
    hash = models.BinaryField()
    at = models.DateTimeField()
    previous = models.CharField(max_length=64, blank=True)  # SHA-256 of the line before
    remark = models.CharField(max_length=300, blank=True)  # why the chain is shorter than before: a backup was restored
    signature = models.TextField()
    certificate = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["seq"], name="anchor_seq")]

    def __str__(self) -> str:
        return f"anchor:{self.pk}"


class Verification(models.Model):
    """The outcome of one walk along the chain."""

    at = models.DateTimeField(default=timezone.now)
    rows = models.BigIntegerField()
    anchors = models.IntegerField()
    seconds = models.FloatField()
    findings = models.JSONField(default=list)  # [{"kind", "seq", "access", "text"}]
    remarks = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"verification:{self.pk}"


class EmergencyQuerySet(models.QuerySet["Emergency"]):
    def live(self, staff: int, case: int) -> "Emergency | None":
        """What this clerk has opened and may still read."""
        return self.filter(staff=staff, case=case, until__gt=timezone.now()).order_by("-pk").first()


class Emergency(models.Model):
    """Break-glass: a clerk opens a case of another office with a reason, and the data protection officer looks at it."""

    staff = models.BigIntegerField()  # no foreign key: it outlives the place in the office
    office = models.CharField(max_length=60)
    case = models.BigIntegerField()
    account = models.BigIntegerField(null=True)
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewer = models.BigIntegerField(null=True)
    justified = models.BooleanField(null=True)
    remark = models.TextField(blank=True)

    objects: ClassVar[EmergencyQuerySet] = EmergencyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["staff", "case", "until"], name="emergency_open"),
            models.Index(fields=["id"], name="emergency_waiting", condition=Q(reviewed_at=None)),
        ]

    def __str__(self) -> str:
        return f"emergency:{self.pk}"


class Key(models.Model):
    """The key of one person for one matter, wrapped with the city's key; its row outlives it to say that it was destroyed.

    Not part of the ordinary backup (docs/operate.md): destroying a key here makes the copies in every archive unreadable.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.CharField(max_length=60)  # "account:17", "company:4"; without an account "case:17"
    about = models.CharField(max_length=60, blank=True)  # the matter that decides how long: "case:17"
    current = models.BooleanField(default=True)  # seals new data; the others only open old ones
    kek = models.CharField(max_length=16, blank=True)  # name of the city's key it is wrapped with
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    shredded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "about"], name="key_current", condition=Q(current=True))]
        indexes = [
            models.Index(fields=["owner"], name="key_owner"),
            models.Index(fields=["about"], name="key_about"),
        ]

    def __str__(self) -> str:
        return f"key:{self.pk}"


class Erasure(models.Model):
    """One erasure (Art. 17 GDPR): how far it is, and what a law keeps. It is its own certificate and names nobody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account_id = models.BigIntegerField(db_index=True)  # the number outlives the account
    register_key = models.UUIDField(null=True, blank=True)  # only while it runs
    asked_by = models.CharField(max_length=60)  # "account:17", "staff:4"
    begun_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    done = models.JSONField(default=list)  # rooms that are through
    kept = models.JSONField(default=list)  # [{"room", "what", "until", "because", "about"}]

    def __str__(self) -> str:
        return f"erasure:{self.pk}"
