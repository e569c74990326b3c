"""GTFS-Realtime messages as plain values. Source: GTFS Realtime reference v2.0 (gtfs.org/documentation/realtime)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .findings import Finding, Findings
from .records import WESTERN
from .times import clock

MOST_BYTES = 50_000_000
MOST_ENTITIES = 200_000
MOST_STOPS = 1_000
KINDS = {0: "scheduled", 1: "added", 2: "unscheduled", 3: "cancelled", 5: "replaced", 6: "copied", 7: "cancelled", 8: "added"}


@dataclass(frozen=True, slots=True)
class StopUpdate:
    """What is new at a stop of a trip: delays in seconds, or moments as seconds since 1970."""

    sequence: int | None = None
    stop_id: str = ""
    arrive_delay: int | None = None
    depart_delay: int | None = None
    arrive_at: int | None = None
    depart_at: int | None = None
    skipped: bool = False
    no_data: bool = False


@dataclass(frozen=True, slots=True)
class TripUpdate:
    """What is new of a trip, or of the one trip of a route that starts at start_time where no trip_id is told.

    `kind`: scheduled, cancelled, added or replaced (with all its stops and moments), copied (from another start), unscheduled.
    """

    trip_id: str
    stops: tuple[StopUpdate, ...] = ()
    kind: str = "scheduled"
    delay: int | None = None  # of the whole trip, where a stop has none
    start_date: date | None = None
    start_time: int | None = None  # seconds, which run of a trip with frequencies
    route_id: str = ""
    headsign: str = ""
    copy_id: str = ""  # of a copied trip: its own id, date and start
    copy_date: date | None = None
    copy_time: int | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """A disturbance and what it is about. Texts by language ("" = none given); periods are seconds since 1970, 0 = open."""

    id: str
    header: dict[str, str]
    text: dict[str, str]
    url: dict[str, str]
    cause: str
    effect: str
    periods: tuple[tuple[int, int], ...]
    agencies: tuple[str, ...]
    routes: tuple[str, ...]
    stops: tuple[str, ...]
    trips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a vehicle is."""

    vehicle: str
    trip_id: str
    route_id: str
    lat: float
    long: float
    bearing: float | None
    at: int
    stop_id: str


@dataclass(frozen=True)
class Realtime:
    """A message: when it was made (seconds since 1970), what it says, what is wrong with it."""

    at: int = 0
    updates: list[TripUpdate] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_realtime(data: bytes) -> Realtime:
    """Read a message (protobuf). Never raises for what is in it: an unreadable one is empty, with a finding."""
    from google.protobuf.message import DecodeError
    from google.transit import gtfs_realtime_pb2 as format

    findings = Findings()
    message: Any = format.FeedMessage()
    try:
        if len(data) > MOST_BYTES:
            raise DecodeError("too large")
        message.ParseFromString(data)
        if not message.HasField("header"):
            raise DecodeError("no header")
    except (DecodeError, RecursionError, ValueError) as problem:
        findings.add("rt_unreadable", problem=problem)
        return Realtime(findings=list(findings))
    findings.add("rt_partial", "", 0, int(message.header.incrementality == message.header.DIFFERENTIAL))
    if message.header.gtfs_realtime_version not in ("1.0", "2.0"):
        findings.add("rt_old", version=message.header.gtfs_realtime_version)
    out = Realtime(min(message.header.timestamp, 2**40))
    for entity in message.entity[:MOST_ENTITIES]:
        if entity.is_deleted:
            continue
        if entity.HasField("trip_update"):
            out.updates.append(trip_update(entity.trip_update))
        if entity.HasField("alert"):
            out.alerts.append(alert(entity.id, entity.alert))
        if entity.HasField("vehicle") and is_somewhere(entity.vehicle):
            out.positions.append(position(entity.id, entity.vehicle))
    out.findings.extend(findings)
    return out


def is_somewhere(said: Any) -> bool:
    """Whether a vehicle tells a place: some tell only their trip, some tell 0/0 while they search for satellites."""
    lat, long = said.position.latitude, said.position.longitude
    return said.HasField("position") and abs(lat) <= 90 and abs(long) <= 180 and (lat, long) != (0, 0)


def trip_update(said: Any) -> TripUpdate:
    trip, other = said.trip, said.trip_properties
    return TripUpdate(
        clean(trip.trip_id),
        tuple(stop_update(stop) for stop in said.stop_time_update[:MOST_STOPS]),
        KINDS.get(trip.schedule_relationship, "unscheduled"),
        said.delay if said.HasField("delay") else None,
        day_of(trip.start_date),
        start_of(trip.start_time),
        clean(trip.route_id),
        clean(other.trip_headsign),
        clean(other.trip_id),
        day_of(other.start_date),
        start_of(other.start_time),
    )


def stop_update(said: Any) -> StopUpdate:
    arrival, departure = said.arrival, said.departure
    return StopUpdate(
        said.stop_sequence if said.HasField("stop_sequence") else None,
        clean(said.stop_id),
        arrival.delay if arrival.HasField("delay") and not arrival.time else None,
        departure.delay if departure.HasField("delay") and not departure.time else None,
        arrival.time or None,
        departure.time or None,
        said.schedule_relationship == 1,
        said.schedule_relationship == 2,
    )


def alert(key: str, said: Any) -> Alert:
    about = said.informed_entity[:MOST_STOPS]

    def named(values: list[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(clean(value) for value in values if value))

    return Alert(
        clean(key), texts(said.header_text), texts(said.description_text), texts(said.url),
        said.DESCRIPTOR.enum_types_by_name["Cause"].values_by_number[said.cause].name,
        said.DESCRIPTOR.enum_types_by_name["Effect"].values_by_number[said.effect].name,
        tuple((min(period.start, 2**40), min(period.end, 2**40)) for period in said.active_period[:100]),
        named([one.agency_id for one in about]), named([one.route_id or one.trip.route_id for one in about]),
        named([one.stop_id for one in about]), named([one.trip.trip_id for one in about]),
    )  # fmt: skip


def position(key: str, said: Any) -> Position:
    place = said.position
    return Position(
        clean(said.vehicle.id or key), clean(said.trip.trip_id), clean(said.trip.route_id), place.latitude, place.longitude,
        place.bearing if place.HasField("bearing") else None, min(said.timestamp, 2**40), clean(said.stop_id),
    )  # fmt: skip


def texts(said: Any) -> dict[str, str]:
    return {clean(one.language): clean(one.text, 4000) for one in said.translation[:20]}


def clean(text: str | bytes, most: int = 250) -> str:
    """Protobuf gives bytes where a text is no UTF-8; they are read as feeds are (records.py)."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape").translate(WESTERN)
    return text[:most].replace("\0", "")


def start_of(text: str | bytes) -> int | None:
    seconds = clock(clean(text))
    return seconds if seconds >= 0 else None


def day_of(said: str | bytes) -> date | None:
    text = clean(said)
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 and text.isascii() else None
    except ValueError:
        return None
