"""How long it takes between many places: over the streets where they are known, else as the crow flies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stadtkern.lib.ways import Places, Ways
from stadtkern.lib.ways.graph import METRES
from stadtkern.lib.ways.search import FAR, flood, line, spread

Array = NDArray[Any]
DETOUR = 1.3
USUAL_KMH = 4.8
KMH = {"walk": 4.8, "wheelchair": 3.6, "bike": 15.0, "scooter": 16.0, "car": 24.0}  # where no streets are known
SNAP_M = 400.0
ON_FOOT = {"walk", "wheelchair"}


@dataclass(frozen=True)
class Points:
    """Places on earth, with what was found out about them for each way of moving."""

    lat: Array
    long: Array
    snapped: dict[str, Places] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.lat)

    def take(self, at: Array) -> Points:
        return Points(self.lat[at], self.long[at], {profile: places[at] for profile, places in self.snapped.items()})


def points(*pairs: tuple[float, float]) -> Points:
    table = np.array(pairs, np.float64).reshape(-1, 2)
    return Points(table[:, 0], table[:, 1])


@dataclass(frozen=True)
class Times:
    """Of each point: milliseconds (FAR: too far), metres, and the seed it is reached from."""

    ms: NDArray[np.int32]
    metres: NDArray[np.float32]
    source: NDArray[np.int32]


def nowhere(many: int) -> Times:
    return Times(np.full(many, FAR, np.int32), np.zeros(many, np.float32), np.full(many, -1, np.int32))


@dataclass(frozen=True)
class Streets:
    """Asked by the planner; `ways` may be missing."""

    ways: Ways | None = None
    middle: float = 50.0  # latitude of the city: how long a degree to the east is

    def snapped(self, at: Points, profile: str) -> Places:
        assert self.ways is not None
        if profile not in at.snapped:
            at.snapped[profile] = self.ways.snap_all(at.lat, at.long, profile, SNAP_M)
        return at.snapped[profile]

    def times(
        self, seeds: Points, targets: Points, profile: str, seconds: float, *,
        ms: Array | None = None, metres: Array | None = None, back: bool = False, kmh: float = USUAL_KMH,
        cost: Array | None = None,
    ) -> Times:  # fmt: skip
        """From the nearest seed to each target (`back`: from each target to a seed); seeds start with `ms` and `metres`.

        `kmh` is how fast somebody walks; `seconds` is the longest whole time.
        """
        slower = USUAL_KMH / kmh if profile in ON_FOOT else 1.0
        start = np.zeros(len(seeds), np.int64) if ms is None else np.asarray(ms, np.int64)
        gone = np.zeros(len(seeds), np.float32) if metres is None else np.asarray(metres, np.float32)
        if not len(seeds) or not len(targets):
            return nowhere(len(targets))
        if self.ways is None:
            return self._straight(seeds, targets, start, gone, KMH[profile] / slower, seconds)
        places, ends = self.snapped(seeds, profile), self.snapped(targets, profile)
        begin = (start / slower).astype(np.int64)
        found = spread(self.ways, places, ends, profile, seconds / slower, ms=begin, metres=gone, back=back, cost=cost)
        whole = np.where(found.reached, np.minimum(found.ms * slower, FAR), FAR).astype(np.int32)
        times = Times(whole, found.metres, found.source)
        known = places.edge >= 0, ends.edge >= 0
        return self._beside(times, known, seeds, targets, start, gone, KMH[profile] / slower, seconds)

    def _straight(self, seeds: Points, targets: Points, start: Array, gone: Array, kmh: float, seconds: float) -> Times:
        """As the crow flies, made longer by a usual detour."""
        from . import kernels

        wide = METRES * max(0.01, float(np.cos(np.radians(self.middle))))
        ends = seeds.lat, seeds.long, start.astype(np.int64), gone.astype(np.float32), targets.lat, targets.long
        return Times(*kernels.straight(*ends, wide, DETOUR * 3600 / kmh, int(seconds * 1000), DETOUR))

    def _beside(
        self, times: Times, known: tuple[Array, Array], seeds: Points, targets: Points, start: Array, gone: Array,
        kmh: float, seconds: float,
    ) -> Times:  # fmt: skip
        """Places off the known streets (the extract is smaller than the timetable) are reached as the crow flies."""
        from_off, to_off = ~known[0], ~known[1]
        for own, other in ((from_off, np.ones_like(to_off)), (~from_off, to_off)):
            if not own.any() or not other.any():
                continue
            some, there = np.flatnonzero(own), np.flatnonzero(other)
            found = self._straight(seeds.take(some), targets.take(there), start[some], gone[some], kmh, seconds)
            better = found.ms < times.ms[there]
            times.ms[there[better]] = found.ms[better]
            times.metres[there[better]] = found.metres[better]
            times.source[there[better]] = some[found.source[better]]
        return times

    def line(self, one: tuple[float, float], other: tuple[float, float], profile: str) -> list[tuple[float, float]]:
        """Coordinates of the way; a straight line where no street is known."""
        if self.ways is not None:
            found = line(self.ways, self.ways.snap(*one, profile, SNAP_M), self.ways.snap(*other, profile, SNAP_M), profile)
            if found:
                return found
        return [one, other]

    def around(self, centre: tuple[float, float], metres: float) -> Points:
        """Places on the streets round a point."""
        lat, long = centre
        if self.ways is not None:
            place = self.ways.snap(lat, long, "walk", SNAP_M)
            if place:
                found = flood(self.ways, Places.of(place), "walk", metres / USUAL_KMH * 3.6)
                return Points(self.ways.lat[found.nodes], self.ways.long[found.nodes])
        turn = np.arange(24) * (2 * np.pi / 24)
        far = np.repeat(np.linspace(metres / 10, metres, 10), 24)
        north, east = far * np.tile(np.sin(turn), 10), far * np.tile(np.cos(turn), 10)
        return Points(lat + north / METRES, long + east / (METRES * max(0.01, np.cos(np.radians(lat)))))
