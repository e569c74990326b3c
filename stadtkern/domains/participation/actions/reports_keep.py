"""Reports by the clock: late ones come first, contact and followers go after the end, unconfirmed addresses too."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import DESK_ROLES, Role, Staff
from stadtkern.kernel.cases.models import Case, Decision
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.geo import queries as geo
from stadtkern.kernel.inbox import actions as inbox

from ..models import AreaWatch, Attachment, Contribution, Report, ReportFollow, ReportQuerySet, ReportStep
from ..models.report import CONTACT, UNCONFIRMED
from ..reports.categories import plan
from ..reports.cells import cell_of
from ..reports.states import WORDS
from .contributing import store_new
from .forgetting import EMPTY
from .reports import known_address, move, promise

BATCH = 200
KEPT = timedelta(days=3 * 366)  # as long as the case (service.toml)
NEIGHBOURS = timedelta(days=366)  # a copy: the neighbour's own page is the place to read it, and it may never be closed there
State, What = Report.State, ReportStep.What


@transaction.atomic
def escalate(now: datetime) -> int:
    """Open past the promised day: marked once, so that the lead sees it first; returns how many."""
    rows = Report.objects.select_for_update(of=("self",), skip_locked=True).late(now).filter(escalated_at=None)
    found = list(rows.order_by("promised_date").values_list("pk", "office")[:BATCH])
    Report.objects.filter(pk__in=[pk for pk, _office in found]).update(escalated_at=now)
    for pk, office in found:
        record("report.escalated", subject=f"contribution:{pk}", actor=SYSTEM, data={"office": office})
    for office in sorted({office for _pk, office in found if office is not None}):
        _tell_lead(office, [pk for pk, of in found if of == office])
    return len(found)


def _tell_lead(office_id: int, pks: list[int]) -> None:
    """One letter to whoever leads the office (where nobody does: to everybody who works there): which ones, and where."""
    there = Staff.objects.filter(office=office_id, role__in=DESK_ROLES, account__is_active=True).select_related("account")
    people = list(there.filter(role=Role.LEAD)) or list(there)
    rows = Contribution.objects.filter(pk__in=pks).order_by("report__promised_date", "pk")
    listed = "\n".join(f"{one.reference}  {one.title}, {one.address}" for one in rows.only("reference", "title", "address"))
    for one in people:
        with override(one.account.language):
            inbox.deliver(
                account=one.account, about=f"contribution:{pks[0]}", office=one.office, actor_key=SYSTEM,
                title=_("Überfällige Meldungen: %s") % len(pks),
                body=_("Für diese Meldungen ist der versprochene Tag vorbei:") + f"\n\n{listed}"[:18_000],
                link=reverse("participation:report_desk") + "?liste=spaet",
                once=f"escalated:{timezone.localdate()}:{pks[0]}:{one.pk}",
            )  # fmt: skip


@transaction.atomic
def forget(now: datetime) -> int:
    """Contact and mail addresses 90 days after the end; unconfirmed addresses after a week; returns how many rows."""
    closed = Report.objects.filter(closed_at__lt=now - CONTACT)
    pks = list(closed.exclude(contact={}).values_list("pk", flat=True)[:BATCH])
    done = Report.objects.filter(pk__in=pks).update(contact={})
    done += _gone(ReportFollow.objects.filter(report__closed_at__lt=now - CONTACT))
    done += _gone(ReportFollow.objects.filter(confirmed_at=None, at__lt=now - UNCONFIRMED))
    done += _gone(AreaWatch.objects.filter(confirmed_at=None, at__lt=now - UNCONFIRMED))
    done += _empty(Report.objects.filter(closed_at__lt=now - KEPT))
    done += _empty(Report.objects.filter(source="neighbour", state_at__lt=now - NEIGHBOURS))  # closed there or not
    if done:
        record("report.tidied", subject="participation", actor=SYSTEM, data={"rows": done})
    return done


def _empty(rows: ReportQuerySet) -> int:
    """What was written and photographed goes; place, category and days stay as figures about the street."""
    told = (
        ~Q(contribution__text="") | ~Q(contribution__address="") | ~Q(contribution__draft_key="")
        | Q(contribution__account__isnull=False)
        | Q(contribution__details__has_key="attributes") | Q(contribution__origin__has_key="request")
        | Exists(Attachment.objects.filter(contribution=OuterRef("pk")))
        | Exists(ReportStep.objects.filter(report=OuterRef("pk"), public=False))
    )  # fmt: skip
    found = list(rows.filter(told).values_list("pk", flat=True)[:BATCH])
    Attachment.objects.filter(contribution__in=found).delete()
    ReportStep.objects.filter(report__in=found, public=False).delete()
    kept = list(Contribution.objects.filter(pk__in=found).only("details", "origin"))
    for one in kept:
        one.details = {name: value for name, value in one.details.items() if name != "attributes"}
        one.origin = {name: value for name, value in one.origin.items() if name != "request"}
    Contribution.objects.bulk_update(kept, ["details", "origin"])
    return Contribution.objects.filter(pk__in=found).update(text="", address="", account=None, draft_key="", search=None)


def _gone(rows: object) -> int:
    found = list(rows.values_list("pk", flat=True)[:BATCH])  # type: ignore[attr-defined]
    return int(rows.model.objects.filter(pk__in=found).delete()[0]) if found else 0  # type: ignore[attr-defined]


@transaction.atomic
def settle(case_id: int) -> None:
    """Decided on the page of the case: the report is settled along with it; settled ones stay as they are."""
    row = (
        Report.objects.select_for_update(of=("self",)).select_related("contribution").filter(contribution__case=case_id).first()
    )
    decision = Decision.objects.filter(case=case_id, made_at__isnull=False).first()
    if row is None or decision is None or row.closed_at:
        return
    state = State.DECLINED if decision.outcome == Decision.Outcome.REJECTED else State.DONE
    move(row, state)
    text = decision.reason[:4000] or str(WORDS[state].text)
    ReportStep.objects.create(report=row, what=What.STATE, state=state, text=text, public=True, staff=decision.made_by)
    record("report.state_changed", subject=str(row.contribution), actor=SYSTEM, data={"state": state})


@transaction.atomic
def settle_withdrawn(case_id: int) -> None:
    """Taken back on the page of the case: neither text nor picture stays."""
    row = (
        Report.objects.select_for_update(of=("self",)).select_related("contribution").filter(contribution__case=case_id).first()
    )
    if row is None or row.contribution.state == Contribution.State.WITHDRAWN:
        return
    now = timezone.now()
    Attachment.objects.filter(contribution=row.pk).delete()
    Contribution.objects.filter(pk=row.pk).update(**EMPTY, state=Contribution.State.WITHDRAWN)
    Report.objects.filter(pk=row.pk).update(listed=False, shown=False, closed_at=now, cell=None, contact={})
    record("report.withdrawn", subject=f"contribution:{row.pk}", actor=SYSTEM)


@transaction.atomic
def take_in(case_id: int) -> None:
    """Sent through the catalogue (a program, a colleague on the phone): a report like any other, where we find the place."""
    case = Case.objects.select_related("account", "office").get(pk=case_id)
    if Contribution.objects.filter(case=case).exists():
        return
    told = {name: str(case.answers.get(name) or "") for name in ("category", "place", "text")}
    found = geo.find_address(told["place"], 1)
    if not found:
        return  # stays with the office as a case; a clerk asks where it is
    titles = {kind.title.casefold(): kind for kind in plan().offered}
    kind = titles.get(told["category"].strip().casefold()) or plan().kinds["anderes"]
    point = found[0].point
    address, more = known_address(told["place"][:200].strip(), point)
    there, now = geo.district_of(*point), case.submitted_at or timezone.now()
    row = Contribution(
        kind=Contribution.Kind.REPORT, case=case, account=case.account, draft_key=case.draft_key or "", title=kind.title[:120],
        text="\n\n".join(filter(None, (more, told["text"], told["category"] if kind.key == "anderes" else "")))[:4000],
        address=address, district=there.key if there else "", lat=point[0], long=point[1], reference=case.reference,
        state=Contribution.State.PUBLISHED, submitted_at=now, published_at=now,
    )  # fmt: skip
    store_new(row)
    made = Report.objects.create(
        contribution=row, category=kind.key, district=row.district, office=case.office, reported_at=now, state_at=now,
        promised_date=promise(kind), cell=cell_of(point), source="phone" if case.account_id is None else "web",
    )  # fmt: skip
    text = str(WORDS[State.RECEIVED].text)
    ReportStep.objects.create(report=made, what=What.STATE, state=State.RECEIVED, text=text, public=True)
    if case.account_id:
        ReportFollow.objects.create(report=made, account_id=case.account_id, reporter=True, confirmed_at=now)
    record("report.received", subject=str(row), actor=SYSTEM, data={"category": kind.key, "source": made.source})


@transaction.atomic
def forget_of(account_id: int) -> None:
    """A person goes: what they follow and watch, wrote and photographed goes; place and category stay without a name."""
    gone = (
        ReportFollow.objects.filter(account=account_id).delete()[0] + AreaWatch.objects.filter(account=account_id).delete()[0]
    )
    own = Contribution.objects.filter(account=account_id, kind=Contribution.Kind.REPORT)
    emptied = list(own.values_list("pk", flat=True))
    Attachment.objects.filter(contribution__in=emptied, role="before").delete()
    ReportStep.objects.filter(report__in=emptied, what=What.REPORTER).delete()
    Report.objects.filter(pk__in=emptied).update(shown=False)
    own.update(text="", details={}, search=None)
    touched = Report.objects.filter(contribution__in=own, contribution__keep_text=False).update(
        listed=False, shown=False, cell=None
    )
    if gone or touched or emptied:
        record("report.forgotten", subject=f"account:{account_id}", actor=SYSTEM)
