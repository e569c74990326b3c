"""Stops: find one, and what departs there now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.geo.queries import centre
from stadtkern.lib import transit

from ..models import Alert, Watch
from . import world
from .places import clean, find, point_of
from .showing import kind_words, late
from .stations import Station

MANY, SPAN = 30, timedelta(hours=3)


@dataclass
class Row:
    """A departure, ready for a page."""

    planned: datetime
    departs: datetime
    line: str
    words: str
    headsign: str
    platform: str
    delay: int
    cancelled: bool
    real: bool  # real time is known
    colour: str
    trip: str
    route: str
    wheelchair: bool


@everyone
@never_cache
@require_safe
def stops(request: HttpRequest) -> HttpResponse:
    """By name, or around a place."""
    text = clean(request.GET.get("q", ""))
    found: list[tuple[Station, int]] = []
    missing = False
    try:
        known = world.stations()
        if point := point_of(text):
            found = known.near(point.lat, point.long)
        elif text:
            found = [(one, -1) for one in known.find(text, 12)]
            if not found and (addresses := find(text, 1)):
                found = known.near(addresses[0].lat, addresses[0].long)
        else:
            found = known.near(*centre(), within=5000.0)
    except world.NoTimetable:
        missing = True
    context = {"words": text, "rows": found, "missing": missing}
    return render(request, "mobility/trips/stops.html", context)


@everyone
@never_cache
@require_safe
def stop(request: HttpRequest, ref: str) -> HttpResponse:
    """One stop with its departures; with `pause` the page stands still."""
    one = station_of(ref)
    rows = departures(one, _moment(request))
    account = actor_of(request).account
    alerts = Alert.objects.live(timezone.now())
    here = _platforms(one) | {one.ref}
    routes = {row.route for row in rows}
    context = {
        "stop": one,
        "rows": rows,
        "now": timezone.now(),
        "paused": request.GET.get("pause", "") == "1",
        "at": request.GET.get("zeit", "")[:10],
        "alerts": [alert for alert in alerts if here & set(alert.stops) or routes & set(alert.routes)][:10],
        "account": account,
        "watched": bool(account) and Watch.objects.filter(account=account, kind="STOP", ref=one.ref).exists(),
        "lines": sorted({(row.line, row.route, row.words) for row in rows if row.route}),
    }
    return render(request, "mobility/trips/stop.html", context)


def _platforms(one: Station) -> set[str]:
    try:
        table = world.timetable(timezone.localdate())
    except world.NoTimetable:
        return set()
    return {str(table.stops.id[at]) for at in one.stops}


def station_of(ref: str) -> Station:
    """By the id of the feed; 404 for what no timetable knows."""
    try:
        known = world.stations()
    except world.NoTimetable:
        raise Http404 from None
    found = known.by_ref.get(ref)
    if found is None:
        raise Http404
    return found


def _moment(request: HttpRequest) -> datetime:
    from .asking import asked

    return asked(request.GET).at


def departures(one: Station, at: datetime, many: int = MANY) -> list[Row]:
    """The next departures of a station, real time included; [] on a day without a timetable."""
    try:
        now = world.world(timezone.localtime(at).date()).timetable
    except world.NoTimetable:
        return []
    assert now is not None
    return [_row(now, told) for told in transit.board(now, one.stops, now.seconds(at), many)]


def _row(now: Any, told: Any) -> Row:
    kind = kind_words(int(now.routes.kind[told.route]))
    at, planned = (timezone.localtime(now.moment(seconds)) for seconds in (told.departs, told.planned))
    line = now.routes.title(told.route)
    source = int(now.trip_source[told.row]) if told.row >= 0 else -1
    towards = told.headsign or str(now.stops.name[told.last])
    if source >= 0 and now.called(told.row, told.position, 0):
        towards = _("%s – nur nach Anmeldung") % towards
    return Row(
        planned,
        at,
        line,
        f"{kind} {line}",
        towards,
        str(now.stops.platform[told.stop]),
        late(planned, at) if told.delay else 0,
        told.cancelled,
        told.delay is not None,
        str(now.routes.colour[told.route]),
        told.trip,
        str(now.routes.id[told.route]),
        source >= 0 and int(now.trips.wheelchair[source]) == 1,
    )
