"""Where buses and trams lose time from one stop to the next, which signals lie there, and what priority could gain.

Lost is what a run takes on average more than the quick ones on the same section (the 15th percentile of all of them): traffic,
signals and passengers, not the distance. The gain is an estimate from the signals' waits, with its range; what a plan really
does is for the simulation to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
from django.utils import timezone

from stadtkern.lib import transit
from stadtkern.lib.earth import METRES
from stadtkern.lib.traffic import spread

from ..models import SectionDay
from ..trips import world
from .lights import Signal, signals
from .punctual import TIMES

DAYS = 28
LEAST_RUNS = 20
QUICK = 0.15
NEAR = 30.0  # metres from the line to a signal
EFFECT = (1 / 3, 2 / 3)  # of the wait at a signal that priority takes away: an assumption, told as a range
WORTH = 5.0  # seconds a run, below which nothing is proposed
SHOWN = 25
Line = list[tuple[float, float]]


@dataclass(frozen=True)
class Section:
    """From stop to stop; seconds a run. `gain` is a range; `minutes` lost on a day by all runs together."""

    start: str
    goal: str
    lines: tuple[str, ...]
    runs: float  # a day
    planned: float
    measured: float
    quick: float
    worst: int  # hour in which its slowest time of day begins
    worst_lost: float
    line: Line
    signals: tuple[Signal, ...]

    @property
    def lost(self) -> float:
        return max(0.0, self.measured - self.quick)

    @property
    def minutes(self) -> float:
        return self.lost * self.runs / 60

    @property
    def late(self) -> float:
        """What the timetable does not allow for."""
        return self.measured - self.planned

    @property
    def gain(self) -> tuple[float, float]:
        waits = sum(one.waiting for one in self.signals if not one.priority)
        return tuple(min(self.lost, waits) * share for share in EFFECT)  # type: ignore[return-value]

    @property
    def proposed(self) -> bool:
        """Worth a look: time is lost, and a signal without priority lies there."""
        return self.gain[1] >= WORTH


def sections() -> list[Section]:
    """The sections of the last weeks, the most minutes lost first."""
    first = timezone.localdate() - timedelta(days=DAYS)
    found: dict[tuple[str, str], list[SectionDay]] = {}
    for row in SectionDay.objects.filter(day__gt=first).order_by("pk"):
        found.setdefault((row.start, row.goal), []).append(row)
    ground, lights = _Ground(), signals()
    made = [_section(pair, rows, ground, lights) for pair, rows in found.items() if sum(row.runs for row in rows) >= LEAST_RUNS]
    return sorted(made, key=lambda one: -one.minutes)[:SHOWN]


def _section(pair: tuple[str, str], rows: list[SectionDay], ground: "_Ground", lights: tuple[Signal, ...]) -> Section:
    runs, days = sum(row.runs for row in rows), len({row.day for row in rows})
    quick = spread.quantile(spread.merged(row.times for row in rows), QUICK, TIMES[0]) or 0.0
    bands: dict[int, tuple[int, int]] = {}
    for row in rows:
        many, seconds = bands.get(row.band, (0, 0))
        bands[row.band] = many + row.runs, seconds + row.measured_s
    means = {hour: seconds / many for hour, (many, seconds) in bands.items() if many >= 5} or {rows[0].band: quick}
    worst = max(means, key=lambda hour: means[hour])
    line = ground.line(*pair)
    return Section(
        ground.name(pair[0]), ground.name(pair[1]), tuple(sorted({one for row in rows for one in row.lines})), runs / days,
        sum(row.planned_s for row in rows) / runs, sum(row.measured_s for row in rows) / runs, quick, worst,
        max(0.0, means[worst] - quick), line, tuple(one for one in lights if near(one, line)),
    )  # fmt: skip


def near(one: Signal, line: Line) -> bool:
    """Whether a signal stands on a line."""
    if len(line) < 2:
        return False
    points = np.array(line, float)
    wide = METRES * np.cos(np.radians(one.lat))
    x, y = (points[:, 1] - one.long) * wide, (points[:, 0] - one.lat) * METRES
    dx, dy = np.diff(x), np.diff(y)
    share = np.clip(-(x[:-1] * dx + y[:-1] * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0, 1)
    return bool(np.hypot(x[:-1] + share * dx, y[:-1] + share * dy).min() <= NEAR)


class _Ground:
    """Names of stops and lines between them, from the timetable that counts; without one the numbers of the feed."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], int] = {}
        self.table: Any = None
        try:
            self.table = world.timetable(timezone.localdate())
        except world.NoTimetable:
            return
        net = self.table.net
        for pattern, many in enumerate(net.pattern_trips.tolist()):
            stops = net.pattern_stop[int(net.pattern_start[pattern]) : int(net.pattern_start[pattern + 1])].tolist()
            for pair in pairwise(stops) if many else ():
                self.rows.setdefault(pair, int(net.pattern_trip[pattern]))

    def name(self, stop: str) -> str:
        at = self.table.stops.by_id.get(stop, -1) if self.table else -1
        return str(self.table.stops.name[at]) if at >= 0 else stop

    def line(self, start: str, goal: str) -> Line:
        if self.table is None:
            return []
        pair = (self.table.stops.by_id.get(start, -1), self.table.stops.by_id.get(goal, -1))
        row = self.rows.get(pair)
        if row is None:
            return []
        ride: Any = SimpleNamespace(stops=pair, row=row)
        return transit.line(self.table, ride)


def colour(one: Section) -> str:
    """Of a section on the map; the table beside it says the same in numbers."""
    return "#bd0f09" if one.lost >= 30 else "#b35c00" if one.lost >= 12 else "#2044aa"


def drawn(rows: Iterable[Section]) -> list[dict[str, Any]]:
    """Lines for the map."""
    return [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [[round(long, 6), round(lat, 6)] for lat, long in one.line]},
            "properties": {"title": f"{one.start} – {one.goal}: {one.lost:.0f} s", "colour": colour(one), "style": "ride"},
        }
        for one in rows
        if len(one.line) > 1
    ]
