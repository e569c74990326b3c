"""Shared vehicles between two rides: ways from stop to stop that are quicker than on foot, worked out once for a moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from stadtkern.lib.ways.search import FAR

from .fleets import LEAVE_S, TAKE_S, Fleet, Piece
from .streets import Array, Points, Streets
from .world import Mode, Spot

if TYPE_CHECKING:
    from stadtkern.lib.transit import Timetable

    from .moment import Moment

WALK_S = 240  # from a stop to a vehicle, and from where it is left to a stop
WHOLE_S = 900  # with taking and leaving it
GAIN_S = 60  # so much quicker than on foot, or it is not worth the trouble
MOST = 24  # of these ways from one stop, the quickest
MOST_VEHICLES = 400  # of a free fleet: only those nearest to stops


@dataclass(frozen=True)
class Rows:
    """A sparse table: for each row the columns that are near, with milliseconds and metres."""

    first: Array
    to: Array
    ms: Array
    metres: Array


@dataclass(frozen=True)
class Crossings:
    """Ways between stops, and the timetable that knows them as if they were footpaths."""

    timetable: Timetable
    fleets: list[Fleet]
    known: dict[tuple[int, int], tuple[int, int, int, int]]  # stop, stop -> fleet, pickup, drop, seconds
    parts: list[tuple[Rows, Rows, Rows, list[Spot]]]

    def pieces(self, moment: Moment, alight: int, board: int) -> tuple[list[Piece], int] | None:
        found = self.known.get((alight, board))
        if found is None:
            return None
        number, pickup, drop, seconds = found
        fleet, (to, ride, on, spots) = self.fleets[number], self.parts[number]
        walk, rides, rest = _cell(to, alight, pickup), _cell(ride, pickup, drop), _cell(on, drop, board)
        one, other = moment.stop(alight), moment.stop(board)
        start, end = fleet.pickups[pickup].spot, spots[drop]
        own = (TAKE_S[fleet.mode] + LEAVE_S[fleet.mode]) * 1000
        pieces = [
            Piece(Mode.WALK, one, start, walk[0], walk[1]),
            Piece(fleet.mode, start, end, rides[0] + own, rides[1], fleet.pickups[pickup]),
            Piece(Mode.WALK, end, other, rest[0], rest[1]),
        ]
        return [piece for piece in pieces if piece.ms > 0 or piece.mode is not Mode.WALK], seconds


def _cell(rows: Rows, row: int, column: int) -> tuple[int, float]:
    part = slice(int(rows.first[row]), int(rows.first[row + 1]))
    at = int(rows.first[row]) + int(np.flatnonzero(rows.to[part] == column)[0])
    return int(rows.ms[at]), float(rows.metres[at])


def crossings(moment: Moment, modes: list[Mode]) -> Crossings | None:
    """None where no shared vehicle helps between two stops."""
    timetable = moment.world.timetable
    if timetable is None:
        return None
    always = [
        fleet for mode in modes for fleet in moment.fleets(mode) if all(one.system.hours is None for one in fleet.pickups)
    ]
    some = [_near_stops(moment, fleet) for fleet in always]
    used = [fleet for fleet in some if fleet is not None]
    parts = [_parts(moment, fleet) for fleet in used]
    rows = [_rows(number, fleet, part, len(moment.stops)) for number, (fleet, part) in enumerate(zip(used, parts, strict=True))]
    table = np.concatenate([np.zeros((0, 6), np.int32), *rows])
    table = _worth(timetable, table)
    if not len(table):
        return None
    known = {(a, b): (number, pickup, drop, seconds) for a, b, seconds, pickup, drop, number in table.tolist()}
    return Crossings(_extended(timetable, table), used, known, parts)


def _near_stops(moment: Moment, fleet: Fleet) -> Fleet | None:
    """Of a free fleet the vehicles that stand near stops."""
    if not len(fleet.at) or not len(moment.stops):
        return None
    if len(fleet.at) <= MOST_VEHICLES:
        return fleet
    near = moment.streets.times(moment.stops, fleet.at, "walk", WALK_S)
    keep = np.argsort(near.ms, kind="stable")[:MOST_VEHICLES]
    keep = np.sort(keep[near.ms[keep] < FAR])
    return replace(fleet, pickups=tuple(fleet.pickups[i] for i in keep.tolist()), at=fleet.at.take(keep))


def _parts(moment: Moment, fleet: Fleet) -> tuple[Rows, Rows, Rows, list[Spot]]:
    drops = moment.drops(fleet, moment.stops)
    to = flipped(_all(moment, fleet.at, moment.stops, "walk", WALK_S, back=True), len(moment.stops))
    ride = _all(moment, fleet.at, drops.at, fleet.profile, WHOLE_S, cost=moment.passage(fleet))
    ride = _lasting(fleet, ride)
    on = _all(moment, drops.at, moment.stops, "walk", WALK_S)
    return to, ride, on if not drops.targets else _only_own(on, drops.targets), drops.spots


def _all(
    moment: Moment, one: Points, other: Points, profile: str, seconds: int, back: bool = False, cost: Array | None = None
) -> Rows:
    """From each place (or to each, `back`) to the others near it; kept while the places stay the same."""
    key = ("rows", profile, seconds, back, None if cost is None else id(cost), one.lat.tobytes(), one.long.tobytes(), id(other))
    kept = moment.ground.rows
    if key in kept and kept[key][0] is other:
        rows: Rows = kept[key][1]
        return rows
    rows = _measure(moment.streets, one, other, profile, seconds, back, cost)
    if len(kept) > 24:
        kept.clear()
    kept[key] = other, rows
    return rows


def _measure(streets: Streets, one: Points, other: Points, profile: str, seconds: int, back: bool, cost: Array | None) -> Rows:
    to, ms, metres, sizes = [], [], [], [0]
    for number in range(len(one)):
        found = streets.times(one.take(np.array([number])), other, profile, seconds, back=back, cost=cost)
        near = np.flatnonzero(found.ms < FAR)
        to.append(near.astype(np.int32))
        ms.append(found.ms[near])
        metres.append(found.metres[near])
        sizes.append(len(near))
    parts = (
        np.concatenate([np.zeros(0, kind), *part]) for kind, part in ((np.int32, to), (np.int32, ms), (np.float32, metres))
    )
    return Rows(np.cumsum(sizes).astype(np.int32), *parts)


def flipped(rows: Rows, columns: int) -> Rows:
    """The table with rows and columns exchanged."""
    order = np.argsort(rows.to, kind="stable")
    row_of = np.repeat(np.arange(len(rows.first) - 1, dtype=np.int32), np.diff(rows.first))
    first = np.concatenate([[0], np.cumsum(np.bincount(rows.to, minlength=columns))]).astype(np.int32)
    return Rows(first, row_of[order], rows.ms[order], rows.metres[order])


def _lasting(fleet: Fleet, ride: Rows) -> Rows:
    """Rides for which the battery lasts."""
    reach = np.repeat(np.array([one.range_m for one in fleet.pickups]), np.diff(ride.first))
    if (reach >= 1e9).all():
        return ride
    return _kept(ride, ride.metres <= reach)


def _only_own(on: Rows, targets: int) -> Rows:
    """Who leaves a vehicle at a stop is there: from the first `targets` places the way leads to their own stop alone."""
    row_of = np.repeat(np.arange(len(on.first) - 1), np.diff(on.first))
    return _kept(on, (row_of >= targets) | (row_of == on.to))


def _kept(rows: Rows, keep: Array) -> Rows:
    row_of = np.repeat(np.arange(len(rows.first) - 1), np.diff(rows.first))
    first = np.concatenate([[0], np.cumsum(np.bincount(row_of[keep], minlength=len(rows.first) - 1))]).astype(np.int32)
    return Rows(first, rows.to[keep], rows.ms[keep], rows.metres[keep])


def _rows(number: int, fleet: Fleet, part: tuple[Rows, Rows, Rows, list[Spot]], stops: int) -> Array:
    """stop, other stop, seconds, pickup, drop, fleet."""
    from .kernels import across

    to, ride, on, _ = part
    own = (TAKE_S[fleet.mode] + LEAVE_S[fleet.mode]) * 1000
    found = across(to.first, to.to, to.ms, ride.first, ride.to, ride.ms, on.first, on.to, on.ms, own, WHOLE_S * 1000, stops)
    found[:, 2] = (found[:, 2].astype(np.int64) + 999) // 1000
    return np.concatenate([found, np.full((len(found), 1), number, np.int32)], axis=1)


def _worth(timetable: Timetable, table: Array) -> Array:
    """The quickest for each pair of stops, those that gain something over walking, and not too many from one stop."""
    table = table[np.lexsort((table[:, 2], table[:, 1], table[:, 0]))]
    if len(table):
        again = np.concatenate([[False], (np.diff(table[:, :2], axis=0) == 0).all(axis=1)])
        table = table[~again]
    net = timetable.net
    stops = len(net.foot_start) - 1
    pair = np.repeat(np.arange(stops, dtype=np.int64), np.diff(net.foot_start)) * stops + net.foot_to
    order = np.argsort(pair, kind="stable")
    wanted = table[:, 0].astype(np.int64) * stops + table[:, 1]
    at = np.searchsorted(pair[order], wanted).clip(0, max(0, len(pair) - 1))
    walks = np.full(len(table), FAR, np.int64)
    if len(pair):
        same = pair[order][at] == wanted
        walks[same] = net.foot_seconds[order][at[same]]
    used = np.diff(net.stop_start) > 0
    table = table[(table[:, 2] + GAIN_S <= walks) & used[table[:, 1]]]
    table = table[np.lexsort((table[:, 2], table[:, 0]))]
    turn = np.arange(len(table)) - np.searchsorted(table[:, 0], table[:, 0])
    return table[turn < MOST]


def _extended(timetable: Timetable, table: Array) -> Timetable:
    """The same day with these ways among the footpaths; a pair that has both keeps the quicker."""
    net = timetable.net
    stops = len(net.foot_start) - 1
    start = np.repeat(np.arange(stops, dtype=np.int64), np.diff(net.foot_start))
    key = np.concatenate([table[:, 0].astype(np.int64) * stops + table[:, 1], start * stops + net.foot_to])
    seconds = np.concatenate([table[:, 2], net.foot_seconds])
    _, at = np.unique(key, return_index=True)  # of equal keys the first, which is the shared way
    first = np.concatenate([[0], np.cumsum(np.bincount(key[at] // stops, minlength=stops))])
    arrays = [np.ascontiguousarray(one, np.int32) for one in (first, key[at] % stops, seconds[at])]
    for one in arrays:
        one.setflags(write=False)
    return replace(timetable, net=net._replace(foot_start=arrays[0], foot_to=arrays[1], foot_seconds=arrays[2]))
