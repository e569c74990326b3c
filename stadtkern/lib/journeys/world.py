"""What is asked, known and answered, door to door. Seconds count from midnight of the service day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stadtkern.lib.sharing import System
    from stadtkern.lib.transit import Timetable
    from stadtkern.lib.ways import Ways

Point = tuple[float, float]  # latitude, longitude


class Mode(StrEnum):
    """How a leg is made; in a request: what is allowed. Walking is always allowed."""

    WALK = "walk"
    TRANSIT = "transit"
    BIKE = "bike"  # one's own: all the way, or left at a stop
    CAR = "car"  # one's own, all the way
    PARK_RIDE = "park_ride"  # one's own car to a garage, on by bus or train
    SHARED_BIKE = "shared_bike"
    SHARED_SCOOTER = "shared_scooter"
    SHARED_MOPED = "shared_moped"
    SHARED_CAR = "shared_car"


SHARED = frozenset({Mode.SHARED_BIKE, Mode.SHARED_SCOOTER, Mode.SHARED_MOPED, Mode.SHARED_CAR})
EVERYDAY = frozenset({Mode.WALK, Mode.TRANSIT})


class Reason(StrEnum):
    """Why this trip is on the list; the department says it in a sentence."""

    EARLIEST = "earliest"
    LATEST_DEPARTURE = "latest_departure"
    SHORTEST = "shortest"  # least time between door and door
    FEWER_CHANGES = "fewer_changes"
    LOW_CO2 = "low_co2"
    LESS_WALKING = "less_walking"
    CHEAPEST = "cheapest"
    OTHER_DEPARTURE = "other_departure"  # leaves at another time and is not worse for it
    OTHER_MODE = "other_mode"  # the best of its kind: on foot, by bike, by car, with a shared vehicle
    RELAXED = "relaxed"  # no tight transfer


@dataclass(frozen=True)
class Request:
    """From here to there. With `arrive_by`, `at` is the latest arrival."""

    start: Point
    goal: Point
    at: int
    arrive_by: bool = False
    window_s: int = 3600  # departures (or arrivals) looked at after (before) `at`
    modes: frozenset[Mode] = EVERYDAY
    wheelchair: bool = False
    max_vehicles: int = 5
    walk_kmh: float = 4.8
    max_walk_s: int = 1500  # on foot to the first and from the last stop, and to a vehicle
    max_ride_s: int = 900  # by bike, scooter or car to the first and from the last stop
    max_direct_s: int = 7200  # on foot or wheels all the way
    slack_s: int = 60  # at least so long between two vehicles
    tight_s: int = 180  # a transfer with less to spare counts as tight
    tight_penalty_s: int = 120  # a tight transfer is only shown when it gains more
    prefer: str = "time"  # time, changes, co2, walking
    many: int = 6


@dataclass(frozen=True)
class Spot:
    """A place with a name: an end of the trip ("start", "goal"), a stop, a dock, a vehicle, a garage."""

    lat: float
    long: float
    kind: str = "place"
    id: str = ""
    name: str = ""
    stop: int = -1  # index in the timetable


@dataclass(frozen=True)
class Leg:
    """One piece of a trip."""

    mode: Mode
    start: Spot
    goal: Spot
    departs: int
    arrives: int
    distance_m: int
    co2_g: int
    route: str = ""  # what stands on the vehicle
    route_id: str = ""
    route_type: int = -1  # of GTFS
    headsign: str = ""
    trip: str = ""  # id of GTFS
    ride: Any = field(default=None, compare=False, repr=False)  # of lib.transit, for its line
    stops: tuple[int, ...] = ()  # indices in the timetable, from board to alight
    times: tuple[tuple[int, int], ...] = ()  # arrives, departs at each of them
    delay: int = 0  # seconds, by real time
    live: bool = False  # real time is known for it
    operator: str = ""  # of a shared vehicle
    vehicle: str = ""  # its id, where one was chosen
    link: str = ""  # where it is unlocked
    fare_cents: int | None = None
    currency: str = "EUR"
    waits_s: int = 0  # before this leg starts
    tight: bool = False  # little time to reach this vehicle
    stays: bool = False  # the vehicle of the leg before goes on as this one

    @property
    def seconds(self) -> int:
        return self.arrives - self.departs


@dataclass(frozen=True)
class Trip:
    """Door to door."""

    legs: tuple[Leg, ...]
    reason: Reason = Reason.EARLIEST
    reasons: tuple[Reason, ...] = ()  # all that hold, the one shown first
    journey: Any = None  # of lib.transit, for the fare
    fare_cents: int | None = None  # None: not known
    currency: str = "EUR"

    @property
    def departs(self) -> int:
        return self.legs[0].departs

    @property
    def arrives(self) -> int:
        return self.legs[-1].arrives

    @property
    def seconds(self) -> int:
        return self.arrives - self.departs

    @cached_property
    def vehicles(self) -> int:
        """Buses and trains; one that goes on under another number is one."""
        return sum(leg.mode is Mode.TRANSIT and not leg.stays for leg in self.legs)

    @property
    def changes(self) -> int:
        return max(0, self.vehicles - 1)

    @property
    def distance_m(self) -> int:
        return sum(leg.distance_m for leg in self.legs)

    @cached_property
    def walk_s(self) -> int:
        return sum(leg.seconds for leg in self.legs if leg.mode is Mode.WALK)

    @cached_property
    def co2_g(self) -> int:
        return sum(leg.co2_g for leg in self.legs)

    @cached_property
    def tight(self) -> bool:
        return any(leg.tight for leg in self.legs)

    @cached_property
    def modes(self) -> tuple[Mode, ...]:
        """In their order, walking left out unless it is all there is."""
        kinds = tuple(leg.mode for leg in self.legs if leg.mode is not Mode.WALK)
        return kinds or (Mode.WALK,)


@dataclass(frozen=True)
class Parking:
    """A garage or a lot; `free` is None where nobody counts."""

    id: str
    name: str
    lat: float
    long: float
    capacity: int | None = None
    free: int | None = None
    park_ride: bool = True
    open: bool = True


Fare = Callable[[Any], "tuple[int, str] | None"]  # a Journey of lib.transit -> cents and currency


@dataclass
class World:
    """One moment of the city: timetable (with real time, if it was made by `live`), streets, shared vehicles, garages.

    Without `ways` distances are as the crow flies, made longer by a usual detour.
    """

    timetable: Timetable | None = None
    ways: Ways | None = None
    sharing: Sequence[System] = ()
    parking: Sequence[Parking] = ()
    fare: Fare | None = None
    weekday: int = 0  # of the day, where there is no timetable to say it; 0 is Monday
    grams: Mapping[Mode, int] = field(default_factory=dict)  # CO2 for a kilometre, where the city knows better
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)  # what is worked out once per moment
