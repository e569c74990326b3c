"""Places that have a name but no house number: districts, parks, offices of the city; and addresses of other towns."""

import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from stadtkern.kernel.city.models import Authority, Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.geo import queries
from stadtkern.lib.earth import Point

from .stations import key_of

ALIKE = 82.0
_POSTCODE = re.compile(r"[\s,]+(?:[Dd]-)?\d{5}\b\s*(?P<town>[^\d,]*)$")
_TAIL = re.compile(r",\s*(?P<town>[^\d,]+)$")


@dataclass(frozen=True)
class Typed:
    """What somebody typed, without the name of our own town behind it."""

    text: str
    elsewhere: bool = False  # another town by its name and postcode
    doubtful: bool = False  # something behind a comma that we do not know: only what fits exactly is meant


def typed(text: str) -> Typed:
    """ "Lindenstraße 12, 49999 Musterstadt" is "Lindenstraße 12"; "…, 50667 Köln" is elsewhere."""
    if found := _POSTCODE.search(text):
        town = found["town"].strip()
        return Typed(text[: found.start()].strip(), bool(town) and not _ours(town))
    if found := _TAIL.search(text):
        return Typed(text[: found.start()].strip()) if _ours(found["town"]) else Typed(text, doubtful=True)
    words = text.split()
    if len(words) > 1 and key_of(words[-1]) == key_of(city().name):
        return Typed(" ".join(words[:-1]))
    return Typed(" ".join(words[1:]) if len(words) > 1 and key_of(words[0]) == key_of(city().name) else text)


def scored(text: str) -> list[tuple[float, str, Point, str]]:
    """Score (as stops have it), name, point, and what it is: districts and parks by their names, offices by their titles."""
    wanted = key_of(text)
    if len(wanted) < 3:
        return []
    found = [(fits(wanted, title), title, point, kind) for title, point, kind in queries.named_places()]
    found = [row for row in found if row[0]]
    if any(row[0] > 190 for row in found) or re.search(r"\d", text):
        return found
    return found + [row for row in _offices(wanted) if row[0]]


def fits(wanted: str, title: str) -> float:
    """195 for the same, less for its beginning and for what sounds alike, 0 for anything else."""
    key = key_of(title)
    if key == wanted:
        return 195.0
    if len(wanted) >= 4 and key.startswith(wanted):
        return 135.0
    alike = fuzz.ratio(wanted.replace(" ", ""), key.replace(" ", ""))
    return alike if alike >= ALIKE else 0.0


def _offices(wanted: str) -> list[tuple[float, str, Point, str]]:
    seat = city().contact.get("street", "")
    listed = []
    for title, street in Office.objects.filter(authority=Authority.CITY).values_list("title", "street"):
        score = fits(wanted, title)
        houses = queries.find_address(street or seat, 1) if score else []
        listed += [(score, title, house.point, str(house)) for house in houses]
    return listed


def _ours(town: str) -> bool:
    key = key_of(town)
    names = [city().name, city().contact.get("town", ""), *(one.title for one in queries.districts())]
    return any(key == key_of(name) or fuzz.ratio(key, key_of(name)) >= ALIKE for name in names if name)
