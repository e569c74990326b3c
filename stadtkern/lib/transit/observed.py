"""What a message of GTFS-Realtime says of stops that vehicles have passed: delays to be collected, not predictions.

A message is about the future; at the stop it becomes an observation. Of every message only those stops are taken whose time
(as the message tells it) is over or at most `AHEAD` away: a source that drops a stop once it is passed has told it the
minute before. Stops before the first one a message names are left as an earlier message told them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from .realtime import StopUpdate, TripUpdate
from .timetable import Timetable, day_shift, noon

AHEAD = 90  # seconds
ABSURD = 4 * 3600  # a delay beyond this is a mistake of the source


@dataclass(frozen=True, slots=True)
class Planned:
    """A run as planned: seconds of `day`; `key` names it among all runs of its day."""

    key: str
    day: date
    route: str
    line: str
    stops: tuple[tuple[str, int, int], ...]  # stop, arrival, departure


@dataclass(frozen=True, slots=True)
class Word:
    """What one message says of one run: delays (arrival, departure; None: nothing said) by position."""

    run: Planned
    cancelled: bool
    said: dict[int, tuple[int | None, int | None]]


def words(timetable: Timetable, updates: list[TripUpdate], now: int) -> Iterator[Word]:
    """`now`: seconds of the timetable's day. Runs that are in no timetable (added trips) have no plan to be late against."""
    zero = round(noon(timetable.date, timetable.timezone).astimezone(UTC).timestamp()) - 43_200
    for update in updates:
        if update.kind not in ("scheduled", "cancelled") or (row := row_of(timetable, update)) is None:
            continue
        if update.kind == "cancelled":
            yield Word(planned(timetable, row), True, {})
            continue
        first, size, stops, arrive, depart = _plan(timetable, row)
        sequence = timetable.sequence[first : first + size].tolist()
        told = _matched(timetable, update, sequence, stops)
        said = _passed(told, update.delay, arrive, depart, now, zero)
        if said:
            yield Word(planned(timetable, row), False, said)


def row_of(timetable: Timetable, update: TripUpdate) -> int | None:
    """The one run an update means; None where it may be several."""
    rows = timetable.rows_of_trip.get(update.trip_id, [])
    if update.start_date is not None:
        offset = (update.start_date - timetable.date).days
        rows = [row for row in rows if int(timetable.trip_day[row]) == offset]
    elif len(rows) > 1:
        rows = [row for row in rows if int(timetable.trip_day[row]) == 0]
    if len(rows) > 1 and update.start_time is not None:
        rows = [row for row in rows if abs(_start(timetable, row) - update.start_time) < 60]
    return rows[0] if len(rows) == 1 else None


def planned(timetable: Timetable, row: int) -> Planned:
    """The run of a row; times of its own day of service."""
    _first, _size, stops, arrive, depart = _plan(timetable, row)
    source, offset = int(timetable.trip_source[row]), int(timetable.trip_day[row])
    shift = day_shift(timetable.date, offset, timetable.timezone)
    route, ids = int(timetable.trips.route[source]), timetable.stops.id
    told = tuple((ids[stop], a - shift, d - shift) for stop, a, d in zip(stops, arrive, depart, strict=True))
    key, day = f"{timetable.trips.id[source]}@{depart[0] - shift}", timetable.date + timedelta(days=offset)
    return Planned(key, day, timetable.routes.id[route], timetable.routes.title(route), told)


def _start(timetable: Timetable, row: int) -> int:
    return _plan(timetable, row)[4][0] - day_shift(timetable.date, int(timetable.trip_day[row]), timetable.timezone)


def _plan(timetable: Timetable, row: int) -> tuple[int, int, list[int], list[int], list[int]]:
    net, pattern = timetable.net, int(timetable.pattern_of_row[row])
    base, end = int(net.pattern_start[pattern]), int(net.pattern_start[pattern + 1])
    size = end - base
    first = int(net.pattern_event[pattern]) + (row - int(net.pattern_trip[pattern])) * size
    times = slice(first, first + size)
    return first, size, net.pattern_stop[base:end].tolist(), net.arrive[times].tolist(), net.depart[times].tolist()


def _matched(timetable: Timetable, update: TripUpdate, sequence: list[int], stops: list[int]) -> dict[int, StopUpdate]:
    found: dict[int, StopUpdate] = {}
    after = 0
    for one in update.stops:
        if one.sequence is not None and one.sequence in sequence:
            at = sequence.index(one.sequence)
        else:
            stop = timetable.stops.by_id.get(one.stop_id, -1)
            at = next((place for place in range(after, len(stops)) if stops[place] == stop), -1)
        if at >= 0:
            found[at], after = one, at + 1
    return found


def _passed(
    told: dict[int, StopUpdate], whole: int | None, arrive: list[int], depart: list[int], now: int, zero: int
) -> dict[int, tuple[int | None, int | None]]:
    late, found = whole, {}
    for at, (a, d) in enumerate(zip(arrive, depart, strict=True)):
        one = told.get(at)
        came = went = late
        if one is not None and (one.skipped or one.no_data):
            came = went = None
            late = late if one.skipped else None
        elif one is not None:
            came = _delay(one.arrive_delay, one.arrive_at, a, late, zero)
            went = _delay(one.depart_delay, one.depart_at, d, came, zero)
            late = went
        pair = (_sane(came, a, now), _sane(went, d, now))
        if pair != (None, None):
            found[at] = pair
    return found


def _delay(seconds: int | None, moment: int | None, plan: int, otherwise: int | None, zero: int) -> int | None:
    if moment is not None:
        return moment - zero - plan
    return otherwise if seconds is None else seconds


def _sane(delay: int | None, plan: int, now: int) -> int | None:
    """A delay that is no mistake, of a moment that is over (nearly)."""
    return delay if delay is not None and abs(delay) <= ABSURD and plan + delay <= now + AHEAD else None
