"""transfers.txt for single lines and trips: changes between these only. Source: GTFS reference, transfers.txt, "ranking of
specificity".

A label of the search belongs to a stop, whatever brought one there. So a stop where such rules begin or end is several places:
one for each line or trip that a rule names there, and one for all others. Trips of a pattern stop at the same places (`days`
groups them so); the search walks over places instead of stops. Without rules there are none of these, and it walks over stops.

Of the rules for a pair of trips the most specific one counts: both trips, a trip and a line, a trip, both lines, a line; of
equal ones that of platforms before that of stations, then the later one. Without a rule the word of the stops counts
(`footpaths`). A rule without a time takes that of the stops (none at all at the same stop when the connection is waited for,
type 1, or when changing there is not possible otherwise).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .feed import Stops
from .footpaths import MOST_PLATFORMS, metres, walk
from .timetable import NO_CHANGE, Ints, Net, boarding, frozen

if TYPE_CHECKING:
    from .timetable import Timetable

FROM, TO, KIND, SECONDS, FROM_ROUTE, TO_ROUTE, FROM_TRIP, TO_TRIP = range(8)  # columns of Feed.rules
WAITED_FOR, FORBIDDEN = 1, 3
RANKS = {(2, 0): 5, (1, 1): 4, (1, 0): 3, (0, 2): 2, (0, 1): 1}  # trips and lines named -> how specific
MOST_PAIRS = 100_000  # changes that all the rules together may make
MOST_WAY = 7200  # seconds of a beeline
Who = tuple[int, int]  # line and trip where a rule names them, else -1


class Marks:
    """The rules, stop by stop."""

    def __init__(self, rules: NDArray[np.int32], stops: Stops) -> None:
        self.rules: list[list[int]] = rules.tolist()
        parents = stops.parent.tolist()
        children: dict[int, list[int]] = {}
        for stop, parent in enumerate(parents):
            children.setdefault(parent, []).append(stop)
        self.children = {station: platforms[:MOST_PLATFORMS] for station, platforms in children.items()}
        self.routes: dict[int, set[int]] = {}  # stop: lines that are named there
        self.trips: dict[int, set[int]] = {}
        for rule in self.rules:
            for place, route, trip in ((FROM, FROM_ROUTE, FROM_TRIP), (TO, TO_ROUTE, TO_TRIP)):
                for stop in self.stops(rule[place]):
                    self.routes.setdefault(stop, set()).add(rule[route])
                    self.trips.setdefault(stop, set()).add(rule[trip])

    def stops(self, place: int) -> list[int]:
        """A stop and, of a station, its platforms."""
        return [place, *self.children.get(place, ())]

    def who(self, stop: int, route: int, trip: int) -> Who:
        """What the rules at a stop can tell of a trip."""
        return (
            route if route in self.routes.get(stop, ()) else -1,
            trip if trip in self.trips.get(stop, ()) else -1,
        )

    def key(self, stops: list[int], route: int, trip: int) -> bytes:
        """The same for trips of which the rules say the same at all their stops."""
        if not self.rules:
            return b""
        return repr([self.who(stop, route, trip) for stop in stops if stop in self.routes]).encode()

    @cached_property
    def between(self) -> dict[tuple[int, int], dict[tuple[Who, Who], tuple[tuple[int, int, int], list[int]]]]:
        """Stop and stop: who changes to whom, how strong the rule is, the rule."""
        found: dict[tuple[int, int], dict[tuple[Who, Who], tuple[tuple[int, int, int], list[int]]]] = {}
        for at, rule in enumerate(self.rules):
            trips, routes = (
                sum(rule[column] >= 0 for column in columns) for columns in ((FROM_TRIP, TO_TRIP), (FROM_ROUTE, TO_ROUTE))
            )
            named = (rule[FROM_ROUTE], rule[FROM_TRIP]), (rule[TO_ROUTE], rule[TO_TRIP])
            for one in self.stops(rule[FROM]):
                for other in self.stops(rule[TO]):
                    rank = RANKS[trips, routes], int((one, other) == (rule[FROM], rule[TO])), at
                    rules = found.setdefault((one, other), {})
                    if named not in rules or rules[named][0] < rank:
                        rules[named] = rank, rule
        return found

    def rule(self, one: int, other: int, arrives: Who, leaves: Who) -> list[int] | None:
        """The rule for a change from a trip at a stop to a trip at a stop."""
        rules = self.between.get((one, other), {})
        found = [rules[pair] for pair in product(wider(arrives), wider(leaves)) if pair in rules]
        return max(found)[1] if found else None


def wider(who: Who) -> set[Who]:
    """A trip as rules may name it: itself, its line, or anybody."""
    return {(-1, who[1]), (who[0], -1), (-1, -1)}


def fit(rules: NDArray[np.int32], stops: Stops) -> bool:
    """Whether all of them together make few enough places and changes."""
    marks = Marks(rules[:0], stops)
    pairs = sum(len(marks.stops(rule[FROM])) * len(marks.stops(rule[TO])) for rule in rules.tolist())
    if pairs > MOST_PAIRS:
        return False
    marks = Marks(rules, stops)
    return sum((len(marks.routes[stop]) + len(marks.trips[stop])) ** 2 for stop in marks.routes) <= MOST_PAIRS


@dataclass(frozen=True)
class Places:
    """The places of a timetable: the first ones are its stops, for whoever no rule names."""

    marks: Marks
    stop: list[int]  # of each place
    who: list[Who]
    of_stop: dict[int, list[int]]  # of the stops that are several
    pattern_place: Ints

    def ways(self, ways: tuple[NDArray[np.int32], NDArray[np.int32]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Ways from or to a door, to every place of their stops."""
        wider = [
            (place, seconds)
            for stop, seconds in zip(ways[0].tolist(), ways[1].tolist(), strict=True)
            for place in self.of_stop.get(stop, [stop])
        ]
        table = np.array(wider, np.int32).reshape(-1, 2)
        return frozen(table[:, 0]), frozen(table[:, 1])


def places(timetable: "Timetable") -> Places:
    marks, net = Marks(timetable.rules, timetable.stops), timetable.net
    names = {timetable.trips.id[trip]: trip for trips in marks.trips.values() for trip in trips if trip >= 0}
    stop, who = list(range(len(timetable.stops))), [(-1, -1)] * len(timetable.stops)
    known: dict[tuple[int, Who], int] = {}
    place = net.pattern_stop.copy()
    several = np.isin(net.pattern_stop, list(marks.routes))
    for pattern in np.unique(np.repeat(np.arange(len(net.pattern_trips)), np.diff(net.pattern_start))[several]).tolist():
        if not net.pattern_trips[pattern]:
            continue  # all of them are cancelled
        source = int(timetable.trip_source[net.pattern_trip[pattern]])
        trip = names.get(timetable.trips.id[source], -1)  # one that real time put in its place is that trip
        for at in range(int(net.pattern_start[pattern]), int(net.pattern_start[pattern + 1])):
            here = int(net.pattern_stop[at])
            one = marks.who(here, int(timetable.trips.route[source]), trip)
            if one == (-1, -1):
                continue
            if (here, one) not in known:
                known[here, one] = len(stop)
                stop.append(here)
                who.append(one)
            place[at] = known[here, one]
    of_stop: dict[int, list[int]] = {}
    for number in range(len(timetable.stops), len(stop)):
        of_stop.setdefault(stop[number], [stop[number]]).append(number)
    return Places(marks, stop, who, of_stop, frozen(place))


@dataclass(frozen=True)
class Changes:
    """Changes in a net of a timetable, between places."""

    timetable: "Timetable"
    places: Places
    net: Net
    ways: dict[tuple[int, int], int]  # on foot between two stops
    closed: frozenset[tuple[int, int]]  # ways that are not step-free, where that counts

    def rows(self, one: int, other: int) -> Iterator[tuple[int, int, int | None]]:
        """From every place of a stop to every one of a stop, with seconds; None = not possible."""
        base: int | None = self.ways.get((one, other))
        if one == other:
            base = int(self.net.change[one]) if self.net.change[one] < NO_CHANGE else None
        places = self.places
        for place, target in product(*(places.of_stop.get(stop, [stop]) for stop in (one, other))):
            yield (
                place,
                target,
                self.seconds(one, other, base, places.marks.rule(one, other, places.who[place], places.who[target])),
            )

    def seconds(self, one: int, other: int, base: int | None, rule: list[int] | None) -> int | None:
        if rule is None:
            return base
        if rule[KIND] == FORBIDDEN or (one, other) in self.closed:
            return None
        if rule[SECONDS] >= 0:
            return rule[SECONDS]
        if one == other:
            return 0 if rule[KIND] == WAITED_FOR or base is None else base
        if base is not None:
            return base
        far = walk(float(metres(self.timetable.stops, one, other)))
        return far if far <= MOST_WAY else None


def feet(net: Net) -> dict[tuple[int, int], int]:
    origin = np.repeat(np.arange(len(net.foot_start) - 1), np.diff(net.foot_start))
    return dict(zip(zip(origin.tolist(), net.foot_to.tolist(), strict=True), net.foot_seconds.tolist(), strict=True))


def over_places(timetable: "Timetable", places: Places, net: Net) -> Net:
    """A net of the timetable, over places. A way on foot of -1 - n seconds is a change at the same stop that needs n."""
    many, ways, ruled = len(places.stop), feet(net), places.marks.between
    ridden = np.where(np.repeat(net.pattern_trips > 0, np.diff(net.pattern_start)), net.pattern_board, 0)
    start, pattern, position = boarding(many, net.pattern_start, places.pattern_place, ridden)
    changes = Changes(timetable, places, net, ways, frozenset(feet(timetable.net).keys() - ways.keys()))
    several = places.of_stop
    rows = [(*pair, way) for pair, way in ways.items() if not (pair in ruled or pair[0] in several or pair[1] in several)]
    change = np.concatenate([net.change, np.zeros(many - len(net.change), np.int32)])
    for one, other in {*ways, *ruled, *((stop, stop) for stop in several)}:
        if not ((one, other) in ruled or one in several or other in several):
            continue
        for place, target, seconds in changes.rows(one, other):
            if place == target:
                change[place] = NO_CHANGE if seconds is None else seconds
            elif seconds is not None:
                rows.append((place, target, -1 - seconds if one == other else seconds))
    table = np.array(sorted(rows), np.int32).reshape(-1, 3)
    first = np.concatenate([[0], np.cumsum(np.bincount(table[:, 0], minlength=many))])
    return net._replace(
        stop_start=start, stop_pattern=pattern, stop_position=position, pattern_stop=places.pattern_place,
        foot_start=frozen(first), foot_to=frozen(table[:, 1]), foot_seconds=frozen(table[:, 2]), change=frozen(change),
    )  # fmt: skip
