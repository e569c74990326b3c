"""A feed as it was read: tables in columns, indexes instead of ids. Source of the meaning: GTFS reference (gtfs.org)."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calendars import Calendar
from .findings import Finding
from .texts import Texts

Ints = NDArray[np.int32]
Bytes = NDArray[np.int8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stops:
    """Stops in the order of stops.txt; all arrays have one entry for each stop. lat/long are NaN where unknown."""

    id: Texts
    name: Texts
    code: Texts
    platform: Texts
    zone: Texts
    lat: Floats
    long: Floats
    parent: Ints  # index of the station, -1 = none
    wheelchair: Bytes  # 0 unknown, 1 yes, 2 no; the station's word counts where the platform is silent
    kind: Bytes  # location_type: 0 platform, 1 station, 2 entrance, 3 node, 4 boarding area

    def __len__(self) -> int:
        return len(self.parent)

    @cached_property
    def by_id(self) -> dict[str, int]:
        return self.id.index_of()


@dataclass(frozen=True)
class Routes:
    """Lines in the order of routes.txt; the last one is the nameless line of trips whose line does not exist."""

    id: Texts
    short: Texts
    long: Texts
    colour: Texts  # RRGGBB or blank
    text_colour: Texts
    agency: Texts
    network: Texts  # for fares v2
    kind: Ints  # route_type, with the extended types

    def __len__(self) -> int:
        return len(self.kind)

    @cached_property
    def by_id(self) -> dict[str, int]:
        return self.id.index_of()

    def title(self, at: int) -> str:
        return self.short[at] or self.long[at] or self.id[at]


@dataclass(frozen=True)
class Trips:
    """Trips in the order of trips.txt."""

    id: Texts
    headsign: Texts
    route: Ints
    service: Ints  # index in the calendar, -1 = never runs
    shape: Ints  # -1 = none
    wheelchair: Bytes  # 0 unknown, 1 yes, 2 no
    bikes: Bytes

    def __len__(self) -> int:
        return len(self.route)

    @cached_property
    def by_id(self) -> dict[str, int]:
        return self.id.index_of()


@dataclass(frozen=True)
class StopTimes:
    """Usable stops of trips: trip t has the rows start[t] to start[t + 1], in order, times filled in and ascending."""

    start: NDArray[np.int64]
    stop: Ints
    arrive: Ints  # seconds after noon minus 12 h
    depart: Ints
    sequence: Ints
    flags: Bytes  # 1 = may board, 2 = may alight, 4 and 8 = the same, by arrangement only
    headsign: Ints  # index in `headsigns`, -1 = the trip's; empty array when the feed has none
    headsigns: Texts


@dataclass(frozen=True)
class Shapes:
    """Lines on the map: shape i has the points start[i] to start[i + 1]."""

    id: Texts
    start: NDArray[np.int64]
    lat: NDArray[np.float32]
    long: NDArray[np.float32]


@dataclass(frozen=True)
class Feed:
    """Everything read from a feed."""

    stops: Stops
    routes: Routes
    trips: Trips
    times: StopTimes
    calendar: Calendar
    shapes: Shapes
    frequencies: NDArray[np.int32]  # rows of trip, start, end, headway (seconds), exact (0 or 1)
    transfers: NDArray[np.int32]  # rows of from stop, to stop, type, seconds (-1 = none given)
    pathways: NDArray[np.int32]  # rows of from stop, to stop, seconds, step-free (0 or 1)
    timezone: str
    agencies: dict[str, str]
    fares: dict[str, list[dict[str, str]]]  # the files of fares, as they are
    info: dict[str, str]  # feed_info.txt
    findings: list[Finding] = field(default_factory=list)
    source: dict[str, Any] = field(default_factory=dict)
    block: Ints = field(default_factory=lambda: np.zeros(0, np.int32))  # of each trip, -1 = none
    stays: Ints = field(default_factory=lambda: np.zeros((0, 3), np.int32))  # rows of trip, next trip, 4 = one stays or 5 = not
    rules: Ints = field(
        default_factory=lambda: np.zeros((0, 8), np.int32)
    )  # transfers of lines and trips, columns as in rules.py

    def busiest_day(self) -> date:
        """The day with the most trips; of several the first. Raises ValueError when nothing ever runs."""
        return self.calendar.busiest(self.trips_of_service())

    def trips_of_service(self) -> NDArray[np.int64]:
        """How many usable trips each service runs, frequencies unrolled."""
        many = np.where(np.diff(self.times.start) >= 2, 1, 0).astype(np.int64)
        if len(self.frequencies):
            usable = many > 0
            many[self.frequencies[:, 0]] = 0
            np.add.at(many, self.frequencies[:, 0], runs_of(self.frequencies))
            many[~usable] = 0
        known = self.trips.service >= 0
        return np.bincount(self.trips.service[known], many[known], len(self.calendar)).astype(np.int64)


def runs_of(spans: NDArray[np.int32]) -> NDArray[np.int64]:
    """How many times each row of `frequencies` runs: the end is no departure any more."""
    return (spans[:, 2].astype(np.int64) - spans[:, 1] + spans[:, 3] - 1) // spans[:, 3]
