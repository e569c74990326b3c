"""What a search answers with, rebuilt from the compiled labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .timetable import NEVER, Net, Timetable

Ways = tuple[NDArray[np.int32], NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class Ride:
    """One vehicle from boarding to alighting. Stops are indexes, times seconds of the timetable's day."""

    trip: str  # id in the feed
    route: int  # index in timetable.routes
    headsign: str
    board: int
    alight: int
    departs: int
    arrives: int
    stops: tuple[int, ...]  # from board to alight
    delay: int | None  # seconds at boarding, None without real time
    row: int  # of this very timetable: lines.passing, lines.line
    first: int  # positions in the pattern
    last: int
    stays: bool = False  # one was in the vehicle already: it went on as this trip


@dataclass(frozen=True, slots=True)
class Walk:
    """On foot between two stops; -1 is the door."""

    origin: int
    target: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Journey:
    """From door to door. `departs` is as late as the first vehicle allows; `spare` is the least time left over at a change."""

    departs: int
    arrives: int
    vehicles: int
    legs: tuple[Ride | Walk, ...]
    spare: int | None = None  # None without a change
    cost: int = 0  # arrival with the penalty for tight changes
    spares: tuple[int, ...] = ()  # at every change

    @property
    def rides(self) -> list[Ride]:
        return [leg for leg in self.legs if isinstance(leg, Ride)]

    @property
    def walks(self) -> list[Walk]:
        return [leg for leg in self.legs if isinstance(leg, Walk)]


def rebuild(
    timetable: Timetable,
    net: Net,
    found: NDArray[np.int32],
    legs: NDArray[np.int32],
    access: Ways,
    egress: Ways,
    slack: int,
) -> list[Journey]:
    """Journeys of the kernel's rows. `net` is what was searched; `access` and `egress`: stops and seconds."""
    journeys: list[Journey] = []
    every = legs.tolist()
    to_first, from_last = (least(ways) if every else {} for ways in (access, egress))
    needed: dict[tuple[int, int], int] = {}
    for _tau, arrives, vehicles, begin, _last, many in found.tolist():
        mine = every[begin : begin + many][::-1]
        rides = [ride(timetable, *leg) for leg in mine]
        out: list[Ride | Walk] = []
        way, home = to_first[rides[0].board], from_last[rides[-1].alight]
        if way:
            out.append(Walk(-1, rides[0].board, way))
        spares: list[int] = []
        for at, one in enumerate(rides):
            if at and not one.stays:
                before, (place, target) = rides[at - 1], ends(net, mine[at - 1], mine[at])
                if (place, target) not in needed:
                    needed[place, target] = changing(net, place, target)
                need = needed[place, target]
                if before.alight != one.board:
                    out.append(Walk(before.alight, one.board, need))
                need = need + slack if before.alight != one.board else max(need, slack)
                spares.append(one.departs - before.arrives - need)
            out.append(one)
        if home:
            out.append(Walk(rides[-1].alight, -1, home))
        spare = min(spares, default=None)
        journeys.append(Journey(rides[0].departs - way, arrives, vehicles, tuple(out), spare, arrives, tuple(spares)))
    return journeys


def least(ways: Ways) -> dict[int, int]:
    """Seconds of the shortest way to or from each stop."""
    found: dict[int, int] = {}
    for stop, seconds in zip(ways[0].tolist(), ways[1].tolist(), strict=True):
        if seconds < found.get(stop, NEVER):
            found[stop] = seconds
    return found


def ride(timetable: Timetable, row: int, first: int, last: int, stays: int, base: int, event: int) -> Ride:
    """From one position of a row to another; where another row stands in at the end, that one is ridden.

    `base` and `event`: the first stop and the first event of the row.
    """
    net = timetable.net
    if timetable.stands_in and event + last in timetable.stands_in:
        other = timetable.stands_in[event + last]
        pattern = int(timetable.pattern_of_row[row])
        row, event = other, event + (other - row) * int(net.pattern_start[pattern + 1] - net.pattern_start[pattern])
    stops = tuple(net.pattern_stop[base + first : base + last + 1].tolist())
    departs, source = net.depart.item(event + first), timetable.trip_source.item(row)
    delay = None
    if timetable.plan_depart is not None and timetable.trip_live is not None and timetable.trip_live[row]:
        delay = departs - timetable.plan_depart.item(event + first)
    headsign = timetable.headsign(event + first, source)
    return Ride(
        timetable.trips.id[source], timetable.trips.route.item(source), headsign, stops[0], stops[-1], departs,
        net.arrive.item(event + last), stops, delay, row, first, last, bool(stays),
    )  # fmt: skip


def ends(net: Net, one: list[int], other: list[int]) -> tuple[int, int]:
    """Where one leg ends and the next begins, as the net was searched: stops, or places of rules.py."""
    return net.pattern_stop.item(one[4] + one[2]), net.pattern_stop.item(other[4] + other[1])


def changing(net: Net, alight: int, board: int) -> int:
    """Seconds that a change needs at least, without slack."""
    if alight == board:
        return net.change.item(alight)
    begin, end = net.foot_start.item(alight), net.foot_start.item(alight + 1)
    way = net.foot_seconds.item(begin + net.foot_to[begin:end].tolist().index(board))
    return way if way >= 0 else -1 - way
