"""The Connection Scan where transfers.txt has rules for single lines and trips; written without a look at rules.py.

Arrivals of vehicles that such a rule may name are noted one by one, and at every departure it is asked of each of them whether
one can change: the rule with the most names counts. All other arrivals are labels of their stops, as in `scan`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stadtkern.lib.compiled import compiled

from .footpaths import metres, walk
from .timetable import Timetable, frozen

if TYPE_CHECKING:
    from .scan import Connections

NEVER = 2**31 - 1
NOT = -1


class Crossings(NamedTuple):
    """From where one may come to a stop out of a named vehicle: stop b has the rows start[b] to start[b + 1]."""

    start: NDArray[np.int32]
    origin: NDArray[np.int32]
    plain: NDArray[np.int32]  # seconds without a rule, NOT = not possible
    untimed: NDArray[np.int32]  # seconds where a rule allows it without a time
    closed: NDArray[np.int32]  # 1 = no rule opens it (steps)
    rule_start: NDArray[np.int32]  # [rows + 1]
    rule: NDArray[np.int32]  # in the order of the file


def covers(named: int, stop: int, timetable: Timetable) -> bool:
    return stop == named or int(timetable.stops.parent[stop]) == named


def crossings(hops: "Connections", timetable: Timetable, step_free: bool) -> Crossings:
    net, stops = timetable.net, range(len(timetable.stops))
    rules = hops.rules.tolist()
    ends = {named: [stop for stop in stops if covers(named, stop, timetable)] for rule in rules for named in rule[:2]}
    told: dict[tuple[int, int], list[int]] = {}
    for number, rule in enumerate(rules):
        for one in ends[rule[0]]:
            for other in ends[rule[1]]:
                told.setdefault((one, other), []).append(number)
    leaving = {one for one, _other in told}
    every = dict(feet(net.foot_start, net.foot_to, net.foot_seconds, leaving))
    free = dict(feet(timetable.free_start, timetable.free_to, timetable.free_seconds, leaving)) if step_free else every
    rows: list[tuple[int, int, int, int, int]] = []
    for one, other in {*free, *told, *((one, one) for one in leaving)}:
        plain = free.get((one, other), NOT)
        if one == other:
            plain = int(net.change[one]) if net.change[one] < 2**29 else NOT
        untimed = plain
        if untimed == NOT:
            untimed = 0 if one == other else walk(float(metres(timetable.stops, one, other)))
        rows.append(
            (other, one, plain, NOT if untimed > 7200 else untimed, int((one, other) in every and (one, other) not in free))
        )
    rows.sort()
    table = np.array(rows, np.int32).reshape(-1, 5)
    lists = [told.get((one, other), []) for other, one, *_ in rows]
    start = np.searchsorted(table[:, 0], np.arange(len(stops) + 1))
    first = np.cumsum([0, *map(len, lists)])
    flat = np.array([number for numbers in lists for number in numbers], np.int32)
    return Crossings._make(frozen(one) for one in (start, *table.T[1:], first, flat))


def feet(start: Any, to: Any, seconds: Any, leaving: set[int]) -> Iterator[tuple[tuple[int, int], int]]:
    for one in leaving:
        for at in range(int(start[one]), int(start[one + 1])):
            yield (one, int(to[at])), int(seconds[at])


def named(hops: "Connections", timetable: Timetable) -> NDArray[np.int32]:
    """[connections] 1 = a rule may begin with this arrival."""
    found = np.zeros(len(hops.target), bool)
    route, trip = hops.route[hops.vehicle], hops.trip[hops.vehicle]
    for rule in hops.rules.tolist():
        for stop in [at for at in range(len(timetable.stops)) if covers(rule[0], at, timetable)]:
            found |= (hops.target == stop) & ((rule[4] < 0) | (route == rule[4])) & ((rule[6] < 0) | (trip == rule[6]))
    return frozen(found)  # type: ignore[no-any-return]


@compiled
def may_change(hops: Any, cross: Any, at: int, came: Any, leaves: Any, slack: int, stop: int) -> Any:
    """Seconds from one vehicle to another over a crossing, NOT = not possible."""
    strongest, counts = -1, -1
    for i in range(cross.rule_start[at], cross.rule_start[at + 1]):
        r = cross.rule[i]
        fits = True
        names = 0
        for column in range(4, 8):
            wanted = hops.rules[r, column]
            vehicle = came if column % 2 == 0 else leaves
            known = hops.route[vehicle] if column < 6 else hops.trip[vehicle]
            if wanted >= 0:
                names += 1 if column < 6 else 10
                fits = fits and wanted == known
        names = 2 * names + (hops.rules[r, 0] == cross.origin[at] and hops.rules[r, 1] == stop)
        if fits and names >= strongest:
            strongest, counts = names, r
    same = cross.origin[at] == stop
    way = cross.plain[at]
    if counts >= 0:
        if hops.rules[counts, 2] == 3 or cross.closed[at] == 1:
            return NOT
        way = hops.rules[counts, 3]
        if way < 0:
            way = 0 if same and hops.rules[counts, 2] == 1 else cross.untimed[at]
    if way < 0:
        return NOT
    return max(way, slack) if same else way + slack


@compiled
def ruled_scan(
    hops: Any,
    cross: Any,
    noted: Any,
    feet: Any,
    change: Any,
    access_stops: Any,
    access_seconds: Any,
    egress_stops: Any,
    egress_seconds: Any,
    depart: int,
    slack: int,
) -> Any:
    stops, many = len(change), len(hops.leaves)
    can_board, came = np.full(stops, NEVER, np.int64), np.full(stops, NEVER, np.int64)
    home = np.full(stops, NEVER, np.int64)
    aboard_since = np.full(hops.vehicles[0], NEVER, np.int64)
    head, before = np.full(stops, -1, np.int64), np.full(many, -2, np.int64)  # noted arrivals, the last one of a stop first
    for i in range(len(access_stops)):
        can_board[access_stops[i]] = min(can_board[access_stops[i]], depart + access_seconds[i])
    for i in range(len(egress_stops)):
        home[egress_stops[i]] = min(home[egress_stops[i]], egress_seconds[i])
    best = np.int64(NEVER)
    begin = np.searchsorted(hops.leaves, depart)
    while begin < many and hops.leaves[begin] < best:
        now, end = hops.leaves[begin], begin
        while end < many and hops.leaves[end] == now:
            end += 1
        again = True
        while again:
            again = False
            for c in range(begin, end):
                v = hops.vehicle[c]
                if aboard_since[v] > hops.hop[c]:
                    b = hops.origin[c]
                    if not hops.door[c] & 1:
                        continue
                    on = can_board[b] <= now
                    for at in range(cross.start[b], cross.start[b + 1]):
                        e = head[cross.origin[at]]
                        while e >= 0 and not on:
                            need = may_change(hops, cross, at, hops.vehicle[e], v, slack, b)
                            on = need >= 0 and hops.arrives[e] + need <= now
                            e = before[e]
                    if not on:
                        continue
                    aboard_since[v] = hops.hop[c]
                if hops.hop[c] == hops.hops[v] - 1:
                    for q in range(hops.next_start[v], hops.next_start[v + 1]):
                        if aboard_since[hops.next[q]] > -1:
                            aboard_since[hops.next[q]] = -1
                            again = True
                s, t = hops.target[c], np.int64(hops.arrives[c])
                if not hops.door[c] & 2:
                    continue
                if home[s] < NEVER:
                    best = min(best, t + home[s])
                if noted[c] == 1:
                    if before[c] == -2:
                        before[c], head[s] = head[s], c
                        again = again or t <= now
                    continue
                if t >= came[s]:
                    continue
                came[s] = t
                if change[s] < 2**29 and t + max(change[s], slack) < can_board[s]:
                    can_board[s] = t + max(change[s], slack)
                    again = again or can_board[s] <= now
                for f in range(feet[0][s], feet[0][s + 1]):
                    there = t + feet[2][f] + slack
                    if there < can_board[feet[1][f]]:
                        can_board[feet[1][f]] = there
                        again = again or there <= now
        begin = end
    return best
