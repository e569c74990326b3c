"""The same question answered without any of the planner's code: a time-expanded network of every event, searched by Dijkstra.

Ways are straight lines with a detour; a rented vehicle is taken at a dock or where it stands, and left at a dock of the same
operator, at any stop or at the goal, where zones allow it.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field

DETOUR, WALK, MIDDLE = 1.3, 4.8, 50.0
KMH = {"bike": 15.0, "scooter": 16.0}
TAKE, LEAVE = 45_000, 30_000


@dataclass
class Net:
    """Small and plain. Trips: [(stop, arrives, departs), …]."""

    stops: list[tuple[float, float]]
    trips: list[list[tuple[int, int, int]]]
    paths: dict[tuple[int, int], int]  # seconds on foot between stops after a ride
    change: list[int]
    docks: list[tuple[tuple[float, float], int, int]] = field(default_factory=list)  # place, bikes, free docks
    scooters: list[tuple[float, float]] = field(default_factory=list)
    no_parking: list[bool] = field(default_factory=list)  # of each stop, for scooters
    goal_closed: bool = False
    near_stops: list[tuple[float, float]] = field(default_factory=list)  # where scooters may be left beside closed stops
    near_goal: list[tuple[float, float]] = field(default_factory=list)


def takes(one: tuple[float, float], other: tuple[float, float], kmh: float) -> int:
    """Milliseconds."""
    wide = 111_195.0 * math.cos(math.radians(MIDDLE))
    far = math.hypot((one[0] - other[0]) * 111_195.0, (one[1] - other[1]) * wide)
    return int(far * DETOUR * 3_600_000 / 1000 / kmh)


@dataclass
class Limits:
    """Milliseconds."""

    walk: int
    vehicle: int  # on foot between the door and where a vehicle stands or is left
    ride: int


def rented(
    net: Net, one: tuple[float, float], other: tuple[float, float], limits: Limits, home: bool, closed: bool,
    beside: list[tuple[float, float]],
) -> list[int]:  # fmt: skip
    """Every way between two points with one rented vehicle. The door is `other` on the way home, else `one`."""
    found = []
    chains = [
        (place, end, net.docks[j][2] > 0 and bikes > 0, "bike")
        for place, bikes, _ in net.docks
        for j, (end, _, _) in enumerate(net.docks)
    ] + [(place, end, end != other or not closed, "scooter") for place in net.scooters for end in [other, *beside]]
    for place, end, possible, kind in chains:
        to, ride, on = takes(one, place, WALK), takes(place, end, KMH[kind]), takes(end, other, WALK)
        near, fixed = (on, LEAVE) if home else (to, TAKE)
        if not possible or near > limits.vehicle or near + fixed + ride > limits.vehicle + limits.ride:
            continue
        whole = to + TAKE + ride + LEAVE + on
        last = to if home else on  # the end by the stop; a vehicle left at the stop itself needs no walk
        if (last == 0 and not home) or whole <= 2 * limits.vehicle + limits.ride:
            found.append(whole)
    return found


def crossing(net: Net, one: tuple[float, float], other: tuple[float, float], closed: bool) -> list[int]:
    """Every way from stop to stop with one rented vehicle: four minutes on foot at each end, fifteen altogether."""
    ends = [
        (place, end, many > 0 and net.docks[j][2] > 0, "bike")
        for place, many, _ in net.docks
        for j, (end, _, _) in enumerate(net.docks)
    ]
    ends += [(place, end, end != other or not closed, "scooter") for place in net.scooters for end in [other, *net.near_stops]]
    found = []
    for place, end, possible, kind in ends:
        to, ride, on = takes(one, place, WALK), takes(place, end, KMH[kind]), takes(end, other, WALK)
        whole = to + TAKE + ride + LEAVE + on
        if possible and max(to, on) <= 240_000 and whole <= 900_000:
            found.append(whole)
    return found


def to_stops(net: Net, door: tuple[float, float], limits: Limits, shared: bool, home: bool) -> dict[int, int]:
    """Whole seconds between the door and each stop, in the direction asked for."""
    best = {}
    for number, stop in enumerate(net.stops):
        one, other = (stop, door) if home else (door, stop)
        ways = [takes(one, other, WALK)] if takes(one, other, WALK) <= limits.walk else []
        if shared:
            ways += rented(
                net, one, other, limits, home, net.goal_closed if home else net.no_parking[number],
                net.near_goal if home else net.near_stops,
            )  # fmt: skip
        if ways:
            best[number] = -(-min(ways) // 1000)
    return best


def earliest(
    net: Net, access: dict[int, int], egress: dict[int, int], depart: int, vehicles: int, slack: int,
    between: dict[tuple[int, int], int],
) -> int | None:  # fmt: skip
    """Arrival at the door by at most so many vehicles; None: never. States are (stop, vehicles used) and seats in trips."""
    queue: list[tuple[int, int, str, int, int]] = [(depart + s, 0, "at", stop, 0) for stop, s in access.items()]
    heapq.heapify(queue)
    seen: set[tuple[str, int, int, int]] = set()
    best: int | None = None
    while queue:
        now, used, kind, where, position = heapq.heappop(queue)
        if (kind, where, position, used) in seen or (best is not None and now >= best):
            continue
        seen.add((kind, where, position, used))
        if kind == "at":  # may board what departs from now on
            for number, trip in enumerate(net.trips):
                for at, (stop, _, departs) in enumerate(trip[:-1]):
                    if stop == where and departs >= now and used < vehicles:
                        heapq.heappush(queue, (departs, used + 1, "in", number, at))
        else:
            trip = net.trips[where]
            if position + 1 < len(trip):
                stop, arrives, departs = trip[position + 1]
                heapq.heappush(queue, (max(departs, now), used, "in", where, position + 1))
                if stop in egress and (best is None or arrives + egress[stop] < best):
                    best = arrives + egress[stop]
                heapq.heappush(queue, (arrives + max(net.change[stop], slack), used, "at", stop, 0))
                for (one, other), seconds in net.paths.items():
                    if one == stop:
                        heapq.heappush(queue, (arrives + seconds + slack, used, "at", other, 0))
                for (one, other), seconds in between.items():
                    if one == stop:
                        heapq.heappush(queue, (arrives + seconds + slack, used, "at", other, 0))
    return best
