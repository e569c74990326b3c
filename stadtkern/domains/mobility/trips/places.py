"""What somebody typed as start or goal: a stop, an address, a point of the map; with typos, and with what else it may mean."""

import re
from dataclasses import dataclass

from stadtkern.kernel.geo import queries
from stadtkern.lib.earth import Point, readable

from . import named, world
from .stations import Station, key_of

LONGEST = 120
SAME = 170.0  # from here on the very name was typed
EXACT = 130.0  # from here on a name or its beginning, not only something that sounds alike
_POINT = re.compile(r"\s*(-?\d{1,3}[.,]\d{1,12})\s*[;, ]\s*(-?\d{1,3}[.,]\d{1,12})\s*")


@dataclass(frozen=True)
class Found:
    """A place with a name."""

    title: str
    kind: str  # stop · address · point · place
    lat: float
    long: float
    ref: str = ""  # of a stop
    detail: str = ""  # district of an address; of a place, what it is

    @property
    def point(self) -> Point:
        return self.lat, self.long


def clean(text: str) -> str:
    """As it can be shown and searched: no control characters, no lone surrogates, not longer than an address is."""
    whole = text.replace("\x00", "").encode("utf-8", "ignore").decode()
    return " ".join(whole.split())[:LONGEST]


def find(text: str, many: int = 8) -> list[Found]:
    """The likeliest first; [] when nothing is near enough to what was typed. Raises NoTimetable never: then addresses only."""
    text = clean(text)
    if point := point_of(text):
        return [point]
    typed = named.typed(text)
    scored = _stops(text, many) if typed.text == text else [*_stops(text, many), *_stops(typed.text, many)]
    if not typed.elsewhere:
        scored += _addresses(typed.text, many)
    if not typed.elsewhere and not any(score >= SAME for score, *_rest in scored):
        scored += [(score, 2, Found(title, "place", *at, detail=what)) for score, title, at, what in named.scored(typed.text)]
    least = EXACT if typed.elsewhere or typed.doubtful else 0
    scored = sorted((row for row in scored if row[0] >= least), key=lambda row: (-row[0], row[1]))
    return list({(row[2].kind, row[2].title): row[2] for row in scored}.values())[:many]


Scored = list[tuple[float, int, Found]]


def _stops(text: str, many: int) -> Scored:
    try:
        stations = world.stations()
    except world.NoTimetable:
        return []
    return [(score, 0, of_station(stations.all[at])) for at, score in stations.scored(text, many)]


def _addresses(text: str, many: int) -> Scored:
    scored: Scored = []
    numbered = bool(re.search(r"\d", text))
    exact = key_of(re.sub(r"\d.*", "", text)).replace(" ", "")
    for number, house in enumerate(queries.find_address(text, many)):
        same = key_of(house.street).replace(" ", "") == exact
        score = (190.0 if numbered else 140.0) if same else (110.0 if numbered else 75.0)
        district = queries.district_of(*house.point)
        scored.append(
            (score - number, 1, Found(str(house), "address", *house.point, detail=district.title if district else ""))
        )
    return scored


def point_of(text: str) -> Found | None:
    """ "51.9617, 8.0339": a point, called by the house next to it."""
    typed = _POINT.fullmatch(text)
    point = readable(typed[1], typed[2]) if typed else None
    if point is None:
        return None
    house = queries.nearest_address(*point)
    return Found(str(house) if house else f"{point[0]:.5f}, {point[1]:.5f}", "point", *point)


def of_station(one: Station) -> Found:
    return Found(one.name, "stop", one.lat, one.long, one.ref)
