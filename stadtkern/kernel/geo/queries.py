"""Questions about places: which district, which address is near, where is this address."""

import re

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from stadtkern.lib.earth import Point, metres
from stadtkern.lib.streets import number_of, street_key

from .ground import Address, District, cell, ground

NEAR = 250.0  # metres: farther away an address says nothing about a place
MOST = 8
_KINDS = ("strasse", "platz", "allee", "gasse", "ring", "weg", "ufer")
_NUMBER = re.compile(r"^(.*?)[\s,]+(\d{1,4}\s?[a-zA-Z]?)\b(.*)$")


def districts() -> tuple[District, ...]:
    """All districts of the city, in the order of its file."""
    return ground().districts


def district(key: str) -> District | None:
    """The district with this key."""
    return next((one for one in districts() if one.key == key), None)


def district_of(latitude: float, longitude: float) -> District | None:
    """In which district a place lies; None outside of the city."""
    return next((one for one in districts() if one.covers((latitude, longitude))), None)


def in_city(latitude: float, longitude: float) -> bool:
    """Whether a place lies in the city; everywhere is "in" a city that has no geometry."""
    return not districts() or district_of(latitude, longitude) is not None


def nearest_address(latitude: float, longitude: float, within: float = NEAR) -> Address | None:
    """The house next to a place, at most `within` metres away."""
    here: Point = (latitude, longitude)
    row, column = cell(here)
    cells = ground().cells
    around = [cells.get((row + up, column + right), ()) for up in (-1, 0, 1) for right in (-2, -1, 0, 1, 2)]
    best = min((house for houses in around for house in houses), key=lambda house: metres(here, house.point), default=None)
    return best if best is not None and metres(here, best.point) <= within else None


def find_address(text: str, limit: int = MOST) -> list[Address]:
    """Addresses for what somebody typed, the likeliest first: "lindenstr 12", "Lindenstrasse 12 a, Musterstadt"."""
    text = " ".join(text.split())[:120]
    found = _NUMBER.match(text)
    street, number = (found[1], found[2]) if found else (text.split(",")[0], "")
    return [house for key in _streets(street) for house in _houses(key, number)][:limit]


def streets() -> list[str]:
    """Names of all streets, sorted."""
    return sorted(ground().names.values(), key=str.casefold)


def named_places() -> tuple[tuple[str, Point, str], ...]:
    """What has a name but no house number: name, a point in its middle, and what it is ("Stadtteil", "Grünfläche")."""
    known = ground()
    parts = [(title, point, _("Stadtteil")) for title, point in known.middles]
    return (*parts, *((name, point, _("Grünfläche")) for name, point in known.greens))


def centre() -> Point:
    """The middle of the city for a map that shows nothing yet."""
    around = ground().box
    return ((around[0] + around[2]) / 2, (around[1] + around[3]) / 2) if around else (51.16, 10.45)  # of Germany


def _streets(text: str) -> list[str]:
    wanted, names = street_key(text), ground().names
    if len(wanted) < 2:
        return []
    if wanted in names:
        return [wanted]
    begins = sorted(key for key in names if key.startswith(wanted))
    if begins:
        return begins
    close = process.extract(wanted, list(names), scorer=fuzz.ratio, limit=3, score_cutoff=75)
    return [key for key, _points, _at in close if _sounds_like(wanted, key)]


def _sounds_like(wanted: str, key: str) -> bool:
    """ "lindnstrasse" is lindenstrasse; hauptstrasse is not marktstrasse only because both are streets."""
    kind = next((word for word in _KINDS if wanted.endswith(word) and key.endswith(word)), "")
    return not kind or fuzz.ratio(wanted.removesuffix(kind), key.removesuffix(kind)) >= 60


def _houses(key: str, number: str) -> list[Address]:
    houses = ground().by_street.get(key, ())
    if not houses:
        return []
    if not number:
        return [Address(houses[0].street, "", houses[len(houses) // 2].point)]
    plain = number.replace(" ", "").lower()
    exact = [house for house in houses if house.number.replace(" ", "").lower() == plain]
    same = exact or [house for house in houses if number_of(house.number) == number_of(number)]
    return [Address(same[0].street, number, same[0].point)] if same else []
