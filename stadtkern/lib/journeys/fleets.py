"""Shared vehicles as the search sees them: where they can be taken and left, merged over operators with the same rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stadtkern.lib.sharing import Station, System, Vehicle

from .streets import Array, Points, Streets
from .world import Mode, Spot

KINDS = {Mode.SHARED_BIKE: "bike", Mode.SHARED_SCOOTER: "scooter", Mode.SHARED_MOPED: "moped", Mode.SHARED_CAR: "car"}
PROFILE = {Mode.SHARED_BIKE: "bike", Mode.SHARED_SCOOTER: "scooter", Mode.SHARED_MOPED: "car", Mode.SHARED_CAR: "car"}
TAKE_S = {Mode.SHARED_BIKE: 45, Mode.SHARED_SCOOTER: 45, Mode.SHARED_MOPED: 90, Mode.SHARED_CAR: 120}  # unlock, adjust, helmet
LEAVE_S = {Mode.SHARED_BIKE: 30, Mode.SHARED_SCOOTER: 30, Mode.SHARED_MOPED: 60, Mode.SHARED_CAR: 120}  # lock; find a space
DETOUR_M = 500.0  # so far round a place where nothing may be left another one is looked for
FULL = 1e9


@dataclass(frozen=True)
class Pickup:
    """A vehicle that stands free, or a station that has some."""

    spot: Spot
    system: System
    type: str
    vehicle: Vehicle | None = None
    range_m: float = FULL
    link: str = ""


@dataclass(frozen=True)
class Piece:
    """A part of the way between door and stop; milliseconds."""

    mode: Mode
    start: Spot
    goal: Spot
    ms: int
    metres: float
    pickup: Pickup | None = None


@dataclass(frozen=True)
class Fleet:
    """What is rented and left by the same rules. `free`: may be left anywhere that `system`'s zones allow (None: no zones)."""

    mode: Mode
    pickups: tuple[Pickup, ...]
    at: Points
    docks: tuple[Spot, ...]
    dock_points: Points
    free: bool
    system: System | None
    type: str

    @property
    def profile(self) -> str:
        return PROFILE[self.mode]

    def may_end(self, lat: Array, long: Array) -> Array:
        if not self.free:
            return np.zeros(len(lat), np.bool_)
        if self.system is None:
            return np.ones(len(lat), np.bool_)
        return self.system.allowed(lat, long, self.type, "end")


def points_of(spots: Iterable[Spot]) -> Points:
    table = np.array([(spot.lat, spot.long) for spot in spots], np.float64).reshape(-1, 2)
    return Points(table[:, 0], table[:, 1])


def open_fleets(found: Sequence[Fleet], weekday: int, seconds: int) -> list[Fleet]:
    """Without what is not rented at this time."""
    kept = []
    for fleet in found:
        open_ = [one for one in fleet.pickups if one.system.open_at(weekday, seconds)]
        if len(open_) == len(fleet.pickups):
            kept.append(fleet)
        elif open_:
            kept.append(replace(fleet, pickups=tuple(open_), at=points_of(one.spot for one in open_)))
    return kept


def fleets(systems: Sequence[System], mode: Mode) -> list[Fleet]:
    """Docked fleets by operator (a bike goes back to its own), free ones merged, those with zones by their rules."""
    merged: list[Pickup] = []
    found: list[Fleet] = []
    for system in systems:
        docks = _docks(system, mode)
        for kind, pickups in _by_rule(system, mode).items():
            type_id, free, returns = kind
            pickups = _startable(system, type_id, pickups)
            if not pickups or (not free and not (returns and docks)):
                continue
            zoned = bool(system.zones or system.everywhere)
            if free and not zoned and not (returns and docks):
                merged += pickups
            else:
                found.append(_fleet(mode, pickups, docks if returns else (), free, system if zoned else None, type_id))
    if merged:
        found.append(_fleet(mode, merged, (), True, None, ""))
    return found


def _fleet(
    mode: Mode, pickups: Sequence[Pickup], docks: Sequence[Spot], free: bool, system: System | None, type_id: str
) -> Fleet:
    at, to = points_of(one.spot for one in pickups), points_of(docks)
    return Fleet(mode, tuple(pickups), at, tuple(docks), to, free, system, type_id)


def _is(system: System, type_id: str, mode: Mode) -> bool:
    kind = system.types.get(type_id)
    return (kind.kind if kind else "bike") == KINDS[mode]  # without types the standard means bikes


def _rule(system: System, type_id: str, docked: bool) -> tuple[bool, bool]:
    """Whether such a vehicle may be left free, and at stations."""
    kind = system.types.get(type_id)
    said = kind.returns if kind else ""
    if said == "roundtrip_station":
        return False, False
    usual = (False, True) if docked else (True, bool(system.stations))
    return {"free_floating": (True, False), "any_station": (False, True), "hybrid": (True, True)}.get(said, usual)


def _by_rule(system: System, mode: Mode) -> dict[tuple[str, bool, bool], list[Pickup]]:
    """Pickups by type (where zones tell types apart) and by how they may be left."""
    found: dict[tuple[str, bool, bool], list[Pickup]] = {}
    zoned = bool(system.zones or system.everywhere)
    for pickup, docked in [*_racks(system, mode), *_loose(system, mode)]:
        free, returns = _rule(system, pickup.type, docked)
        if free or returns:
            found.setdefault((pickup.type if zoned else "", free, returns), []).append(pickup)
    return found


def _racks(system: System, mode: Mode) -> list[tuple[Pickup, bool]]:
    """Stations with something to rent now; one that does not know how many it has is not counted on."""
    found = []
    for station in system.stations:
        if not station.renting:
            continue
        counts = station.by_type or ({_only(system): station.vehicles} if station.vehicles else {})
        for type_id, many in counts.items():
            if many and many > 0 and _is(system, type_id, mode):
                spot = _spot(station, "station")
                found.append((Pickup(spot, system, type_id, None, FULL, station.link), True))
                break
    return found


def _only(system: System) -> str:
    return next(iter(system.types)) if len(system.types) == 1 else ""


def _loose(system: System, mode: Mode) -> list[tuple[Pickup, bool]]:
    found = []
    for vehicle in system.vehicles:
        type_id = vehicle.type or _only(system)
        if vehicle.usable and not vehicle.station and _is(system, type_id, mode):
            spot = Spot(vehicle.lat, vehicle.long, "vehicle", vehicle.id, system.name)
            far = vehicle.range_m if vehicle.range_m is not None else FULL
            found.append((Pickup(spot, system, type_id, vehicle, far, vehicle.link), False))
    return found


def _spot(station: Station, kind: str) -> Spot:
    return Spot(station.lat, station.long, kind, station.id, station.name)


def _docks(system: System, mode: Mode) -> tuple[Spot, ...]:
    """Stations that take a vehicle back: a free dock, or an area without docks."""
    found = []
    for station in system.stations:
        typed = [many for type_id, many in station.docks_by_type.items() if _is(system, type_id, mode)]
        room = any(many > 0 for many in typed) if typed else station.docks is None or station.docks > 0 or station.virtual
        suits = not station.by_type or any(_is(system, type_id, mode) for type_id in station.by_type) or bool(typed)
        known = station.docks is not None or station.virtual or station.vehicles is not None or bool(typed)
        if station.returning and room and suits and known:
            found.append(_spot(station, "station"))
    return tuple(found)


def _startable(system: System, type_id: str, pickups: list[Pickup]) -> list[Pickup]:
    if not (system.zones or system.everywhere) or not pickups:
        return pickups
    at = points_of(one.spot for one in pickups)
    open_ = system.allowed(at.lat, at.long, type_id, "start")
    return [one for one, may in zip(pickups, open_.tolist(), strict=True) if may or one.vehicle is None]


def passage(fleet: Fleet, streets: Streets) -> Any:
    """What the streets cost where zones forbid passing or slow it down; None: as usual."""
    ways, system = streets.ways, fleet.system
    if ways is None or system is None:
        return None
    rules = [rule for zone in system.zones for rule in zone.rules] + list(system.everywhere)
    if all(rule.through and rule.kmh is None for rule in rules):
        return None
    from stadtkern.lib.ways.graph import PROFILES

    cost = ways.cost[PROFILES.index(fleet.profile)].copy()
    middle = (ways.shape_first[:-1] + ways.shape_first[1:]) // 2
    lat, long = ways.shape_lat[middle] / 1e7, ways.shape_long[middle] / 1e7
    shut = ~system.allowed(lat, long, fleet.type, "through")
    slow = np.ceil(ways.edge_m * 3600 / system.limit(lat, long, fleet.type)).astype(np.int64)
    for direction in (0, 1):
        part = cost[direction::2]
        part[:] = np.where(part < 0, -1, np.maximum(part, slow.clip(0, 2**30)))
        part[shut] = -1
    return cost
