"""A report of something broken (Mängelmeldung), what happened to it, who follows it, who repairs it."""

from datetime import datetime, timedelta
from typing import ClassVar, cast

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Account, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.lib.earth import Point, box

from .contribution import SHOWN, Contribution

_TABLE = '"participation_contribution"'
_PLACE = f'point({_TABLE}."long", {_TABLE}."lat") <@ box(point(%s, %s), point(%s, %s))'


class Contractor(models.Model):
    """A firm that repairs for the city (Auftragnehmer); it sees its own orders by a secret link, and nothing of reporters."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=150)
    office = models.ForeignKey(Office, models.CASCADE, related_name="+")
    email = models.EmailField(blank=True)  # of the firm
    secret = models.CharField(max_length=64, blank=True)  # digest of the link; "" = no way in
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return f"contractor:{self.pk}"


class ReportQuerySet(models.QuerySet["Report"]):
    def public(self) -> "ReportQuerySet":
        """What everybody may read; duplicates too, they lead to the other one."""
        return self.filter(contribution__state__in=SHOWN)

    def listed(self) -> "ReportQuerySet":
        """What stands in public lists and on the map: published, and no duplicate of another."""
        return self.filter(listed=True)

    def open(self) -> "ReportQuerySet":
        """Not yet settled."""
        return self.filter(closed_at=None)

    def visible_to(self, actor: Actor) -> "ReportQuerySet":
        """Public ones, the own ones, those of the own office."""
        seen = Q(contribution__state__in=SHOWN) | Q(contribution__in=Contribution.objects.of_author(actor))
        staff = actor.staff
        return self.filter(seen | Q(office=staff.office_id)) if staff and staff.role in DESK_ROLES else self.filter(seen)

    def of_office(self, actor: Actor) -> "ReportQuerySet":
        """What lies on the desk of this clerk's office."""
        staff = actor.staff
        return self.filter(office=staff.office_id) if staff and staff.role in DESK_ROLES else self.none()

    def within(self, south: float, west: float, north: float, east: float) -> "ReportQuerySet":
        """In this box; follows the index contribution_place."""
        # The condition is our own SQL, values are parameters; the join is there because of the filter before it.
        rows = self.filter(contribution__lat__isnull=False)
        return cast(ReportQuerySet, rows.extra(where=[_PLACE], params=[west, south, east, north]))  # noqa: S610

    def near(self, centre: Point, radius: float) -> "ReportQuerySet":
        """In the box around a circle of `radius` metres; measure the rest (reports/near.py)."""
        return self.within(*box(centre, radius))

    def ordered_from(self, contractor: Contractor) -> "ReportQuerySet":
        """What this firm has an order for; who is foreseen for a kind of work has none yet."""
        ordered = ReportStep.objects.filter(report=models.OuterRef("pk"), what=ReportStep.What.ORDERED)
        return self.filter(models.Exists(ordered), contractor=contractor)

    def late(self, today: datetime | None = None) -> "ReportQuerySet":
        """Open, and the promised day is over."""
        return self.filter(closed_at=None, promised_date__lt=timezone.localdate(today))


class Report(models.Model):
    """What a report has beyond a contribution. Place, text and number stand there (contribution, kind REPORT)."""

    class State(models.TextChoices):
        RECEIVED = "RECEIVED"
        ACCEPTED = "ACCEPTED"  # somebody looks at it
        PLANNED = "PLANNED"
        ORDERED = "ORDERED"  # a contractor has it
        IN_PROGRESS = "IN_PROGRESS"
        CHECKING = "CHECKING"  # the contractor says it is done
        DONE = "DONE"
        DECLINED = "DECLINED"  # nothing is done, with a reason
        NOT_OURS = "NOT_OURS"  # somebody else is responsible
        DUPLICATE = "DUPLICATE"  # lives on in another one

    contribution = models.OneToOneField(Contribution, models.CASCADE, primary_key=True, related_name="report")
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    category = models.CharField(max_length=60)  # key in reports/categories.toml
    district = models.CharField(max_length=60, blank=True)  # as in the contribution; here for lists
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    team = models.CharField(max_length=60, blank=True)  # key in reports/categories.toml
    clerk = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    contractor = models.ForeignKey(Contractor, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    order = models.TextField(blank=True)  # what the contractor reads
    reported_at = models.DateTimeField(default=timezone.now)
    state_at = models.DateTimeField(default=timezone.now)
    promised_date = models.DateField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)  # late, and the lead of the office has been told
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    listed = models.BooleanField(default=True)  # in public lists; kept by the actions
    shown = models.BooleanField(
        default=False
    )  # text and pictures may be read by everybody: somebody has looked, or a known author
    suspect = models.BooleanField(default=False)  # too many, too fast: looked at first
    cell = models.BigIntegerField(null=True, blank=True)  # H3, resolution 12: a lane wide; coarser ones are its parents
    source = models.CharField(max_length=20, default="web")  # web, offline, open311, phone, import
    once = models.CharField(max_length=64, unique=True, null=True, blank=True)  # digest of the sender's key: sent twice is one
    contact = models.JSONField(default=dict)  # name, email, phone of who has no account; empties after the end
    followers = models.PositiveIntegerField(default=0)  # "me too"; kept by the actions

    objects: ClassVar[ReportQuerySet] = ReportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["-reported_at", "-contribution"], name="report_newest", condition=Q(listed=True)),
            models.Index(fields=["category", "-reported_at"], name="report_category", condition=Q(listed=True)),
            models.Index(fields=["district", "-reported_at"], name="report_district", condition=Q(listed=True)),
            models.Index(fields=["-reported_at"], name="report_open", condition=Q(listed=True, closed_at=None)),
            models.Index(fields=["cell"], name="report_cell", condition=Q(listed=True)),
            models.Index(fields=["office", "promised_date"], name="report_desk", condition=Q(closed_at=None)),
            models.Index(fields=["office", "-reported_at"], name="report_office"),
            models.Index(fields=["contractor", "-state_at"], name="report_contractor", condition=Q(contractor__isnull=False)),
            models.Index(fields=["-state_at"], name="report_changed"),
        ]

    def __str__(self) -> str:
        return f"report:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_late(self) -> bool:
        return self.closed_at is None and self.promised_date is not None and self.promised_date < timezone.localdate()


class ReportStep(models.Model):
    """One line of what happened; `public` ones are read by everybody, the others inside the office."""

    class What(models.TextChoices):
        STATE = "STATE"
        NOTE = "NOTE"
        FORWARDED = "FORWARDED"
        ORDERED = "ORDERED"
        CONTRACTOR = "CONTRACTOR"  # said by the contractor
        REPORTER = "REPORTER"  # said by who reported it

    report = models.ForeignKey(Report, models.CASCADE, related_name="steps")
    what = models.CharField(max_length=10, choices=What)
    state = models.CharField(max_length=12, blank=True)  # the new one
    text = models.TextField(blank=True)
    public = models.BooleanField(default=False)
    staff = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    contractor = models.ForeignKey(Contractor, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"reportstep:{self.pk}"


class ReportFollow(models.Model):
    """ "Me too": an account, or an address that was confirmed by mail. The one who reported may follow as well."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")
    email = models.EmailField(blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    reporter = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "account"], name="reportfollow_account", condition=Q(account__isnull=False)
            ),
            models.UniqueConstraint(fields=["report", "email"], name="reportfollow_email", condition=~Q(email="")),
            models.CheckConstraint(condition=Q(account=None) ^ Q(email=""), name="reportfollow_one_way"),
        ]

    def __str__(self) -> str:
        return f"reportfollow:{self.pk}"


class AreaWatch(models.Model):
    """Somebody wants to hear of reports in a district or around a point (Abonnement eines Gebiets)."""

    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")
    email = models.EmailField(blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    district = models.CharField(max_length=60, blank=True)
    lat = models.FloatField(null=True, blank=True)
    long = models.FloatField(null=True, blank=True)
    radius = models.PositiveIntegerField(default=0)  # metres
    categories = models.JSONField(default=list)  # keys; [] = all
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(account=None) ^ Q(email=""), name="areawatch_one_way"),
            models.CheckConstraint(
                condition=Q(district="", lat__isnull=False, long__isnull=False, radius__gt=0)
                | (~Q(district="") & Q(lat=None, radius=0)),
                name="areawatch_somewhere",
            ),
        ]
        indexes = [models.Index(fields=["district"], name="areawatch_district")]

    def __str__(self) -> str:
        return f"areawatch:{self.pk}"


UNCONFIRMED = timedelta(days=7)  # then an address nobody confirmed is forgotten
CONTACT = timedelta(days=90)  # after the end, then contact and followers are forgotten
