"""The parts of a feed that are rules: where one may ride and park, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .system import Plan, Ring, Rule, Step, Zone
from .values import Notes, identity, moment, number, rows, text, yes

FEED = "geofencing_zones"
MOST_CORNERS = 500_000


def zones(
    data: Mapping[str, Any] | None, language: str, notes: Notes, at: float | None = None
) -> tuple[tuple[Zone, ...], tuple[Rule, ...]]:
    """The zones in the order of the feed, in which the first counts; and what holds where none lies. `at`: zones that begin
    later or are over are left out."""
    if data is None:
        return (), ()
    collection = data.get(FEED)
    features = collection.get("features") if isinstance(collection, Mapping) else None
    found, corners = [], 0
    for row in rows(features, FEED, notes):
        said = row.get("properties")
        said = said if isinstance(said, Mapping) else {}
        start, end = moment(said.get("start")), moment(said.get("end"))
        if at is not None and ((start is not None and at < start) or (end is not None and at >= end)):
            continue
        name = text(said.get("name"), language)
        polygons = _polygons(row.get("geometry"))
        corners += sum(len(ring) for rings in polygons for ring in rings)
        if not polygons or corners > MOST_CORNERS or not all(polygons):
            notes.add("zone_unreadable", FEED, name)
        polygons = tuple(filter(None, polygons))
        if not polygons or corners > MOST_CORNERS:
            continue
        rules = tuple(_rule(one) for one in rows(said.get("rules"), FEED, notes))
        found.append(Zone(name, polygons, rules))
    return tuple(found), tuple(_rule(one) for one in rows(data.get("global_rules"), FEED, notes))


def _rule(row: Mapping[str, Any]) -> Rule:
    named = row.get("vehicle_type_ids", row.get("vehicle_type_id"))
    types = frozenset(filter(None, map(identity, named if isinstance(named, list) else [named])))
    both = yes(row.get("ride_allowed"), True)  # GBFS 2: start and end in one
    kmh = number(row.get("maximum_speed_kph"))
    return Rule(
        types, yes(row.get("ride_start_allowed"), both), yes(row.get("ride_end_allowed"), both),
        yes(row.get("ride_through_allowed"), True), kmh if kmh is not None and kmh > 0 else None,
        yes(row.get("station_parking"), False),
    )  # fmt: skip


def _polygons(shape: object) -> tuple[tuple[Ring, ...], ...]:
    """One that is no area (a corner is no point, or there are only two) is ()."""
    kind = identity(shape.get("type")) if isinstance(shape, Mapping) else ""
    if not isinstance(shape, Mapping) or kind not in {"Polygon", "MultiPolygon"}:
        return ()
    told = shape.get("coordinates")
    many = [told] if kind == "Polygon" else told
    return tuple(_rings(rings) for rings in many) if isinstance(many, list) else ()


def _rings(rings: Any) -> tuple[Ring, ...]:
    try:
        found = tuple(_ring(ring) for ring in rings)
    except (TypeError, ValueError, IndexError, KeyError):
        return ()
    return tuple(ring for ring in found if len(ring) > 2) if found and len(found[0]) > 2 else ()


def _ring(ring: Any) -> Ring:
    corners = [(number(corner[0]), number(corner[1])) for corner in ring]
    if any(x is None or y is None for x, y in corners):
        raise ValueError
    return [(x, y) for x, y in corners if x is not None and y is not None]


def plans(data: Mapping[str, Any] | None, language: str, notes: Notes) -> dict[str, Plan]:
    feed = "system_pricing_plans"
    found: dict[str, Plan] = {}
    for row in rows((data or {}).get("plans"), feed, notes):
        own, price = identity(row.get("plan_id")), number(row.get("price"))
        if not own or price is None or price < 0 or price > 1e6:
            notes.add("price_unreadable", feed, own)
            continue
        by_time, by_way = (_steps(row.get(key), own, notes) for key in ("per_min_pricing", "per_km_pricing"))
        currency = identity(row.get("currency"))[:3].upper() or "EUR"
        found[own] = Plan(
            own, text(row.get("name"), language), currency, price, by_time, by_way, text(row.get("description"), language)
        )
    return found


def _steps(value: object, own: str, notes: Notes) -> tuple[Step, ...]:
    found = []
    for row in rows(value, "system_pricing_plans", notes):
        start, rate, every, end = (number(row.get(key)) for key in ("start", "rate", "interval", "end"))
        if rate is None or (start or 0) < 0 or (every or 0) < 0:
            notes.add("price_unreadable", "system_pricing_plans", own)
            continue
        found.append(Step(start or 0.0, rate, every or 0.0, end))
    return tuple(found)
