"""Valhalla's answers beside ours: arrivals compared, and for every one of ours that is later the reason, found by timing its journey anew.

Its journey (ways on foot, lines, stops) is gone through leg by leg with our ways and the vehicles of the timetable. The first leg at which
ours cannot keep up is the reason. Where ours keeps up to the end and the planner still arrives later, there is no reason: a mistake of ours.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

ROUNDING = 3  # seconds of a way on foot that come from whole seconds and from the metres of a station's doors
EARLY = 300  # seconds which its words may be before the timetable: it loses some at changes


class Line:
    """Which vehicles of a line go from one stop to another."""

    def __init__(self, timetable: Any) -> None:
        self.timetable = timetable
        self.of: dict[str, list[int]] = {}
        net = timetable.net
        for pattern, row in enumerate(net.pattern_trip.tolist()):
            if net.pattern_trips[pattern]:
                route = int(timetable.trips.route[timetable.trip_source[row]])
                self.of.setdefault(timetable.routes.short[route], []).append(pattern)

    def rides(self, line: str, start: int, goal: int) -> list[tuple[int, int]]:
        """(departs, arrives) of all."""
        net, found = self.timetable.net, []
        for pattern in self.of.get(line, ()):
            base, long = int(net.pattern_start[pattern]), int(net.pattern_start[pattern + 1] - net.pattern_start[pattern])
            stops = net.pattern_stop[base : base + long]
            for first in np.flatnonzero((stops == start) & (net.pattern_board[base : base + long] == 1)).tolist():
                for last in np.flatnonzero((stops == goal) & (net.pattern_alight[base : base + long] == 1)).tolist():
                    if last > first:
                        event = int(net.pattern_event[pattern]) + np.arange(int(net.pattern_trips[pattern])) * long
                        found += zip(net.depart[event + first].tolist(), net.arrive[event + last].tolist(), strict=True)
        return found


class Retimed(NamedTuple):
    """Valhalla's journey gone through anew. Seconds of the day; None where it cannot be done."""

    why: str  # the first leg at which ours cannot keep up; blank = it can
    ours: int | None  # arrival by its vehicles with our ways
    theirs: float | None  # arrival by its vehicles with its own last way on foot; its own word may be earlier


def retimed(legs: list, question: tuple[int, int, int], ways: Callable[[int], dict[int, int]], line: Line) -> Retimed:
    """`ways`: seconds on foot from a stop to those in reach."""
    place, goal, now = question
    theirs, on_foot, why = float(now), 0.0, ""
    known = line.timetable.stops.by_id
    for leg in [*legs, ["end"]]:
        if leg[0] == "foot":
            on_foot += leg[1]
            continue
        start = known[leg[2]] if leg[0] == "ride" else goal
        if start != place and not why:
            ours = ways(place).get(start)
            if ours is None:
                why = "walks further than allowed"
            else:
                now += ours
        theirs += on_foot
        ahead, on_foot = now - theirs, 0.0
        if leg[0] == "end":
            break
        rides = line.rides(leg[1], start, known[leg[3]])
        told = theirs + leg[4]
        vehicle = min((ride for ride in rides if -1 <= ride[1] - told <= EARLY and ride[0] >= theirs - 1), default=None)
        if vehicle is None:
            return Retimed("a ride that is not in the timetable", None, None)
        reachable = min((arrives for departs, arrives in rides if departs >= now), default=None)
        if not why and (reachable is None or reachable > vehicle[1]):
            why = "a vehicle within seconds of a walk (rounding)" if ahead <= ROUNDING else "a shorter way on foot"
        theirs, now, place = vehicle[1], vehicle[1] if why else reachable, known[leg[3]]
    if not why and ahead > ROUNDING:
        why = "a shorter way on foot at the end"
    return Retimed(why, None if why else now, theirs)


def compare(
    timetable: Any, asked: list, ours: list[int | None], answers: dict, ways: Callable[[int], dict[int, int]], report: Callable
) -> None:
    """`ours` and the rows of `answers`: seconds under way for the questions of `asked`, None without an answer."""
    rows, line = answers["rows"], Line(timetable)
    both = [at for at, row in enumerate(rows) if row and ours[at] is not None]
    report(
        f"pyvalhalla {answers['version']} multimodal",
        [rows[at][0] for at in both],
        f"tiles built in {answers['build_s']:.0f} s wall",
    )
    only = sum(row is None and mine is not None for row, mine in zip(rows, ours, strict=True))
    they = sum(row is not None and mine is None for row, mine in zip(rows, ours, strict=True))
    print(
        f"  answered by both {len(both)}, only ours {only}, only theirs {they}, by neither {len(rows) - len(both) - only - they}"
    )
    found = {at: retimed(rows[at][2], asked[at], ways, line) for at in both}
    say = [(ours[at], rows[at][1]) for at in both]
    true = [(ours[at], max(one.theirs - asked[at][2], rows[at][1])) for at, one in found.items() if one.theirs is not None]
    told = [one.theirs - asked[at][2] - rows[at][1] for at, one in found.items() if one.theirs is not None]
    spread("pyvalhalla's own word minus ours", say)
    spread("arrival of its vehicles by the timetable minus ours", true)
    print(f"  its word is before its vehicles by {np.median(told):.0f} s (median), {np.max(told):.0f} s at most")
    reasons: Counter[str] = Counter()
    for at, one in found.items():
        mine, word = ours[at], rows[at][1]
        if mine <= word + ROUNDING:
            continue
        why = one.why
        if one.theirs is not None and mine <= one.theirs - asked[at][2] + ROUNDING:
            why = "names the arrival of its vehicle before the timetable does"
        elif not why:
            why = "no reason found"
            print("  unexplained:", asked[at], "ours", mine, "theirs", rows[at], one)
        reasons[why] += 1
    print("  ours later than its word:", dict(reasons) or "never")
    beaten = [at for at, one in found.items() if one.ours is not None and ours[at] > one.ours - asked[at][2]]
    print(f"  of its journeys that our ways allow, ours arrives later than {len(beaten)}")


def spread(name: str, pairs: list[tuple[int, float]]) -> None:
    gaps = np.array([theirs - ours for ours, theirs in pairs])
    print(
        f"  {name}: {len(gaps)} questions, median {np.median(gaps):.0f} s, {np.mean(np.abs(gaps) <= 60):.0%} within a minute, ours earlier "
        f"by more than a minute in {np.mean(gaps > 60):.0%}, later by more than {ROUNDING} s in {int((gaps < -ROUNDING).sum())}"
    )
