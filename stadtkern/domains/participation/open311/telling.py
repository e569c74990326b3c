"""Our reports and categories as GeoReport rows. Nothing about people: neither who reported nor how to reach them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from stadtkern.lib.georeport import moments
from stadtkern.lib.georeport.shapes import Row, Service

from ..models import Attachment, Contribution, Report, ReportStep
from ..reports.categories import Kind, plan
from ..reports.states import WORDS
from .configuration import Jurisdiction, chosen

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
NOTICE = "https://www.open311.org/"


def discovery(base: str, changed: datetime, contact: str, key_service: str) -> Row:
    """What this endpoint is and where it answers."""
    kind = "production" if settings.PRODUCTION else "test"
    endpoint: Row = {
        "specification": SPECIFICATION, "url": base, "changeset": moments.written(changed), "type": kind,
        "formats": ["text/xml", "application/json"],
    }  # fmt: skip
    return {
        "changeset": moments.written(changed), "contact": contact, "key_service": key_service,
        "endpoints": [endpoint],
    }  # fmt: skip


def services() -> list[Row]:
    """Every category that can be chosen."""
    return [service(one).row() for one in plan().offered]


def service(kind: Kind) -> Service:
    return Service(
        kind.key, kind.title, kind.hint, bool(kind.attributes), kind.receipt, kind.words[:12], plan().groups.get(kind.group, "")
    )


def definition(kind: Kind) -> Row:
    """The further questions of a category."""
    return {"service_code": kind.key, "attributes": [one.row() for one in kind.attributes]}


def requests(rows: Sequence[Report], area: Jurisdiction, *, extensions: bool = False) -> list[Row]:
    """Rows of the standard; with `extensions` also what others have in common."""
    steps, pictures = _steps([one.pk for one in rows]), _pictures([one.pk for one in rows if one.shown])
    several = len(chosen().jurisdictions) > 1
    found = []
    for one in rows:
        row = request(one, steps.get(one.pk, []), pictures.get(one.pk, []))
        if several:
            row["jurisdiction_id"] = area.id
        if extensions:
            row |= _more(one, steps.get(one.pk, []), pictures.get(one.pk, []))
        found.append(row)
    return found


def request(one: Report, steps: Sequence[ReportStep], pictures: Sequence[str]) -> Row:
    where: Contribution = one.contribution
    last = steps[-1] if steps else None
    return {
        "service_request_id": where.reference, "status": "open" if one.closed_at is None else "closed",
        "status_notes": last.text if last else str(WORDS[one.state].text),
        "service_name": plan().title(one.category) or where.title, "service_code": one.category,
        "description": (where.text if one.shown else "") or None,
        "agency_responsible": one.office.title if one.office else None, "service_notice": None if one.shown or not where.text
        else "Der Text erscheint, sobald ihn jemand gelesen hat.",
        "requested_datetime": moments.written(timezone.localtime(one.reported_at)),
        "updated_datetime": moments.written(timezone.localtime(_updated(one, last))),
        "expected_datetime": _expected(one), "address": where.address or None, "address_id": None, "zipcode": None,
        "lat": where.lat, "long": where.long, "media_url": pictures[0] if pictures else None,
    }  # fmt: skip


def _updated(one: Report, last: ReportStep | None) -> datetime:
    """For a settled one the moment it was settled."""
    if one.closed_at:
        return one.closed_at
    checked = one.contribution.checked_at
    return max(at for at in (one.state_at, last.at if last else None, checked) if at is not None)


def _expected(one: Report) -> str | None:
    if one.promised_date is None or one.closed_at:
        return None
    return moments.written(datetime.combine(one.promised_date, time(23, 59, 59), timezone.get_default_timezone()))


def _more(one: Report, steps: Sequence[ReportStep], pictures: Sequence[str]) -> Row:
    told: Mapping[str, Any] = one.contribution.details.get("attributes", {})
    return {
        "media_urls": list(pictures),
        "notes": [
            {"datetime": moments.written(timezone.localtime(step.at)), "description": step.text, "type": step.what.lower()}
            for step in steps
        ],
        "attributes": [{"code": str(code), "value": value} for code, value in told.items()] if one.shown else [],
        "extended_attributes": {
            "state": one.state, "state_title": str(WORDS[one.state].short), "district": one.district or None,
            "followers": one.followers, "group": _group(one.category),
            "origin_id": _origin(one.contribution.origin) if one.source == "import" else None,
        },
    }  # fmt: skip


def _origin(told: Mapping[str, Any]) -> str | None:
    return told.get("id") or told.get("number")


def _group(category: str) -> str | None:
    kind = plan().kinds.get(category)
    return plan().groups.get(kind.group) if kind else None


def _steps(pks: Sequence[int]) -> dict[int, list[ReportStep]]:
    found: dict[int, list[ReportStep]] = defaultdict(list)
    for step in ReportStep.objects.filter(report__in=pks, public=True).order_by("pk"):
        found[step.report_id].append(step)
    return found


def _pictures(pks: Sequence[int]) -> dict[int, list[str]]:
    """Addresses of pictures somebody has looked at; a contractor's own only once it is accepted."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Attachment.objects.filter(contribution__in=pks, width__gt=0).order_by("pk")
    rows = rows.exclude(role="after", contribution__report__state=Report.State.CHECKING).exclude(role="inside")
    for pk, key in rows.values_list("contribution", "key"):
        found[pk].append(settings.BASE_URL + reverse("participation:open311_picture", args=[key]))
    return found


def updates(steps: Iterable[ReportStep]) -> list[Row]:
    """What happened, as FixMyStreet tells it."""
    return [
        {
            "update_id": str(step.pk), "service_request_id": step.report.contribution.reference,
            "status": ("closed" if step.state in _CLOSED else "open") if step.state else _now(step.report),
            "updated_datetime": moments.written(timezone.localtime(step.at)), "description": step.text,
            "extended_attributes": {"state": step.state or None, "type": step.what.lower()},
        }
        for step in steps
    ]  # fmt: skip


_CLOSED = {"DONE", "DECLINED", "NOT_OURS", "DUPLICATE"}


def _now(report: Report) -> str:
    return "open" if report.closed_at is None else "closed"
