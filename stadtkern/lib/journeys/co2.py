"""Grams of greenhouse gases (CO2 equivalents) for a kilometre of one person; docs/doors.md names the sources."""

from __future__ import annotations

from collections.abc import Mapping

from .world import Mode

GRAMS: dict[Mode, int] = {
    Mode.WALK: 0,
    Mode.BIKE: 0,
    Mode.TRANSIT: 65,  # bus, tram and local train on average: VDV with TREMOD 6.02
    Mode.CAR: 147,  # 1.5 people in a car: the same source
    Mode.PARK_RIDE: 147,
    Mode.SHARED_CAR: 147,
    Mode.SHARED_SCOOTER: 123,  # whole life, collecting by van included: dena 2021
    Mode.SHARED_MOPED: 123,  # not measured: taken as a scooter
    Mode.SHARED_BIKE: 25,  # an assumption: moving them about by van
}
LONG_DISTANCE = {101: 46, 102: 46, 103: 46, 200: 37, 201: 37, 202: 37}  # extended route types: Umweltbundesamt, 2021


def grams(mode: Mode, metres: float, route_type: int = -1, own: Mapping[Mode, int] | None = None) -> int:
    """`own`: what the city knows better, for example trams with green electricity."""
    each = LONG_DISTANCE.get(route_type, GRAMS[mode]) if mode is Mode.TRANSIT else GRAMS[mode]
    return round((own or {}).get(mode, each) * metres / 1000)
