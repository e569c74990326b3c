"""Few trips out of many: the best by each measure, what leaves at other times, and each with the reason why it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .world import SHARED, Mode, Reason, Request, Trip

LATER_S = 30 * 60  # so much later may arrive what is better otherwise
TIMES = 1.8  # or take so many times as long
CALM_S = 180  # differences in walking below this do not count
MORE_WALK_S = 300
NEXT_DOOR_S = 180  # so near nobody takes anything


def choose(found: Sequence[Trip], request: Request) -> list[Trip]:
    """At most `request.many`; the one that is best by what was preferred comes first."""
    trips = different(found, request)
    if not trips:
        return []
    first = min(trips, key=_preferred(request))
    feet = next((trip for trip in trips if trip.modes == (Mode.WALK,)), None)
    if feet is not None and feet.seconds <= NEXT_DOOR_S:
        return [_told(feet, [Reason.SHORTEST])]
    picked: list[Trip] = [first]
    reasons: dict[int, list[Reason]] = {id(first): []}
    for reason, trip in _distinctions(trips, first, request):
        if id(trip) not in reasons:
            if len(picked) >= request.many:
                continue
            picked.append(trip)
            reasons[id(trip)] = []
        reasons[id(trip)].append(reason)
    rest = sorted(picked[1:], key=_soonest(request))
    return [_told(trip, reasons[id(trip)]) for trip in [first, *rest]]


def _told(trip: Trip, reasons: list[Reason]) -> Trip:
    known = tuple(dict.fromkeys(reasons)) or (Reason.EARLIEST,)
    return replace(trip, reason=known[0], reasons=known)


def _soonest(request: Request) -> Callable[[Trip], tuple[int, ...]]:
    """By arrival; for a wished arrival by departure, the latest first."""
    if request.arrive_by:
        return lambda trip: (-trip.departs, trip.arrives, trip.vehicles, trip.walk_s)
    return lambda trip: (trip.arrives, -trip.departs, trip.vehicles, trip.walk_s)


def _preferred(request: Request) -> Callable[[Trip], tuple[float, ...]]:
    """What the passenger weighs, in seconds: a change is worth so many minutes, and so on."""
    soonest = _soonest(request)

    def weight(trip: Trip) -> tuple[float, ...]:
        late = -trip.departs if request.arrive_by else trip.arrives
        penalty = sum(leg.tight for leg in trip.legs) * request.tight_penalty_s
        if request.prefer == "changes":
            penalty += 900 * trip.vehicles
        elif request.prefer == "co2":
            penalty += 2 * trip.co2_g
        elif request.prefer == "walking":
            penalty += 2 * trip.walk_s
        return late + penalty, *soonest(trip)

    return weight


@dataclass(frozen=True)
class _Judged:
    """A trip with what it is compared by, worked out once. Less is better in all marks."""

    trip: Trip
    kind: frozenset[Mode]
    marks: tuple[int, ...]  # leaves, arrives, vehicles, walks, tight changes
    co2_g: int

    @classmethod
    def of(cls, trip: Trip) -> _Judged:
        tight = sum(leg.tight for leg in trip.legs)
        return cls(trip, kind_of(trip), (-trip.departs, trip.arrives, trip.vehicles, trip.walk_s // CALM_S, tight), trip.co2_g)

    def beats(self, other: _Judged) -> bool:
        """Of the same kind and better in something, worse in nothing; or with fewer kinds of vehicles and not later."""
        mine, theirs = self.marks, other.marks
        if mine[0] > theirs[0] or mine[1] > theirs[1] or mine[2] > theirs[2]:
            return False
        if self.kind == other.kind:
            return mine[3] <= theirs[3] and mine[4] <= theirs[4] and (mine != theirs or _soon(self.trip) < _soon(other.trip))
        return self.kind < other.kind and self.co2_g <= other.co2_g


def kind_of(trip: Trip) -> frozenset[Mode]:
    return frozenset(trip.modes) - {Mode.TRANSIT}


def different(found: Sequence[Trip], request: Request) -> list[Trip]:
    """Without those that are worse in everything than another of the same kind, and without doubles."""
    kept: dict[tuple[object, ...], Trip] = {}
    for trip in sorted(found, key=_soonest(request)):
        rides = tuple((leg.trip, leg.start.stop, leg.goal.stop) for leg in trip.legs if leg.mode is Mode.TRANSIT)
        kept.setdefault((rides or trip.departs, trip.modes), trip)
    judged = [_Judged.of(trip) for trip in kept.values()]
    return [one.trip for one in judged if not any(other is not one and other.beats(one) for other in judged)]


def _soon(trip: Trip) -> tuple[object, ...]:
    return trip.walk_s, trip.co2_g, tuple((leg.trip, leg.start.id, leg.goal.id) for leg in trip.legs)


def _distinctions(trips: Sequence[Trip], first: Trip, request: Request) -> list[tuple[Reason, Trip]]:
    """Why a trip deserves its place, the strongest reasons first."""
    soonest = _soonest(request)
    found: list[tuple[Reason, Trip]] = []
    best = min(trips, key=soonest)
    found.append((Reason.LATEST_DEPARTURE if request.arrive_by else Reason.EARLIEST, best))
    if first is not best:
        wished = {"changes": Reason.FEWER_CHANGES, "co2": Reason.LOW_CO2, "walking": Reason.LESS_WALKING}
        found.append((wished.get(request.prefer, Reason.RELAXED), first))
    fair = [trip for trip in trips if _bearable(trip, best, request)]
    measures: tuple[tuple[Reason, Callable[[Trip], int], int], ...] = (
        (Reason.FEWER_CHANGES, lambda trip: trip.vehicles, 1),
        (Reason.LOW_CO2, lambda trip: trip.co2_g, max(50, best.co2_g // 4)),
        (Reason.LESS_WALKING, lambda trip: trip.walk_s, MORE_WALK_S),
        (Reason.RELAXED, lambda trip: sum(leg.tight for leg in trip.legs), 1),
    )
    for reason, measure, gain in measures:
        other = _by(fair, best, reason, measure, soonest)
        if other is not None and measure(best) - measure(other) >= gain:
            found.append((reason, other))
    priced = [trip for trip in fair if trip.fare_cents is not None and trip.currency == best.currency]
    if priced and best.fare_cents is not None:
        cheap = min(priced, key=lambda trip: (trip.fare_cents or 0, soonest(trip)))
        if (cheap.fare_cents or 0) < best.fare_cents:
            found.append((Reason.CHEAPEST, cheap))
    found.append((Reason.SHORTEST, min(trips, key=lambda trip: (trip.seconds, soonest(trip)))))
    found += [(Reason.OTHER_MODE, trip) for trip in _best_of_kinds(trips, best, soonest)]
    others = [
        trip
        for trip in trips
        if kind_of(trip) == kind_of(best) and trip.vehicles and _bearable(trip, best, request, later=True)
    ]
    return found + [(Reason.OTHER_DEPARTURE, trip) for trip in sorted(others, key=soonest)]


def _by(
    trips: Sequence[Trip],
    best: Trip,
    reason: Reason,
    measure: Callable[[Trip], int],
    soonest: Callable[[Trip], tuple[int, ...]],
) -> Trip | None:
    """Fewer changes are a matter of the timetable: the way on foot has none and is shown as what it is."""
    some = [trip for trip in trips if trip.vehicles or reason is not Reason.FEWER_CHANGES or not best.vehicles]
    return min(some, key=lambda trip: (measure(trip), soonest(trip)), default=None)


def _bearable(trip: Trip, best: Trip, request: Request, later: bool = False) -> bool:
    """Not absurdly longer than the quickest."""
    if later:
        return trip.seconds <= max(best.seconds + LATER_S, TIMES * best.seconds)
    gap = best.departs - trip.departs if request.arrive_by else trip.arrives - best.arrives
    return gap <= max(LATER_S, (TIMES - 1) * best.seconds)


def _best_of_kinds(trips: Sequence[Trip], best: Trip, soonest: Callable[[Trip], tuple[int, ...]]) -> list[Trip]:
    """On foot, by bike, by car, with each kind of shared vehicle: the best of each, if one would choose it."""
    groups: dict[object, Trip] = {}
    for trip in sorted(trips, key=soonest):
        shared = frozenset(trip.modes) & SHARED
        kind = (frozenset(trip.modes) - SHARED, min(shared)) if shared else frozenset(trip.modes)
        groups.setdefault(kind, trip)
    quickest = min(trip.seconds for trip in trips)
    return [trip for trip in groups.values() if trip is not best and trip.seconds <= max(3 * quickest, quickest + 2 * LATER_S)]
