"""Real time on a copy: delays, cancelled and added trips, skipped stops. The planned timetable stays as it is.

What did not change is shared. Vehicles that overtake each other now are put in order again (weave.py), so that questions
stay as fast.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC

import numpy as np

from .layout import Layout
from .realtime import StopUpdate, TripUpdate
from .timetable import Timetable, day_shift, noon

MOST_DELAY = 86_400


@dataclass(frozen=True, slots=True)
class Gone:
    """A cancelled trip, for departure boards: stops and planned departures."""

    trip: str
    route: int
    headsign: str
    stops: tuple[int, ...]
    departs: tuple[int, ...]


@dataclass
class Vehicle:
    """A trip that gets a pattern of its own."""

    stops: list[int]
    board: list[int]
    alight: list[int]
    arrive: list[int]
    depart: list[int]
    plan_arrive: list[int]
    plan_depart: list[int]
    sequence: list[int]
    sign: list[int]
    source: int
    shift: int
    day: int
    wheelchair: int


def live(timetable: Timetable, updates: Sequence[TripUpdate]) -> Timetable:
    """The timetable as it is now.

    `timetable` is the planned one (ValueError when it is a live one: a message of GTFS-Realtime replaces the message before
    it). What cannot be applied is counted in `about["live"]`: unknown_trip, unknown_stop, absurd, cancelled, added, changed.
    """
    if timetable.plan_depart is not None:
        raise ValueError("real time is laid over the planned timetable")
    return Change(timetable).apply(updates)


class Change:
    """One message on its way into a timetable."""

    def __init__(self, timetable: Timetable) -> None:
        self.plan = timetable
        net = timetable.net
        self.arrive, self.depart = net.arrive.copy(), net.depart.copy()
        self.told = dict.fromkeys(("changed", "cancelled", "added", "unknown_trip", "unknown_stop", "absurd"), 0)
        self.touched: dict[int, set[int]] = {}  # pattern: rows in it that leave
        self.closed: dict[int, list[int]] = {}  # row: positions that are left out
        self.closed_in: dict[int, set[int]] = {}  # pattern: such rows
        self.is_live = np.zeros(len(timetable.trip_source), np.int8)
        self.own: list[Vehicle] = []
        self.gone: list[Gone] = []
        self.new_trips: list[tuple[str, str, int]] = []  # id, headsign, route
        self.zero_of: dict[int, int] = {}  # day: seconds from our zero to its own
        self.zero = round(noon(timetable.date, timetable.timezone).astimezone(UTC).timestamp()) - 43_200

    def apply(self, updates: Iterable[TripUpdate]) -> Timetable:
        for update in updates:
            if update.kind == "added" or (update.kind == "copied" and len(update.stops) > 1):
                self.add(update)
                continue
            if update.kind == "copied":
                self.copy(update)
                continue
            rows = self.rows(update)
            if not rows:
                self.told["unknown_trip"] += 1
            for row in rows:
                if update.kind in ("cancelled", "replaced"):
                    self.cancel(row)
                else:
                    self.move(row, update)
            if update.kind == "replaced":
                self.add(update)
        return Layout(self).timetable()

    def rows(self, update: TripUpdate) -> list[int]:
        """The runs an update means: of its day and start, else today's, else the only one there is."""
        rows = self.plan.rows_of_trip.get(update.trip_id, []) if update.trip_id else self.of_route(update)
        days = self.plan.trip_day
        if update.start_date is not None:
            offset = (update.start_date - self.plan.date).days
            rows = [row for row in rows if days[row] == offset]
        elif len({int(days[row]) for row in rows}) > 1:
            nearest = min((int(days[row]) for row in rows), key=lambda day: (abs(day), day))
            rows = [row for row in rows if days[row] == nearest]
        if len(rows) > 1 and update.start_time is not None:
            rows = [row for row in rows if abs(self.start(row) - update.start_time) < 60]
        return rows if len(rows) == 1 else []

    def of_route(self, update: TripUpdate) -> list[int]:
        """The runs of a route that start when the update says."""
        route = self.route_of.get(update.route_id, -1)
        if not update.route_id or route < 0 or update.start_time is None:
            return []
        rows = np.flatnonzero(self.plan.trips.route[self.plan.trip_source] == route).tolist()
        return [row for row in rows if abs(self.start(row) - (update.start_time or 0)) < 60]

    def start(self, row: int) -> int:
        """Seconds of its own day of service."""
        event = self.place(row)[1]
        day = int(self.plan.trip_day[row])
        if day not in self.zero_of:
            self.zero_of[day] = day_shift(self.plan.date, day, self.plan.timezone)
        return int(self.plan.net.depart[event]) - self.zero_of[day]

    def place(self, row: int) -> tuple[int, int, int]:
        """(pattern, first event, stops) of a trip."""
        net = self.plan.net
        pattern = int(self.plan.pattern_of_row[row])
        long = int(net.pattern_start[pattern + 1] - net.pattern_start[pattern])
        return pattern, int(net.pattern_event[pattern]) + (row - int(net.pattern_trip[pattern])) * long, long

    def cancel(self, row: int) -> None:
        pattern, event, long = self.place(row)
        leaving = self.touched.setdefault(pattern, set())
        if row in leaving:
            return
        leaving.add(row)
        plan, source = self.plan, int(self.plan.trip_source[row])
        base = int(plan.net.pattern_start[pattern])
        self.told["cancelled"] += 1
        self.gone.append(
            Gone(
                plan.trips.id[source],
                int(plan.trips.route[source]),
                plan.trips.headsign[source],
                tuple(plan.net.pattern_stop[base : base + long].tolist()),
                tuple(plan.net.depart[event : event + long].tolist()),
            )
        )

    def move(self, row: int, update: TripUpdate) -> None:
        """New times for a trip, and the stops it leaves out."""
        pattern, event, long = self.place(row)
        net, rows = self.plan.net, slice(event, event + long)
        if row in self.touched.get(pattern, ()):
            return
        arrive, depart = net.arrive[rows].tolist(), net.depart[rows].tolist()
        places = slice(int(net.pattern_start[pattern]), int(net.pattern_start[pattern + 1]))
        stops = net.pattern_stop[places].tolist()
        said = self.matched(update, self.plan.sequence[rows].tolist(), stops)
        new_arrive, new_depart, skipped = self.times(arrive, depart, said, update.delay)
        if new_arrive is None or new_depart is None:
            return
        self.is_live[row] = 1
        self.told["changed"] += 1
        self.touched.setdefault(pattern, set())
        self.arrive[rows], self.depart[rows] = new_arrive, new_depart
        self.closed.pop(row, None)  # of two updates of a trip the later one counts
        self.closed_in.setdefault(pattern, set()).discard(row)
        if skipped:
            self.closed[row] = skipped
            self.closed_in[pattern].add(row)

    def matched(self, update: TripUpdate, sequence: list[int], stops: list[int]) -> dict[int, StopUpdate]:
        """Position in the trip to what is said of it: by stop_sequence, else by the next stop of that id."""
        found: dict[int, StopUpdate] = {}
        after = 0
        for said in update.stops:
            if said.sequence is not None and said.sequence in sequence:
                at = sequence.index(said.sequence)
            else:
                stop = self.plan.stops.by_id.get(said.stop_id, -1)
                at = next((place for place in range(after, len(stops)) if stops[place] == stop), -1)
            if at < 0:
                self.told["unknown_stop"] += 1
                continue
            found[at] = said
            after = at + 1
        return found

    def times(
        self, arrive: list[int], depart: list[int], said: dict[int, StopUpdate], delay: int | None
    ) -> tuple[list[int] | None, list[int] | None, list[int]]:
        """New arrivals and departures and the skipped positions: a delay holds until the next word; nobody leaves before
        arriving."""
        late, now, skipped = delay or 0, -(2**30), []
        new_arrive, new_depart = [], []
        for at, (a, d) in enumerate(zip(arrive, depart, strict=True)):
            one = said.get(at)
            came = went = late
            if one is not None and one.skipped:
                skipped.append(at)
            elif one is not None and one.no_data:
                came = went = 0
            elif one is not None:
                came = self.delay(one.arrive_delay, one.arrive_at, a, late)
                spoken = one.arrive_delay is not None or one.arrive_at is not None
                went = self.delay(one.depart_delay, one.depart_at, d, came if spoken else late)
            if max(abs(came), abs(went)) > MOST_DELAY:
                self.told["absurd"] += 1
                return None, None, []
            late = went
            now = max(now, a + came)
            new_arrive.append(now)
            now = max(now, d + went)
            new_depart.append(now)
        return new_arrive, new_depart, skipped

    def delay(self, seconds: int | None, moment: int | None, planned: int, otherwise: int) -> int:
        if moment is not None:
            return moment - self.zero - planned
        return otherwise if seconds is None else seconds

    def add(self, update: TripUpdate) -> None:
        """A trip that is in no timetable: needs at least two known stops with moments."""
        stops: list[int] = []
        arrive: list[int] = []
        depart: list[int] = []
        for said in update.stops:
            stop = self.plan.stops.by_id.get(said.stop_id, -1)
            moment = said.arrive_at if said.arrive_at is not None else said.depart_at
            if stop < 0 or moment is None or abs(moment - self.zero) > 10 * MOST_DELAY or said.skipped:
                self.told["unknown_stop"] += 1
                continue
            stops.append(stop)
            arrive.append(max(moment - self.zero, depart[-1] if depart else -(2**30)))
            depart.append(max((said.depart_at or moment) - self.zero, arrive[-1]))
        if len(stops) < 2 or abs(depart[-1]) > 10 * MOST_DELAY:
            self.told["unknown_trip"] += 1
            return
        routes = self.plan.routes
        route = self.route_of.get(update.route_id, len(routes) - 1)
        source = len(self.plan.trips) + len(self.new_trips)
        self.new_trips.append((update.trip_id, update.headsign or self.plan.stops.name[stops[-1]], route))
        ones, order = [1] * len(stops), list(range(1, len(stops) + 1))
        self.told["added"] += 1
        self.own.append(
            Vehicle(stops, ones, ones, arrive, depart, arrive, depart, order, [-1] * len(stops), source, 0, 0, 0)
        )  # fmt: skip

    def copy(self, update: TripUpdate) -> None:
        """A trip of the timetable once more, from another start (DUPLICATED)."""
        rows = self.plan.rows_of_trip.get(update.trip_id, [])
        offset = ((update.copy_date or self.plan.date) - self.plan.date).days
        if not rows or update.copy_time is None or abs(offset) > 1:
            self.told["unknown_trip"] += 1
            return
        pattern, event, long = self.place(rows[0])
        net, source = self.plan.net, int(self.plan.trip_source[rows[0]])
        later = update.copy_time + day_shift(self.plan.date, offset, self.plan.timezone) - int(net.depart[event])
        arrive, depart = ((times[event : event + long] + later).tolist() for times in (net.arrive, net.depart))
        places = slice(int(net.pattern_start[pattern]), int(net.pattern_start[pattern + 1]))
        stops, sequence = net.pattern_stop[places].tolist(), self.plan.sequence[event : event + long].tolist()
        said = self.matched(update, sequence, stops)
        new_arrive, new_depart, _skipped = self.times(arrive, depart, said, update.delay)
        if new_arrive is None or new_depart is None:
            return
        new = len(self.plan.trips) + len(self.new_trips)
        headsign = update.headsign or self.plan.trips.headsign[source]
        self.new_trips.append((update.copy_id or update.trip_id, headsign, int(self.plan.trips.route[source])))
        board, alight = (flags[places].tolist() for flags in (net.pattern_board, net.pattern_alight))
        chairs = int(self.plan.pattern_wheelchair[pattern])
        self.told["added"] += 1
        self.own.append(
            Vehicle(
                stops, board, alight, new_arrive, new_depart, arrive, depart, sequence, [-1] * long, new, later, offset, chairs
            )
        )  # fmt: skip

    @property
    def route_of(self) -> dict[str, int]:
        return self.plan.routes.by_id
