"""Reports that come from elsewhere: an older system's file, a neighbour's server. Each once, with everything it said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DataError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.geo import queries as geo
from stadtkern.lib import ids
from stadtkern.lib.georeport.shapes import Request, request_of, text_of
from stadtkern.lib.words import plain

from ..adapters import Declined, Unavailable, server
from ..models import Contribution, Pulling, Report, ReportStep
from ..open311.configuration import Neighbour, chosen
from ..reports.categories import in_charge, plan
from ..reports.cells import cell_of
from .contributing import store_new
from .guard import tidy
from .linking import free_reference

PAGE, MOST_PAGES = 100, 200
OVERLAP = timedelta(minutes=10)  # clocks differ, and a change may be written late
FIRST = timedelta(days=90)
ODD = (DataError, OverflowError, RecursionError, ValueError)  # a row nobody can keep


@dataclass
class Brought:
    """How many rows did what."""

    fresh: int = 0
    changed: int = 0
    same: int = 0
    skipped: int = 0  # without a number of their own: nothing to tell them apart by


def bring(
    rows: Iterable[Mapping[str, Any]], system: str, *, listed: bool = True, codes: Mapping[str, str] | None = None,
    source: str = "import", actor: str = SYSTEM,
) -> Brought:  # fmt: skip
    """Rows of one system; a known number is brought up to date. `codes`: their service_code to our category."""
    done = Brought()
    with transaction.atomic():
        for row in rows:
            what = _one(dict(row), system, listed, codes or {}, source)
            setattr(done, what, getattr(done, what) + 1)
        if done.fresh or done.changed:
            data = {"system": system, "fresh": done.fresh, "changed": done.changed}
            record("report.brought_in", subject="participation", actor=actor, data=data)
    return done


def _bring_page(rows: list[dict[str, Any]], system: str, **how: Any) -> tuple[Brought, list[str]]:
    """All at once; where one cannot be kept, each alone, and the numbers of those that could not."""
    try:
        return bring(rows, system, **how), []
    except ODD:
        done, odd = Brought(), list[str]()
    for row in rows:
        try:
            alone = bring([row], system, **how)
        except ODD:
            odd.append(text_of(row.get("service_request_id"))[:40])
            continue
        done.fresh, done.changed = done.fresh + alone.fresh, done.changed + alone.changed
        done.same, done.skipped = done.same + alone.same, done.skipped + alone.skipped
    return done, odd


def _one(row: dict[str, Any], system: str, listed: bool, codes: Mapping[str, str], source: str) -> str:
    told = request_of(row)
    if not told.id:
        return "skipped"
    once = ids.digest(f"origin:{system}:{told.id}")
    known = Report.objects.select_for_update(of=("self",)).select_related("contribution").filter(once=once).first()
    if known is not None:
        return _again(known, told, codes)
    where = Contribution(kind=Contribution.Kind.REPORT, reference=free_reference(), state=Contribution.State.PUBLISHED)
    where.origin = {"system": system, "id": told.id, "request": _storable(row)}
    _say(where, told)
    at = told.requested_at or told.updated_at or timezone.now()
    where.submitted_at = where.published_at = where.checked_at = at
    store_new(where)
    category = category_of(told, codes)
    report = Report(
        contribution=where, category=category, district=where.district, reported_at=at, listed=listed, shown=True,
        cell=cell_of((where.lat, where.long)) if where.lat is not None and where.long is not None else None,
        source=source, once=once,
    )  # fmt: skip
    if source == "import":  # of our own older system: an office goes on with it
        charge = in_charge(category, where.district)
        report.team, report.office = charge.team, Office.objects.filter(key=charge.office).first()
    _stand(report, told)
    report.save(force_insert=True)
    _step(report, told, at)
    return "fresh"


def _again(report: Report, told: Request, codes: Mapping[str, str]) -> str:
    where, row = report.contribution, _storable(dict(told.raw))
    if where.origin.get("request") == row:
        return "same"
    before = request_of(where.origin.get("request", {}))
    where.origin = {**where.origin, "request": row}
    _say(where, told)
    store_new(where)
    report.category, report.district = category_of(told, codes), where.district
    _stand(report, told)
    report.save()
    if (before.status_notes, before.closed) != (told.status_notes, told.closed):
        _step(report, told, told.updated_at or timezone.now())
    return "changed"


def _say(where: Contribution, told: Request) -> None:
    where.title, where.text = tidy(told.service_name or told.service_code, 120), tidy(told.description, 20_000)
    where.address = tidy(told.address, 200)
    if (
        told.lat is not None
        and told.long is not None
        and abs(told.lat) <= 90
        and abs(told.long) <= 180
        and (told.lat or told.long)
    ):
        where.lat, where.long = told.lat, told.long
        there = geo.district_of(told.lat, told.long)
        where.district = there.key if there else ""


def _stand(report: Report, told: Request) -> None:
    """Their two states in ours: received or done; the moment is theirs."""
    report.state_at = told.updated_at or report.reported_at
    report.state = Report.State.DONE if told.closed else Report.State.RECEIVED
    report.closed_at = report.state_at if told.closed else None


def _step(report: Report, told: Request, at: datetime) -> None:
    text = tidy(told.status_notes, 4000)
    if text or told.closed:
        ReportStep.objects.create(report=report, what=ReportStep.What.STATE, state=report.state, text=text, public=True, at=at)


def _storable(row: dict[str, Any]) -> dict[str, Any]:
    """Unchanged but for what PostgreSQL cannot hold: NUL, and halves of letters."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("\x00", "").encode("utf-8", "ignore").decode()
        if isinstance(value, Mapping):
            return {clean(str(key)): clean(one) for key, one in value.items()}
        return [clean(one) for one in value] if isinstance(value, list) else value

    return {clean(key): clean(value) for key, value in row.items()}


def category_of(told: Request, codes: Mapping[str, str]) -> str:
    """As city.toml says; else the category with their name, else the one with most of its words in the name; else "anderes"."""
    kinds = plan().kinds
    if (wanted := codes.get(told.service_code, "")) in kinds:
        return wanted
    return fitting(told.service_name)


def fitting(title: str) -> str:
    """The category for what others call something."""
    kinds, name = plan().kinds, plain(title)
    best = max(
        kinds.values(), default=None,
        key=lambda kind: 1000 if plain(kind.title) == name else sum(len(word) for word in kind.words if plain(word) in name),
    )  # fmt: skip
    if best and (plain(best.title) == name or any(plain(word) in name for word in best.words)):
        return best.key
    return "anderes" if "anderes" in kinds else next(iter(kinds))


def pull(neighbour: Neighbour, *, page_size: int = PAGE) -> Pulling:
    """Everything that changed there since we last read. A page is a transaction; what fails is said and tried again later."""
    row, _fresh = Pulling.objects.get_or_create(neighbour=neighbour.key)
    began = timezone.now()
    row.tried_at, row.fresh, row.changed, row.skipped = began, 0, 0, 0
    after = row.until or began - FIRST
    codes = {theirs: ours for ours, theirs in neighbour.categories.items() if ours != "*"}
    try:
        there, seen, odd = server(neighbour), set[str](), list[str]()
        for number in range(1, MOST_PAGES + 1):
            rows = there.changed(after, number, page_size)
            fresh = [one for one in rows if str(one.get("service_request_id")) not in seen]
            done, bad = _bring_page(fresh, neighbour.key, listed=neighbour.listed, codes=codes, source="neighbour")
            odd += bad
            row.fresh, row.changed, row.skipped = row.fresh + done.fresh, row.changed + done.changed, row.skipped + done.skipped
            seen |= {str(one.get("service_request_id")) for one in rows}
            if not fresh or len(rows) < page_size:  # a server that knows no pages sends the same again
                break
        if odd:
            raise ValueError(", ".join(odd[:5]))
        row.until, row.done_at, row.error, row.failures = began - OVERLAP, timezone.now(), "", 0
    except (Unavailable, Declined) as problem:
        row.error, row.failures = str(problem)[:1000], row.failures + 1
    except ODD as problem:  # said, and asked for again: what is put right there comes in
        what = {"who": neighbour.title, "code": tidy(str(problem), 100)}
        row.error, row.failures = _("Die Antwort von %(who)s (%(code)s) können wir nicht lesen.") % what, row.failures + 1
    row.save()
    return row


def pull_all() -> None:
    """Every neighbour city.toml says we read; one that is away stops no other."""
    for neighbour in chosen().neighbours:
        if neighbour.pull:
            pull(neighbour)
