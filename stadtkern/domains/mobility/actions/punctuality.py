"""Punctuality: every message of real time is noted, trips that are over are added to their line and day, then forgotten."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record
from stadtkern.lib.traffic import spread
from stadtkern.lib.transit.observed import Word, words
from stadtkern.lib.transit.realtime import Realtime
from stadtkern.lib.transit.timetable import Timetable, noon

from ..models import Feed, LineDay, SectionDay, TripSeen
from ..traffic.punctual import DELAYS, EARLY, LATE, TIMES, band

OVER = timedelta(minutes=45)  # after the planned end, and the last delay told: nothing more is said of a trip
KEEP_LINES = timedelta(days=3 * 365)
KEEP_SECTIONS = timedelta(days=90)
BATCH = 1000
LONGEST = 3600  # seconds from one stop to the next; beyond is a mistake


@transaction.atomic
def note(feed: Feed, timetable: Timetable, told: Realtime, now: datetime) -> int:
    """Keep what a message says of stops that are passed; returns of how many trips. A passing figure, no line in the diary."""
    said = {(one.run.day, one.run.key): one for one in words(timetable, told.updates, timetable.seconds(now))}
    if not said:
        return 0
    known = {
        (row.day, row.key): row
        for row in TripSeen.objects.select_for_update().filter(
            feed=feed, day__in={day for day, _key in said}, key__in=[key for _day, key in said]
        )
    }
    rows = [_joined(feed, timetable.timezone, known.get(at), one) for at, one in said.items()]
    TripSeen.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["feed", "day", "key"],
        update_fields=["said", "cancelled"],
    )  # fmt: skip
    return len(rows)


def _joined(feed: Feed, zone: str, row: TripSeen | None, word: Word) -> TripSeen:
    run = word.run
    if row is None:
        ends = noon(run.day, zone) + timedelta(seconds=run.stops[-1][1] - 43_200)
        told = [list(stop) for stop in run.stops]
        row = TripSeen(feed=feed, day=run.day, key=run.key, route=run.route, line=run.line, ends_at=ends, stops=told)
    row.cancelled = word.cancelled
    row.said = row.said | {str(at): list(pair) for at, pair in word.said.items()}
    return row


@transaction.atomic
def settle(feed: Feed, now: datetime, planned: dict[tuple[date, str], int] | None = None) -> int:
    """Add trips that are over to their lines, days and sections; returns how many. Their own rows go with it."""
    due = TripSeen.objects.select_for_update(skip_locked=True).filter(feed=feed, ends_at__lt=now - OVER)
    rows = [row for row in due[: 5 * BATCH] if row.ends_at + timedelta(seconds=_last(row)) < now - OVER]
    if not rows:
        return 0
    lines: dict[tuple[date, str], list[TripSeen]] = defaultdict(list)
    for row in rows:
        lines[row.day, row.route].append(row)
    for (day, route), trips in sorted(lines.items()):
        _add_line(feed, day, route, trips, (planned or {}).get((day, route), 0))
    _add_sections(feed, rows)
    TripSeen.objects.filter(pk__in=[row.pk for row in rows]).delete()
    record("punctuality.counted", subject=str(feed), actor=SYSTEM, data={"trips": len(rows), "lines": len(lines)})
    return len(rows)


def _last(row: TripSeen) -> int:
    """Delay at the last stop anything was said of, seconds; a trip far behind its plan is not over yet."""
    pair = row.said.get(max(row.said, key=int, default=""), [None, None])
    return max(0, int(pair[1] if pair[1] is not None else pair[0] or 0))


def _add_line(feed: Feed, day: date, route: str, trips: list[TripSeen], planned: int) -> None:
    made, _fresh = LineDay.objects.select_for_update().get_or_create(
        feed=feed, day=day, route=route, defaults={"line": trips[0].line}
    )
    made.planned = planned or made.planned
    for trip in trips:
        departures = [late for _at, late in _departures(trip)]
        if trip.cancelled:
            made.cancelled += 1
        elif departures:
            made.observed += 1
            made.on_time += EARLY <= departures[-1] <= LATE
            made.stops += len(departures)
            made.stops_on_time += sum(EARLY <= late <= LATE for late in departures)
            made.delays = spread.add(made.delays, departures, *DELAYS)
    made.save()


def _departures(trip: TripSeen) -> list[tuple[int, int]]:
    """Delay at every measured stop: of the departure, at the last stop of the arrival."""
    found, end = [], len(trip.stops) - 1
    for at, (came, went) in sorted((int(at), pair) for at, pair in trip.said.items()):
        late = came if at >= end or went is None else went
        if late is not None:
            found.append((at, int(late)))
    return found


def _add_sections(feed: Feed, trips: Iterable[TripSeen]) -> None:
    """Running times from departure to the next arrival, where both were measured."""
    found: dict[tuple[date, str, str, int], list[tuple[int, int, str]]] = defaultdict(list)
    for trip in trips:
        for start, goal, hour, plan, measured in () if trip.cancelled else _runs(trip):
            found[trip.day, start, goal, band(hour)].append((plan, measured, trip.line))
    if not found:
        return
    days = {key[0] for key in found}
    known = {
        (row.day, row.start, row.goal, row.band): row
        for row in SectionDay.objects.select_for_update().filter(feed=feed, day__in=days, start__in={key[1] for key in found})
    }
    rows = []
    for key, runs in found.items():
        row = known.get(key) or SectionDay(feed=feed, **dict(zip(("day", "start", "goal", "band"), key, strict=True)))
        row.lines = sorted({*row.lines, *(line for _plan, _measured, line in runs)})
        row.runs += len(runs)
        row.planned_s += sum(plan for plan, _measured, _line in runs)
        row.measured_s += sum(measured for _plan, measured, _line in runs)
        row.times = spread.add(row.times, [measured for _plan, measured, _line in runs], *TIMES)
        rows.append(row)
    SectionDay.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["feed", "day", "start", "goal", "band"],
        update_fields=["lines", "runs", "planned_s", "measured_s", "times"],
    )  # fmt: skip


def _runs(trip: TripSeen) -> Iterable[tuple[str, str, int, int, int]]:
    for at in range(len(trip.stops) - 1):
        start, _arrives, leaves = trip.stops[at]
        goal, comes, _leaves = trip.stops[at + 1]
        went, came = trip.said.get(str(at), [None, None])[1], trip.said.get(str(at + 1), [None, None])[0]
        if went is None or came is None:
            continue
        measured = comes + came - leaves - went
        if 0 < measured <= LONGEST and comes >= leaves:
            yield start, goal, leaves // 3600 % 24, comes - leaves, measured


def planned_trips(timetable: Timetable) -> dict[tuple[date, str], int]:
    """Trips of every line on the timetable's day."""
    found: dict[tuple[date, str], int] = defaultdict(int)
    for row, source in enumerate(timetable.trip_source.tolist()):
        if int(timetable.trip_day[row]) == 0:
            found[timetable.date, timetable.routes.id[int(timetable.trips.route[source])]] += 1
    return dict(found)


@transaction.atomic
def forget(now: datetime) -> int:
    """Old days; trips a source never finished after two days."""
    gone: dict[str, Any] = {
        "trips": TripSeen.objects.filter(ends_at__lt=now - timedelta(days=2)).delete()[0],
        "lines": LineDay.objects.filter(day__lt=(now - KEEP_LINES).date()).delete()[0],
        "sections": SectionDay.objects.filter(day__lt=(now - KEEP_SECTIONS).date()).delete()[0],
    }
    if many := sum(gone.values()):
        record("punctuality.forgotten", subject="traffic", actor=SYSTEM, data=gone)
    return int(many)
