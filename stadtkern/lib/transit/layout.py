"""The arrays of a timetable after real time: rows put in order, patterns kept together, new ones behind the old ones."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .days import offsets, split
from .feed import Trips
from .stays import rows as rows_of
from .timetable import Timetable, boarding, frozen
from .weave import places, weave

if TYPE_CHECKING:
    from .changes import Change

Array = NDArray[Any]


class Layout:
    """The arrays of a timetable with what a Change found."""

    def __init__(self, change: "Change") -> None:
        self.change, self.plan = change, change.plan
        plan, net = self.plan, self.plan.net
        self.trips = net.pattern_trips.copy()
        self.rows: dict[str, Array] = {
            "source": plan.trip_source, "shift": plan.trip_shift, "day": plan.trip_day, "live": change.is_live,
        }  # fmt: skip
        self.events: dict[str, Array] = {
            "arrive": change.arrive, "depart": change.depart, "plan_arrive": net.arrive, "plan_depart": net.depart,
            "sequence": plan.sequence, "sign": plan.sign,
        }  # fmt: skip
        self.order: dict[int, Array] = {}  # pattern: its rows now, by their old numbers
        self.woven: dict[int, tuple[Array, ...]] = {}  # pattern: arrivals, departures, stands_in, real
        self.lanes: list[tuple[int, Array, list[int]]] = []  # new patterns: the old one, old rows, closed positions
        self.left: dict[int, list[int]] = {}  # pattern: rows that do not fit in
        self.stays = self.true_stays()
        self.staying = {*self.stays[0].tolist(), *self.stays[1].tolist()}

    def settle(self, pattern: int, leaving: set[int]) -> None:
        """Put a touched pattern right: what leaves goes, what overtakes or leaves out stops is woven in or moves out.

        A trip that would be cut or leaves out a stop moves out where its vehicle goes on as another, or comes from another one:
        whoever stays in it needs all of it in one row.
        """
        change, net = self.change, self.plan.net
        first, many = int(net.pattern_trip[pattern]), int(net.pattern_trips[pattern])
        closed = change.closed_in.get(pattern, set()) - leaving
        alone = closed & self.staying
        while True:
            gone = leaving | alone
            rows = np.array([row for row in range(first, first + many) if row not in gone], np.int64)
            cut = self.staying & self.weave_in(pattern, rows, closed - alone)
            if not cut:
                break
            alone |= cut
        self.move_out(pattern, sorted(alone))

    def weave_in(self, pattern: int, rows: Array, shut: set[int]) -> set[int]:
        """The rows that stay in the pattern; which of them are cut."""
        net, change = self.plan.net, self.change
        long = int(net.pattern_start[pattern + 1] - net.pattern_start[pattern])
        self.woven.pop(pattern, None)
        self.left.pop(pattern, None)
        if len(rows) < net.pattern_trips[pattern]:
            self.order[pattern], self.trips[pattern] = rows, len(rows)
        places = net.pattern_event[pattern] + (rows - net.pattern_trip[pattern])[:, None] * long + np.arange(long)
        arrive, depart = change.arrive[places], change.depart[places]
        if not shut and (arrive[1:] >= arrive[:-1]).all() and (depart[1:] >= depart[:-1]).all():
            return set()
        closed = np.zeros(arrive.shape, np.uint8)
        for row in shut:
            closed[np.searchsorted(rows, row), change.closed[row]] = 1
        parts, left, *searched = weave(arrive, depart, closed, change.is_live[rows])
        self.order[pattern], self.trips[pattern] = rows[parts[:, 0]], len(parts)
        if len(parts) > len(rows) - left.sum() or shut:
            self.woven[pattern] = tuple(searched)
        self.left[pattern] = rows[np.flatnonzero(left)].tolist()
        return set(rows[np.bincount(parts[:, 0], minlength=len(rows)) > 1].tolist())

    def move_out(self, pattern: int, alone: list[int]) -> None:
        """Patterns of their own for these rows and for those that did not fit in."""
        net, change = self.plan.net, self.change
        long = int(net.pattern_start[pattern + 1] - net.pattern_start[pattern])
        outside = np.array(sorted([*alone, *self.left.pop(pattern, [])]), np.int64)
        skip = np.array([row in change.closed for row in outside.tolist()], bool)
        self.lanes += [(pattern, np.array([row]), change.closed[row]) for row in outside[skip].tolist()]
        outside = outside[~skip]
        if len(outside):
            places = net.pattern_event[pattern] + (outside - net.pattern_trip[pattern])[:, None] * long + np.arange(long)
            lanes = split(change.arrive[places], change.depart[places])
            self.lanes += [(pattern, outside[lane], []) for lane in lanes]

    def laid(self) -> tuple[Array, Array]:
        """(old rows, old events) in their new order, patterns one after the other without gaps."""
        net, pieces, cursor = self.plan.net, [], 0
        for pattern in sorted(self.order):
            first, many = int(net.pattern_trip[pattern]), int(net.pattern_trips[pattern])
            pieces += [np.arange(cursor, first), self.order[pattern]]
            cursor = first + many
        rows = np.concatenate([*pieces, np.arange(cursor, len(self.plan.trip_source))]).astype(np.int32)
        return rows, places(net.pattern_start, net.pattern_event, net.pattern_trip, self.trips, rows)

    def appended(self) -> dict[str, list[Any]]:
        """Columns of the new patterns: lanes that moved out and vehicles of their own."""
        net, plan = self.plan.net, self.plan
        found: dict[str, list[Any]] = {name: [] for name in ("stops", "board", "alight", "many", "chairs", *self.rows)}
        found |= {name: [] for name in self.events}
        for pattern, lane, closed in self.lanes:
            part = slice(int(net.pattern_start[pattern]), int(net.pattern_start[pattern + 1]))
            found["stops"].append(net.pattern_stop[part])
            for name, flags in (("board", net.pattern_board[part].copy()), ("alight", net.pattern_alight[part].copy())):
                flags[closed] = 0
                found[name].append(flags)
            found["many"].append(len(lane))
            found["chairs"].append(int(plan.pattern_wheelchair[pattern]))
            long = part.stop - part.start
            events = int(net.pattern_event[pattern]) + (lane - net.pattern_trip[pattern])[:, None] * long + np.arange(long)
            for name, array in self.rows.items():
                found[name].append(array[lane])
            for name, array in self.events.items():
                found[name].append(array[events.ravel()] if len(array) else array)
        for one in self.change.own:
            for name in ("stops", "board", "alight"):
                found[name].append(getattr(one, name))
            found["many"].append(1)
            found["chairs"].append(one.wheelchair)
            for name, value in (("source", one.source), ("shift", one.shift), ("day", one.day), ("live", 1)):
                found[name].append([value])
            for name in self.events:
                found[name].append(getattr(one, name) if len(self.events[name]) else np.zeros(0, np.int32))
        return found

    def timetable(self) -> Timetable:
        change, plan = self.change, self.plan
        for pattern, leaving in change.touched.items():
            self.settle(pattern, leaving)
        new = self.appended()
        rows, events, old_rows = self.rows, self.events, np.arange(len(plan.trip_source), dtype=np.int32)
        if self.order:
            old_rows, old_events = self.laid()
            rows = {name: array[old_rows] for name, array in rows.items()}
            events = {name: array[old_events] if len(array) else array for name, array in events.items()}
        net, wheelchair = plan.net, plan.pattern_wheelchair
        sizes, trips = np.diff(net.pattern_start), self.trips
        if new["stops"]:
            rows = {name: np.concatenate([array, *new[name]]) for name, array in rows.items()}
            events = {name: np.concatenate([array, *new[name]]) for name, array in events.items()}
            sizes = np.concatenate([sizes, [len(part) for part in new["stops"]]])
            trips = np.concatenate([trips, new["many"]])
            wheelchair = frozen(np.concatenate([wheelchair, new["chairs"]]), np.int8)
            net = self.wider(new, offsets(sizes))
        if self.order or new["stops"]:
            net = net._replace(
                pattern_event=offsets(sizes * trips)[:-1], pattern_trip=offsets(trips)[:-1], pattern_trips=frozen(trips)
            )
        kept = rows_of(self.going_on(old_rows), len(rows["source"]))
        woven = np.zeros(len(trips), np.int8)
        woven[list(self.woven)] = 1
        net = net._replace(stay_start=frozen(kept[0]), stay_to=frozen(kept[1]), pattern_woven=frozen(woven, np.int8))
        searched, stands_in, shut = self.searched(events, sizes, net)
        return replace(
            plan,
            net=net._replace(arrive=frozen(searched[0]), depart=frozen(searched[1])),
            pattern_wheelchair=wheelchair,
            sequence=frozen(events["sequence"]),
            sign=frozen(events["sign"]),
            trip_source=frozen(rows["source"]),
            trip_shift=frozen(rows["shift"]),
            trip_day=frozen(rows["day"], np.int8),
            trip_live=frozen(rows["live"], np.int8),
            plan_arrive=frozen(events["plan_arrive"]),
            plan_depart=frozen(events["plan_depart"]),
            real_arrive=frozen(events["arrive"]),
            real_depart=frozen(events["depart"]),
            stands_in=stands_in,
            shut=shut,
            trips=more_trips(plan.trips, change.new_trips),
            gone=tuple(change.gone),
            about=plan.about | {"live": change.told, "live_at": datetime.now(UTC).isoformat(timespec="seconds")},
        )

    def true_stays(self) -> tuple[Array, Array]:
        """Who goes on as whom as things are now, by old rows: both run, serve the stop where one becomes the other, in time."""
        plan, change, net = self.plan, self.change, self.plan.net
        pattern, long = plan.pattern_of_row, np.diff(net.pattern_start)
        one, other = np.repeat(np.arange(len(net.stay_start) - 1), np.diff(net.stay_start)), net.stay_to.astype(np.int64)
        begin = net.pattern_event[pattern] + (np.arange(len(pattern)) - net.pattern_trip[pattern]) * long[pattern]
        ends, starts = np.ones(len(pattern), bool), np.ones(len(pattern), bool)
        for row, closed in change.closed.items():
            starts[row], ends[row] = 0 not in closed, long[pattern[row]] - 1 not in closed
        gone = [row for leaving in change.touched.values() for row in leaving]
        starts[gone] = ends[gone] = False
        kept = change.depart[begin[other]] >= change.arrive[begin[one] + long[pattern[one]] - 1]
        kept &= ends[one] & starts[other]
        return one[kept], other[kept]

    def going_on(self, old_rows: Array) -> list[tuple[int, int]]:
        """Who goes on as whom in the new order."""
        rows = np.concatenate([old_rows, *(lane for _pattern, lane, _closed in self.lanes)])  # as `appended` puts them
        new_row = np.full(len(self.plan.trip_source), -1, np.int64)
        new_row[rows] = np.arange(len(rows))
        return [(int(new_row[one]), int(new_row[other])) for one, other in zip(*self.stays, strict=True)]

    def wider(self, new: dict[str, list[Any]], start: Array) -> Any:
        """The net with the stops of the new patterns."""
        net = self.plan.net
        stop = frozen(np.concatenate([net.pattern_stop, *new["stops"]]))
        board, alight = (
            frozen(np.concatenate(parts), np.int8)
            for parts in ([net.pattern_board, *new["board"]], [net.pattern_alight, *new["alight"]])
        )
        stop_start, stop_pattern, stop_position = boarding(len(self.plan.stops), start, stop, board)
        return net._replace(
            stop_start=stop_start, stop_pattern=stop_pattern, stop_position=stop_position, pattern_start=start,
            pattern_stop=stop, pattern_board=board, pattern_alight=alight,
        )  # fmt: skip

    def searched(self, events: dict[str, Array], sizes: Array, net: Any) -> tuple[list[Array], dict[int, int], frozenset[int]]:
        """Times to search with where trips are woven in, whose rows stand in for them, and where they cannot be boarded."""
        times = [events["arrive"], events["depart"]]
        stands_in: dict[int, int] = {}
        shut: list[int] = []
        if self.woven:
            times = [array.copy() for array in times]
        for pattern, (arrive, depart, others, real) in self.woven.items():
            event, row, long = int(net.pattern_event[pattern]), int(net.pattern_trip[pattern]), int(sizes[pattern])
            for array, own in zip(times, (arrive, depart), strict=True):
                array[event : event + own.size] = own.ravel()
            at = np.flatnonzero(others.ravel() >= 0)
            stands_in |= dict(zip((event + at).tolist(), (row + others.ravel()[at]).tolist(), strict=True))
            shut += (event + np.flatnonzero(real.ravel() == 0)).tolist()
            assert arrive.shape[1] == long
        return times, stands_in, frozenset(shut)


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
