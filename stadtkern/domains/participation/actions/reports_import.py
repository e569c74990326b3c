"""Reports of another system or of years past: many at once, without a case, told to nobody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.geo import queries as geo
from stadtkern.lib import ids
from stadtkern.lib.earth import Point

from ..models import Contribution, Report
from ..reports.categories import Charge, in_charge, plan
from ..reports.cells import cell_of

State = Report.State


@dataclass(frozen=True)
class Old:
    """One report as somebody else kept it."""

    number: str  # unique within its source: the same number again is the same report
    category: str
    title: str
    at: datetime
    point: Point
    closed_at: datetime | None = None
    text: str = ""
    address: str = ""


@transaction.atomic
def import_reports(source: str, olds: Sequence[Old]) -> int:
    """Take these in, those that are there already left alone; returns how many were new. One diary line for all."""
    keys = {one.number: ids.digest(f"import:{source}:{one.number}") for one in olds}
    known = set(Report.objects.filter(once__in=list(keys.values())).values_list("once", flat=True))
    fresh = [one for one in olds if keys[one.number] not in known]
    if not fresh:
        return 0
    districts = [geo.district_of(*one.point) for one in fresh]
    rows = [
        Contribution(
            kind=Contribution.Kind.REPORT, state=Contribution.State.PUBLISHED, title=one.title[:120], text=one.text,
            reference=reference, lat=one.point[0], long=one.point[1], district=there.key if there else "",
            address=one.address[:200], submitted_at=one.at, published_at=one.at, created_at=one.at, checked_at=one.at,
            origin={"source": source, "number": one.number},
        )
        for one, there, reference in zip(fresh, districts, _references(len(fresh)), strict=True)
    ]  # fmt: skip
    Contribution.objects.bulk_create(rows)
    offices = dict(Office.objects.values_list("key", "pk"))
    charges = {pair: _charge(*pair) for pair in {(one.category, row.district) for one, row in zip(fresh, rows, strict=True)}}
    Report.objects.bulk_create(
        Report(
            contribution=row, category=one.category[:60], district=row.district, reported_at=one.at,
            state=State.DONE if one.closed_at else State.RECEIVED, state_at=one.closed_at or one.at, closed_at=one.closed_at,
            shown=True, cell=cell_of(one.point), source="import", once=keys[one.number],
            office_id=offices.get(charges[one.category, row.district].office), team=charges[one.category, row.district].team,
        )
        for row, one in zip(rows, fresh, strict=True)
    )  # fmt: skip
    record("report.imported", subject="participation", actor=SYSTEM, data={"rows": len(fresh), "source": source[:60]})
    return len(fresh)


def _charge(category: str, district: str) -> Charge:
    """Who goes on with it; nobody where the category is none of ours."""
    return in_charge(category, district) if category in plan().kinds else Charge("", "", "")


def _references(many: int) -> Iterable[str]:
    """So many numbers nobody has yet."""
    prefix, found = str(city().raw.get("reference_prefix", "MS")), set[str]()
    while len(found) < many:
        drawn = {ids.reference(prefix) for _ in range(many - len(found))}
        taken = set(Contribution.objects.filter(reference__in=drawn).values_list("reference", flat=True))
        found |= drawn - taken
    return found


def closed_after(at: datetime, newest: datetime, days: int) -> datetime | None:
    """Where a source does not say what became of a report: old ones are taken as done after 30 days."""
    return at + timedelta(days=30) if newest - at > timedelta(days=days) else None
