"""Trips as pages and programs show them: in words, with clock times, with the reason why they are on the list."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stadtkern.lib.journeys import Leg, Mode, Reason, Trip
from stadtkern.lib.transit import Timetable

from ..tickets.products import tariff
from .stations import Stations

SOON = timedelta(minutes=15)  # a ticket for a trip that leaves later begins with the trip, not with the purchase
MODES = {
    Mode.WALK: gettext_lazy("zu Fuß"),
    Mode.TRANSIT: gettext_lazy("Bus und Bahn"),
    Mode.BIKE: gettext_lazy("eigenes Rad"),
    Mode.CAR: gettext_lazy("eigenes Auto"),
    Mode.PARK_RIDE: gettext_lazy("eigenes Auto zum Parkplatz"),
    Mode.SHARED_BIKE: gettext_lazy("Leihrad"),
    Mode.SHARED_SCOOTER: gettext_lazy("E-Roller"),
    Mode.SHARED_MOPED: gettext_lazy("Elektromoped"),
    Mode.SHARED_CAR: gettext_lazy("Carsharing"),
}
REASONS = {
    Reason.EARLIEST: gettext_lazy("am frühesten da"),
    Reason.LATEST_DEPARTURE: gettext_lazy("fährt am spätesten los"),
    Reason.SHORTEST: gettext_lazy("am kürzesten unterwegs"),
    Reason.FEWER_CHANGES: gettext_lazy("weniger Umstiege"),
    Reason.LOW_CO2: gettext_lazy("wenig CO₂"),
    Reason.LESS_WALKING: gettext_lazy("weniger zu Fuß"),
    Reason.CHEAPEST: gettext_lazy("am günstigsten"),
    Reason.OTHER_MODE: gettext_lazy("anderes Verkehrsmittel"),
    Reason.OTHER_DEPARTURE: gettext_lazy("andere Abfahrt"),
    Reason.RELAXED: gettext_lazy("mit mehr Zeit zum Umsteigen"),
}
KINDS = {  # route_type of GTFS, extended types by their hundreds
    0: gettext_lazy("Straßenbahn"),
    1: gettext_lazy("U-Bahn"),
    2: gettext_lazy("Zug"),
    3: gettext_lazy("Bus"),
    4: gettext_lazy("Fähre"),
    5: gettext_lazy("Standseilbahn"),
    6: gettext_lazy("Seilbahn"),
    7: gettext_lazy("Standseilbahn"),
    11: gettext_lazy("Oberleitungsbus"),
    12: gettext_lazy("Einschienenbahn"),
}
EXTENDED = {1: 2, 2: 3, 4: 1, 7: 3, 8: 11, 9: 0, 10: 4, 12: 4, 13: 6, 14: 7}


def kind_words(route_type: int) -> str:
    plain = route_type if route_type in KINDS else EXTENDED.get(route_type // 100, 3)
    return str(KINDS[plain])


def minutes_words(seconds: int) -> str:
    """ "25 Min.", "1 Std. 5 Min."."""
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%d Min.") % minutes
    return _("%(hours)d Std. %(minutes)d Min.") % {"hours": hours, "minutes": rest} if rest else _("%d Std.") % hours


def metres_words(metres: int) -> str:
    return f"{number_format(round(metres / 1000, 1), 1)} km" if metres >= 1000 else _("%d m") % (round(metres / 10) * 10)


def late(planned: datetime, at: datetime) -> int:
    """Minutes as clocks show them: 10:40:50 is not later than 10:40."""
    return round((at.replace(second=0) - planned.replace(second=0)).total_seconds() / 60)


def _changes(trip: Trip) -> str:
    """ "1 Umstieg"; "" where nobody boards anything."""
    if trip.changes:
        return ngettext("%d Umstieg", "%d Umstiege", trip.changes) % trip.changes
    return _("ohne Umstieg") if trip.vehicles else ""


@dataclass
class Stop:
    """A halt on the way."""

    name: str
    arrives: datetime
    departs: datetime
    ref: str = ""
    platform: str = ""


@dataclass
class LegRow:
    """One piece of a trip, ready for a page."""

    mode: str
    words: str  # "Straßenbahn 1 Richtung Königsallee Süd", "zu Fuß"
    short: str  # "1"; of other modes the word
    start: str
    goal: str
    departs: datetime
    arrives: datetime
    minutes: str
    distance: str
    distance_m: int
    co2_g: int
    line: bool = False  # a vehicle with a number
    colour: str = ""
    delay: int = 0  # minutes
    planned: datetime | None = None  # departure as planned, where real time differs
    tight: bool = False
    start_ref: str = ""
    goal_ref: str = ""
    platform: str = ""
    trip: str = ""
    route: str = ""
    link: str = ""
    operator: str = ""
    stops: list[Stop] = field(default_factory=list)  # between boarding and alighting


@dataclass
class TripRow:
    """A trip, ready for a page."""

    key: str  # the same for the same vehicles at the same times
    departs: datetime
    arrives: datetime
    minutes: str
    changes: str
    reason: str
    legs: list[LegRow]
    co2: str
    co2_g: int
    fare_cents: int | None
    walk: str
    zones: list[str]
    delay: int
    tight: bool
    vehicles: int
    whole: Trip
    query: str = ""
    ticket_url: str = ""

    @property
    def mark(self) -> str:
        """The reason on a page; that it leaves at another time, its times say."""
        return "" if self.whole.reason == Reason.OTHER_DEPARTURE else self.reason

    @property
    def badges(self) -> list[LegRow]:
        """What stands in the head of the card: every leg but short walks between vehicles."""
        shown = [leg for leg in self.legs if leg.mode != "walk"]
        return shown or self.legs


class Shower:
    """Knows the timetable the trips came from."""

    def __init__(self, timetable: Timetable, stations: Stations) -> None:
        self.timetable, self.stations = timetable, stations
        self.zone = timezone.get_current_timezone()

    def rows(self, trips: Iterable[Trip], start: str = "", goal: str = "") -> list[TripRow]:
        return [self.row(trip, start, goal) for trip in trips]

    def row(self, trip: Trip, start: str = "", goal: str = "") -> TripRow:
        legs = [self.leg(leg, start, goal) for leg in trip.legs]
        zones = self.zones(trip)
        return TripRow(
            key_of(trip),
            self._at(trip.departs),
            self._at(trip.arrives),
            minutes_words(60 * (trip.arrives // 60 - trip.departs // 60)),  # between the minutes that are shown
            _changes(trip),
            str(REASONS.get(trip.reason, "")),
            legs,
            co2_words(trip.co2_g),
            trip.co2_g,
            trip.fare_cents,
            minutes_words(trip.walk_s) if trip.walk_s >= 30 else "",
            zones,
            max((leg.delay for leg in legs), key=abs, default=0),
            trip.tight,
            trip.vehicles,
            trip,
            ticket_url=ticket_url(zones, self._at(trip.departs)) if trip.vehicles else "",
        )

    def leg(self, leg: Leg, start: str, goal: str) -> LegRow:
        if leg.mode is Mode.TRANSIT:
            return self._ride(leg)
        row = self._plain(leg, start, goal)
        row.words = _("%s fahren") % row.short if leg.mode is not Mode.WALK else _("Zu Fuß")
        row.link, row.operator = safe_link(leg.link), leg.operator
        return row

    def _plain(self, leg: Leg, start: str = "", goal: str = "") -> LegRow:
        word = str(MODES[leg.mode])
        names = [self._name(spot, end) for spot, end in ((leg.start, start), (leg.goal, goal))]
        return LegRow(
            leg.mode.value,
            word,
            word,
            names[0],
            names[1],
            self._at(leg.departs),
            self._at(leg.arrives),
            minutes_words(leg.seconds),
            metres_words(leg.distance_m),
            leg.distance_m,
            leg.co2_g,
            tight=leg.tight,
            start_ref=self._ref(leg.start.stop),
            goal_ref=self._ref(leg.goal.stop),
        )

    def _ride(self, leg: Leg) -> LegRow:
        row = self._plain(leg)
        row.line, row.short, row.trip, row.route = True, leg.route or "–", leg.trip, leg.route_id
        towards = _("Richtung %s") % leg.headsign if leg.headsign else ""
        row.words = " ".join(part for part in (kind_words(leg.route_type), leg.route, towards) if part)
        if leg.stays:
            row.words = _("%s – sitzen bleiben, das Fahrzeug fährt weiter") % row.words
        if self.timetable.on_call(leg.ride):
            row.words = _("%s – nur nach Anmeldung beim Verkehrsunternehmen") % row.words
        row.colour = str(self.timetable.routes.colour[leg.ride.route])
        if leg.delay:
            row.planned = row.departs - timedelta(seconds=leg.delay)
            row.delay = late(row.planned, row.departs)
        if leg.stops:
            row.platform = str(self.timetable.stops.platform[leg.stops[0]])
        for stop, (arrives, departs) in list(zip(leg.stops, leg.times, strict=False))[1:-1]:
            row.stops.append(Stop(self._stop_name(stop), self._at(arrives), self._at(departs), self._ref(stop)))
        return row

    def zones(self, trip: Trip) -> list[str]:
        """Fare zones the vehicles of this trip touch, in the order of their names."""
        stops = [stop for leg in trip.legs if leg.mode is Mode.TRANSIT for stop in leg.stops]
        return sorted({str(self.timetable.stops.zone[stop]) for stop in stops} - {""})

    def _name(self, spot: Any, end: str) -> str:
        if spot.stop >= 0:
            return self._stop_name(spot.stop)
        return spot.name if spot.kind not in ("start", "goal") and spot.name else end or spot.name

    def _stop_name(self, stop: int) -> str:
        station = self.stations.of_stop.get(stop)
        return station.name if station else str(self.timetable.stops.name[stop])

    def _ref(self, stop: int) -> str:
        station = self.stations.of_stop.get(stop)
        return station.ref if station else ""

    def _at(self, seconds: int) -> datetime:
        return self.timetable.moment(seconds).astimezone(self.zone)


def co2_words(grams: int) -> str:
    """In one piece: a line never ends between number and unit."""
    text = _("%s kg CO₂") % number_format(round(grams / 1000, 1), 1) if grams >= 1000 else _("%d g CO₂") % grams
    return text.replace(" ", "\u00a0")


def key_of(trip: Trip) -> str:
    """Survives a new search as long as the same vehicles go at the same planned times."""
    told = ";".join(
        f"{leg.mode}|{leg.trip}|{leg.start.stop}|{leg.goal.stop}|{(leg.departs - leg.delay) // 60 if leg.trip else 0}"
        for leg in trip.legs
    )
    first = "" if trip.vehicles else str(trip.departs // 60)
    return hashlib.sha256((told + first).encode()).hexdigest()[:12]


def safe_link(url: str) -> str:
    """Of a provider: only what a browser opens as a page, or an app by its own address."""
    return url if url.startswith(("https://", "http://")) else ""


def ticket_url(zones: list[str], departs: datetime) -> str:
    """Where the single ticket for this trip is bought, valid from its departure; the shop where we do not know its zones."""
    try:
        shop, buy = reverse("mobility:tickets"), reverse("mobility:ticket_buy")
    except NoReverseMatch:
        return ""
    rules = tariff()
    single = next((one for one in rules.products.values() if one.kind == "ride" and one.count == 1), None)
    if single is None or not zones or rules.unknown(",".join(zones)):
        return f"{shop}?{urlencode({'zonen': ','.join(zones)})}" if zones else shop
    told = {"produkt": single.key, "zonen": ",".join(zones)}
    if departs > timezone.now() + SOON:
        told |= {"wann": "tag", "tag": f"{departs:%Y-%m-%d}", "uhr": f"{departs:%H:%M}"}
    return f"{buy}?{urlencode(told)}"
