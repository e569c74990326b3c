"""Which requests somebody asks for: every filter of the standard and the extensions that servers have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from stadtkern.lib.earth import metres, readable
from stadtkern.lib.georeport import moments

from ..models import Report, ReportQuerySet, ReportStep
from ..models.contribution import SHOWN
from ..reports.categories import plan
from .configuration import Jurisdiction, chosen
from .faults import Faulty

SPAN = timedelta(days=90)
LONGEST = SPAN + timedelta(hours=1)  # ninety days of the calendar across the end of summer time
MOST = 1000
MOST_CODES, FARTHEST, DEEPEST = 1000, 5_000.0, 100_000


def asked(query: Mapping[str, str]) -> dict[str, str]:
    """Parameters as text PostgreSQL can be asked for; an empty one was not sent."""
    plain = {
        name: str(value).replace("\x00", "").encode("utf-8", "ignore").decode().strip()[:20_000]
        for name, value in query.items()
    }
    return {name: value for name, value in plain.items() if value}


def jurisdiction(told: Mapping[str, str]) -> Jurisdiction:
    """The part of the city that is meant; must be said only where there are several."""
    known = chosen().jurisdictions
    if wanted := told.get("jurisdiction_id"):
        found = next((one for one in known if one.id == wanted), None)
        if found is None:
            raise Faulty(404, f"jurisdiction_id {wanted[:100]} was not found")
        return found
    if len(known) > 1:
        listed = ", ".join(one.id for one in known)
        raise Faulty(400, f"jurisdiction_id was not provided; this endpoint serves {listed}")
    return known[0]


@dataclass
class Wanted:
    """What to list."""

    rows: ReportQuerySet
    size: int = MOST
    page: int = 1
    extensions: bool = False
    radius: tuple[tuple[float, float], float] | None = None
    ids: list[str] = field(default_factory=list)


def public(area: Jurisdiction) -> ReportQuerySet:
    """What anybody may read here: published, and not what we only read from a neighbour."""
    rows = Report.objects.filter(contribution__state__in=SHOWN).exclude(source="neighbour")
    return rows.filter(district__in=area.districts) if area.districts else rows


def wanted(told: Mapping[str, str], area: Jurisdiction, now: datetime | None = None) -> Wanted:
    """All filters at once; everything that is wrong is named."""
    wrong: list[str] = []
    size, page = _count(told, "page_size", MOST, MOST, wrong), _count(told, "page", 1, DEEPEST, wrong)
    found = Wanted(public(area), size, page, told.get("extensions", "").lower() in ("true", "1", "yes"))
    if (listed := told.get("service_request_id")) is not None:  # overrides all others
        found.ids = _codes(listed)
        found.rows = found.rows.filter(contribution__reference__in=[one.upper() for one in found.ids])
    else:
        found.rows = found.rows.filter(listed=True)
        found.rows = _of_time(found.rows, told, now or timezone.now(), wrong)
        found.rows = _of_kind(found.rows, told, wrong)
        _of_place(found, told, wrong)
    if wrong:
        raise Faulty(400, *wrong)
    return found


def _codes(text: str) -> list[str]:
    return [one.strip()[:100] for one in text.split(",")[:MOST_CODES] if one.strip()]


def _count(told: Mapping[str, str], name: str, default: int, most: int, wrong: list[str]) -> int:
    text = told.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) > 0):
        wrong.append(f"{name} must be a whole number from 1")
        return default
    return min(int(text), most)


def moment(told: Mapping[str, str], name: str, wrong: list[str]) -> datetime | None:
    if name not in told:
        return None
    at = moments.read(told[name], timezone.get_default_timezone())
    if at is None:
        wrong.append(f"{name} is no date in ISO 8601, such as 2026-11-29T00:00:00Z")
    return at


def _of_time(rows: ReportQuerySet, told: Mapping[str, str], now: datetime, wrong: list[str]) -> ReportQuerySet:
    start, end = moment(told, "start_date", wrong), moment(told, "end_date", wrong)
    after, before = moment(told, "updated_after", wrong), moment(told, "updated_before", wrong)
    if (start and end) or not (after or before):  # the span of 90 days belongs to requested_datetime
        if start and end and (end < start or end - start > LONGEST):
            wrong.append("start_date and end_date must be in this order and at most 90 days apart")
        start = start or ((end or now) - SPAN)
        end = end or (start + SPAN if "start_date" in told else None)
    if start:
        rows = rows.filter(reported_at__gte=start)
    if end:
        rows = rows.filter(reported_at__lt=end + timedelta(seconds=1))  # we write whole seconds: what is written counts
    if after:
        rows = rows.filter(_changed_since(after))
    if before:
        rows = rows.exclude(_changed_since(before + timedelta(seconds=1)))
    return rows


def _changed_since(at: datetime) -> Q:
    """The same moment that is told as updated_datetime: of a settled one, when it was settled."""
    said = ReportStep.objects.filter(public=True, at__gte=at).values("report")
    late = Q(state_at__gte=at) | Q(pk__in=said) | Q(contribution__checked_at__isnull=False, contribution__checked_at__gte=at)
    return Q(closed_at__isnull=False, closed_at__gte=at) | (Q(closed_at=None) & late)


def _of_kind(rows: ReportQuerySet, told: Mapping[str, str], wrong: list[str]) -> ReportQuerySet:
    if codes := _codes(told.get("service_code", "")):
        known = not plan().kinds.keys().isdisjoint(codes) or Report.objects.filter(listed=True, category__in=codes).exists()
        if not known:  # older reports may have a category that is no longer there
            raise Faulty(404, *[f"service_code {one} was not found" for one in codes[:10]])
        rows = rows.filter(category__in=codes)
    states = {one.lower() for one in _codes(told.get("status", ""))}
    if states - {"open", "closed"}:
        wrong.append("status must be open, closed, or both")
    elif states == {"open"}:
        rows = rows.filter(closed_at=None)
    elif states == {"closed"}:
        rows = rows.filter(closed_at__isnull=False)
    if text := told.get("q"):
        rows = rows.filter(Q(contribution__address__icontains=text) | Q(contribution__reference__iexact=text))
    return rows


def _of_place(found: Wanted, told: Mapping[str, str], wrong: list[str]) -> None:
    if "bbox" in told:
        corners = told["bbox"].split(",")
        low, high = (readable(corners[1], corners[0]), readable(corners[3], corners[2])) if len(corners) == 4 else (None, None)
        if low is None or high is None or low[0] > high[0] or low[1] > high[1]:
            wrong.append("bbox must be west,south,east,north in degrees")
        else:
            found.rows = found.rows.within(low[0], low[1], high[0], high[1])
    if "lat" in told or "long" in told or "radius" in told:
        centre, radius = readable(told.get("lat"), told.get("long")), told.get("radius", "")
        metre = float(radius) if radius.isascii() and radius.isdigit() and len(radius) < 7 else 0.0
        if centre is None or not 0 < metre <= FARTHEST:
            wrong.append("lat, long and radius (whole metres, at most 5000) belong together")
        else:
            found.rows, found.radius = found.rows.near(centre, metre), (centre, metre)


def listed(found: Wanted) -> list[Report]:
    """The page that was asked for, newest first; a constant number of queries."""
    rows, start = found.rows.order_by("-reported_at", "-pk"), (found.page - 1) * found.size
    if found.radius is None:
        return list(_whole(rows)[start : start + found.size])
    centre, radius = found.radius
    places = rows.values_list("pk", "contribution__lat", "contribution__long")[:20_000]  # measured without loading them
    near = [pk for pk, lat, long in places if metres(centre, (lat or 0.0, long or 0.0)) <= radius]
    page = near[start : start + found.size]
    return list(_whole(Report.objects.filter(pk__in=page).order_by("-reported_at", "-pk")))


def _whole(rows: ReportQuerySet) -> ReportQuerySet:
    return rows.select_related("contribution", "office").defer("contribution__search")
