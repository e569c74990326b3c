"""The arrays of a timetable after real time: patterns put right, new ones behind the old ones."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .days import offsets, split
from .feed import Trips
from .timetable import Timetable, boarding, frozen

if TYPE_CHECKING:
    from .changes import Change


class Layout:
    """The arrays of a timetable with what a Change found."""

    def __init__(self, change: "Change") -> None:
        self.change, self.plan = change, change.plan
        plan, net = self.plan, self.plan.net
        self.trips = net.pattern_trips.copy()
        self.rows: dict[str, NDArray[Any]] = {
            "source": plan.trip_source.copy(),
            "shift": plan.trip_shift.copy(),
            "day": plan.trip_day.copy(),
            "live": change.is_live,
        }
        self.events: dict[str, NDArray[Any]] = {
            "arrive": change.arrive,
            "depart": change.depart,
            "plan_arrive": net.arrive,
            "plan_depart": net.depart,
            "sequence": plan.sequence,
            "sign": plan.sign,
        }
        self.lanes: list[tuple[int, NDArray[Any], NDArray[Any]]] = []  # pattern, trip rows, events [trips, stops]
        self.own_events = False

    def settle(self, pattern: int, leaving: set[int]) -> None:
        """Put a touched pattern right: what leaves goes, what overtakes moves to a pattern of its own."""
        net = self.plan.net
        long, first, event = (
            int(net.pattern_start[pattern + 1] - net.pattern_start[pattern]),
            int(net.pattern_trip[pattern]),
            int(net.pattern_event[pattern]),
        )
        many = int(net.pattern_trips[pattern])
        block = slice(event, event + many * long)
        arrive, depart = self.change.arrive[block].reshape(many, long), self.change.depart[block].reshape(many, long)
        if not leaving and (arrive[1:] >= arrive[:-1]).all() and (depart[1:] >= depart[:-1]).all():
            return
        keep = np.array([at for at in range(many) if first + at not in leaving], np.int64)
        lanes = sorted(split(arrive[keep], depart[keep]), key=len, reverse=True) if len(keep) else []
        self.detach()
        rows = [keep[lane] for lane in lanes]
        for lane in rows[1:]:
            self.lanes.append((pattern, first + lane, event + lane[:, None] * long + np.arange(long)))
        self.trips[pattern] = len(rows[0]) if rows else 0
        self.arrange(first, event, long, many, rows)

    def detach(self) -> None:
        """Event arrays that are still shared with the plan become own ones."""
        if not self.own_events:
            self.own_events = True
            self.events |= {name: self.events[name].copy() for name in ("plan_arrive", "plan_depart", "sequence", "sign")}
            self.base_events = {name: array.copy() for name, array in self.events.items()}
            self.base_rows = {name: array.copy() for name, array in self.rows.items()}

    def arrange(self, first: int, event: int, long: int, many: int, rows: list[NDArray[Any]]) -> None:
        """The lane that stays, at the front of its block; rows behind it belong to no trip any more."""
        stay = rows[0] if rows else np.zeros(0, np.int64)
        for name, array in self.rows.items():
            array[first : first + len(stay)] = self.base_rows[name][first + stay]
        self.rows["source"][first + len(stay) : first + many] = -1
        places = (event + stay[:, None] * long + np.arange(long)).ravel()
        for name, array in self.events.items():
            if len(array):
                array[event : event + len(places)] = self.base_events[name][places]

    def appended(self) -> tuple[list[Any], ...]:
        """Columns of the new patterns: moved lanes and vehicles of their own."""
        net, plan = self.plan.net, self.plan
        stops: list[Any] = []
        board: list[Any] = []
        alight: list[Any] = []
        many: list[int] = []
        chairs: list[int] = []
        rows: dict[str, list[Any]] = {name: [] for name in self.rows}
        events: dict[str, list[Any]] = {name: [] for name in self.events}
        for pattern, lane, places in self.lanes:
            part = slice(int(net.pattern_start[pattern]), int(net.pattern_start[pattern + 1]))
            stops.append(net.pattern_stop[part])
            board.append(net.pattern_board[part])
            alight.append(net.pattern_alight[part])
            many.append(len(lane))
            chairs.append(int(plan.pattern_wheelchair[pattern]))
            for name in rows:
                rows[name].append(self.base_rows[name][lane])
            for name in events:
                events[name].append(self.base_events[name][places.ravel()] if len(self.events[name]) else np.zeros(0, np.int32))
        for one in self.change.own:
            stops.append(one.stops)
            board.append(one.board)
            alight.append(one.alight)
            many.append(1)
            chairs.append(one.wheelchair)
            for name, value in (("source", one.source), ("shift", one.shift), ("day", one.day), ("live", 1)):
                rows[name].append([value])
            for name in events:
                events[name].append(getattr(one, name) if len(self.events[name]) else np.zeros(0, np.int32))
        return stops, board, alight, many, chairs, [rows], [events]

    def timetable(self) -> Timetable:
        change, plan = self.change, self.plan
        for pattern, leaving in change.touched.items():
            self.settle(pattern, leaving)
        stops, board, alight, many, chairs, [rows], [events] = self.appended()
        net, wheelchair = plan.net, plan.pattern_wheelchair
        for name in self.rows:
            self.rows[name] = np.concatenate([self.rows[name], *rows[name]])
        if stops:
            before = len(self.events["arrive"]), len(plan.trip_source)
            long = np.array([len(part) for part in stops])
            for name in self.events:
                self.events[name] = np.concatenate([self.events[name], *events[name]])
            sizes = np.concatenate([np.diff(net.pattern_start), long])
            start, stop = offsets(sizes), frozen(np.concatenate([net.pattern_stop, *stops]))
            flags = [
                frozen(np.concatenate(parts), np.int8) for parts in ([net.pattern_board, *board], [net.pattern_alight, *alight])
            ]
            stop_start, stop_pattern, stop_position = boarding(len(plan.stops), start, stop, flags[0])
            more = np.array(many)
            net = net._replace(
                stop_start=stop_start,
                stop_pattern=stop_pattern,
                stop_position=stop_position,
                pattern_start=start,
                pattern_stop=stop,
                pattern_board=flags[0],
                pattern_alight=flags[1],
                pattern_event=frozen(np.concatenate([net.pattern_event, before[0] + np.cumsum(long * more) - long * more])),
                pattern_trip=frozen(np.concatenate([net.pattern_trip, before[1] + np.cumsum(more) - more])),
            )
            wheelchair = frozen(np.concatenate([wheelchair, chairs]), np.int8)
            self.trips = np.concatenate([self.trips, more])
        net = net._replace(
            pattern_trips=frozen(self.trips), arrive=frozen(self.events["arrive"]), depart=frozen(self.events["depart"])
        )  # fmt: skip
        return replace(
            plan,
            net=net,
            pattern_wheelchair=wheelchair,
            sequence=frozen(self.events["sequence"]),
            sign=frozen(self.events["sign"]),
            trip_source=frozen(self.rows["source"]),
            trip_shift=frozen(self.rows["shift"]),
            trip_day=frozen(self.rows["day"], np.int8),
            trip_live=frozen(self.rows["live"], np.int8),
            plan_arrive=frozen(self.events["plan_arrive"]),
            plan_depart=frozen(self.events["plan_depart"]),
            trips=more_trips(plan.trips, change.new_trips),
            gone=tuple(change.gone),
            about=plan.about | {"live": change.told, "live_at": datetime.now(UTC).isoformat(timespec="seconds")},
        )


def more_trips(trips: Trips, new: list[tuple[str, str, int]]) -> Trips:
    if not new:
        return trips
    none = np.zeros(len(new), np.int8)
    return Trips(
        trips.id.plus([one[0] for one in new]),
        trips.headsign.plus([one[1] for one in new]),
        np.concatenate([trips.route, np.array([one[2] for one in new], np.int32)]),
        np.concatenate([trips.service, np.full(len(new), -1, np.int32)]),
        np.concatenate([trips.shape, np.full(len(new), -1, np.int32)]),
        np.concatenate([trips.wheelchair, none]),
        np.concatenate([trips.bikes, none]),
    )
