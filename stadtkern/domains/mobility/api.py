"""The journey planner for programs: places, trips from door to door, departures, alerts. Public, without a key."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from ninja.decorators import decorate_view
from ninja.errors import HttpError, Throttled

from . import api_near
from .api_examples import ALERT, DEPARTURE, FIGURES, PLAN, STOP, answers
from .models import Alert
from .traffic import measured, punctual
from .trips import planning, stops, world
from .trips.asking import asked
from .trips.brake import WINDOW, too_many
from .trips.doors import shared
from .trips.places import clean, find
from .trips.showing import LegRow, TripRow

router = Router(tags=["mobility"])
router.add_router("", api_near.router)
Text = Annotated[str, Query(max_length=120, examples=["Rathausplatz", "51.9606, 8.0331"])]


class PlaceOut(Schema):
    """A stop, an address or a point."""

    title: str
    kind: str  # stop · address · point
    lat: float
    long: float
    ref: str  # of a stop
    district: str


class LegOut(Schema):
    """One piece of a trip. `delay_minutes` is in `departs` already."""

    mode: str
    words: str
    line: str
    start: str
    goal: str
    departs: datetime
    arrives: datetime
    delay_minutes: int
    distance_m: int
    co2_g: int
    platform: str
    trip: str
    route: str
    stops: list[str]


class TripOut(Schema):
    """Door to door."""

    key: str
    departs: datetime
    arrives: datetime
    reason: str
    changes: int
    co2_g: int
    fare_cents: int | None  # None: not known
    zones: list[str]
    tight: bool
    legs: list[LegOut]
    url: str


class PlanOut(Schema):
    start: PlaceOut
    goal: PlaceOut
    trips: list[TripOut]


class DepartureOut(Schema):
    planned: datetime
    departs: datetime
    line: str
    kind: str
    headsign: str
    platform: str
    delay_minutes: int
    real_time: bool
    cancelled: bool
    trip: str


class AlertOut(Schema):
    id: int
    title: str
    text: str
    cause: str
    effect: str
    stops: list[str]
    routes: list[str]
    starts_at: datetime | None
    ends_at: datetime | None


class LineOut(Schema):
    """Punctuality of a line over 28 days; shares in per cent, None: nothing measured."""

    line: str
    planned_trips: int  # 0: not known
    observed_trips: int
    cancelled_trips: int
    departures: int
    on_time_percent: float | None  # departures at most 1 minute early and 5 minutes late
    median_minutes: float | None
    p95_minutes: float | None


class CarsOut(Schema):
    """Car traffic of a mean day: counts laid on the streets by a model, no measured travel times."""

    days: int
    counted_streets: int
    trips: float
    vehicle_km: float
    lost_seconds_a_trip: float
    co2_kg: float
    co2_g_km: float


class FiguresOut(Schema):
    """What is measured of traffic; None: not measured. Nothing in it is about a person."""

    days: int
    on_time_percent: float | None
    p95_minutes: float | None
    cancelled_percent: float | None
    green_percent: float | None  # who walk, cycle or ride, on streets where several kinds are counted
    green_streets: list[str]
    cars: CarsOut | None
    lines: list[LineOut]


def _brake(request: HttpRequest, door: str) -> None:
    if too_many(request, door):
        raise Throttled(int(WINDOW))


def _place(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("title", "kind", "lat", "long", "ref")} | {"district": one.detail}


@router.get("/places", response=list[PlaceOut], auth=None, url_name="mobility_places", openapi_extra=answers([STOP]))
@decorate_view(shared(300))
def places(request: HttpRequest, q: Text) -> list[dict[str, Any]]:
    """Stops and addresses for typed text, the likeliest first."""
    _brake(request, "places")
    return [_place(one) for one in find(clean(q))]


@router.get("/plan", response=PlanOut, auth=None, url_name="mobility_plan", openapi_extra=answers(PLAN))
@decorate_view(shared(0))
def plan(
    request: HttpRequest,
    start: Text,
    goal: Text,
    day: Annotated[str, Query(max_length=10)] = "",
    time: Annotated[str, Query(max_length=8)] = "",
    arrive: bool = False,
    wheelchair: bool = False,
    modes: Annotated[str, Query(max_length=80, description="bahn,leihrad,roller,teilauto,rad,auto,pr")] = "bahn",
    prefer: Annotated[str, Query(max_length=10, description="zeit, umstiege, fuss, co2")] = "zeit",
) -> dict[str, Any]:
    """Trips from one place to another: stop, address, or "lat, long". Without day and time: now."""
    _brake(request, "plan")
    told = QueryDict(mutable=True)
    told.update({"von": start, "nach": goal, "tag": day, "zeit": time, "vorzug": prefer})
    told.setlist("mit", modes.split(","))
    told["ankunft"], told["rollstuhl"] = ("1" if arrive else ""), ("1" if wheelchair else "")
    one = asked(told)
    if one.start is None or one.goal is None or one.wrong:
        raise HttpError(422, " ".join(one.wrong.values()))
    try:
        rows = planning.trips(one)
    except world.NoTimetable:
        raise HttpError(404, planning.why_not(one)) from None
    return {"start": _place(one.start), "goal": _place(one.goal), "trips": [_trip(row) for row in rows]}


def _trip(row: TripRow) -> dict[str, Any]:
    plain = {
        name: getattr(row, name) for name in ("key", "departs", "arrives", "reason", "co2_g", "fare_cents", "zones", "tight")
    }
    return plain | {
        "changes": row.whole.changes,
        "legs": [_leg(leg) for leg in row.legs],
        "url": f"/mobil/verbindung/?{row.query}",
    }


def _leg(leg: LegRow) -> dict[str, Any]:
    names = ("mode", "words", "start", "goal", "departs", "arrives", "distance_m", "co2_g", "platform", "trip", "route")
    told: dict[str, Any] = {name: getattr(leg, name) for name in names}
    return told | {
        "line": leg.short if leg.line else "",
        "delay_minutes": leg.delay,
        "stops": [stop.name for stop in leg.stops],
    }


@router.get(
    "/stops/{ref}/departures",
    response=list[DepartureOut],
    auth=None,
    url_name="mobility_departures",
    openapi_extra=answers([DEPARTURE]),
)
@decorate_view(shared(15))
def departures(request: HttpRequest, ref: Annotated[str, Path(max_length=120)]) -> list[dict[str, Any]]:
    """What leaves a stop next, real time included."""
    _brake(request, "api")
    rows = stops.departures(stops.station_of(ref), timezone.now())
    names = ("planned", "departs", "line", "headsign", "platform", "cancelled", "trip")
    return [
        {name: getattr(row, name) for name in names} | {"kind": row.words, "delay_minutes": row.delay, "real_time": row.real}
        for row in rows
    ]


@router.get("/alerts", response=list[AlertOut], auth=None, url_name="mobility_alerts", openapi_extra=answers([ALERT]))
@decorate_view(shared(30))
def alerts(request: HttpRequest) -> list[Any]:
    """What is wrong now and soon."""
    _brake(request, "api")
    return list(Alert.objects.live(timezone.now())[:500])


@router.get("/figures", response=FiguresOut, auth=None, url_name="mobility_figures", openapi_extra=answers(FIGURES))
@decorate_view(shared(300))
def figures(request: HttpRequest) -> dict[str, Any]:
    """Punctuality by line, delay and emissions of cars, modal split at counters: the last 28 days."""
    _brake(request, "api")
    rows = punctual.days_back(measured.DAYS)
    whole, shares, cars = punctual.kept("", rows), measured.split(), measured.cars()
    return {
        "days": measured.DAYS, "on_time_percent": whole.share, "p95_minutes": whole.p95,
        "cancelled_percent": whole.cancelled_share, "green_percent": shares.green, "green_streets": list(shares.streets),
        "cars": cars and _cars(cars), "lines": [_line(one) for one in punctual.by_line(rows)],
    }  # fmt: skip


def _cars(cars: measured.Cars) -> dict[str, Any]:
    return {
        "days": cars.days, "counted_streets": cars.streets, "trips": cars.trips, "vehicle_km": cars.vehicle_km,
        "lost_seconds_a_trip": cars.lost_s, "co2_kg": cars.co2_kg, "co2_g_km": cars.co2_g_km,
    }  # fmt: skip


def _line(one: measured.Kept) -> dict[str, Any]:
    return {
        "line": one.name, "planned_trips": one.planned, "observed_trips": one.observed, "cancelled_trips": one.cancelled,
        "departures": one.stops, "on_time_percent": one.share, "median_minutes": one.median, "p95_minutes": one.p95,
    }  # fmt: skip
