"""The planner against the Connection Scan on random questions of a feed: `manage.py check_planner`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from .days import assemble, runs
from .findings import FeedRefused, Finding
from .footpaths import walks
from .joining import join
from .reader import never_runs, read_feed
from .scan import NEVER, connection_scan, of_runs
from .search import Options, at_stop, earliest, warm
from .timetable import Timetable

SLACKS = (0, 60, 180)
SERVED = 0.95  # share of questions from and to stops that a vehicle serves on this day


@dataclass(frozen=True)
class Question:
    """From a stop to a stop, seconds of the day, seconds of slack at changes."""

    origin: int
    target: int
    depart: int
    slack: int


@dataclass(frozen=True)
class Outcome:
    """How often both agreed, and how long the planner took for each question (milliseconds of CPU)."""

    day: date
    queries: int
    equal: int
    p50_ms: float
    p95_ms: float
    load_s: float
    different: list[tuple[Question, int, int]]
    findings: list[Finding]


def check(path: Path | Sequence[Path], queries: int, seed: int = 1) -> Outcome:
    """Ask both `queries` questions spread over the feed's busiest day; several feeds are joined.

    Raises FeedRefused, also when nothing ever runs or the feeds are of different time zones. `load_s`: reading, laying out and
    the footpaths, without compiling.
    """
    start = thread_time()
    paths = [path] if isinstance(path, Path) else path
    feed = read_feed(paths[0])
    findings = list(feed.findings)
    if len(paths) > 1:
        parts = [feed, *map(read_feed, paths[1:])]
        if len({part.timezone for part in parts}) > 1:
            raise FeedRefused(Finding("timezones", "agency.txt", 0, {"zones": ", ".join({part.timezone for part in parts})}))
        findings = [one for part in parts for one in part.findings]
        feed, _parts = join({str(at): part for at, part in enumerate(parts)})
    if refused := never_runs(feed):
        raise refused
    when = feed.busiest_day()
    found = runs(feed, when)
    timetable = assemble(feed, when, found, *walks(feed, None, None))
    load = thread_time() - start
    hops = of_runs(feed, found)
    warm(timetable)
    took, different = [], []
    for question in questions(timetable, queries, seed):
        access, egress = at_stop(timetable, question.origin), at_stop(timetable, question.target, leaving=False)
        begin = thread_time()
        journeys = earliest(timetable, access, egress, question.depart, Options(max_vehicles=0, slack_s=question.slack))
        took.append(thread_time() - begin)
        ours = journeys[0].arrives if journeys else NEVER
        theirs = connection_scan(hops, timetable, access, egress, question.depart, question.slack)
        if ours != theirs:
            different.append((question, ours, theirs))
    p50, p95 = (float(np.percentile(took, share) * 1000) if took else 0.0 for share in (50, 95))
    return Outcome(
        when, len(took), len(took) - len(different), round(p50, 3), round(p95, 3), round(load, 3), different, findings
    )


def questions(timetable: Timetable, many: int, seed: int) -> list[Question]:
    """Random stops, departures spread evenly from the first to the last of the day."""
    dice = np.random.default_rng(seed)
    net = timetable.net
    leaves = net.depart[net.depart >= 0]
    first, last = (int(leaves.min()), int(leaves.max())) if len(leaves) else (0, 86_400)
    span = max(min(last, 86_400 * 2) - first, 1)
    served, every = np.unique(net.pattern_stop), np.arange(len(timetable.stops))

    def stops() -> NDArray[np.int64]:
        known = dice.choice(served, many) if len(served) else dice.choice(every, many)
        return np.where(dice.random(many) < SERVED, known, dice.choice(every, many)).astype(np.int64)

    departs = first - 300 + ((np.arange(many) + dice.random(many)) / max(many, 1) * span).astype(np.int64)
    slack = dice.choice(np.array(SLACKS), many)
    return [Question(*row) for row in zip(stops().tolist(), stops().tolist(), departs.tolist(), slack.tolist(), strict=True)]
