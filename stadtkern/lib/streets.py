"""Streets and house numbers as statutes write them: "odd 1-19, even 2-40"; which number lies within."""

import re
from collections.abc import Mapping

from .words import plain

_PART = re.compile(r"(?:(odd|even)\s*)?(?:(\d{1,4})\s*(?:-\s*(\d{1,4})?)?)?")


def street_key(street: str) -> str:
    """The same for "Lindenstr.", "Lindenstraße" and "LINDEN-STRASSE"."""
    joined = re.sub(r"[^a-z0-9]", "", plain(street))
    return re.sub(r"str$", "strasse", joined)


def number_of(house_number: str) -> int | None:
    """12 of "12 a"; None where there is no number."""
    found = re.match(r"\s*(\d{1,4})(?!\d)", house_number)
    return int(found[1]) if found else None


def covers(ranges: str, house_number: str) -> bool:
    """Whether a house lies within "all", "1-19", "odd 1-19, even 2-40", "even 2-" or "7"."""
    number = number_of(house_number)
    if number is None:
        return False
    return any(_covers(part.strip(), number) for part in ranges.split(","))


def _covers(part: str, number: int) -> bool:
    if part == "all":
        return True
    found = _PART.fullmatch(part)
    if found is None or not part:
        return False
    side, first, last = found.groups()
    if side and number % 2 != (side == "odd"):
        return False
    if first is None:
        return True
    end = int(last) if last else None if "-" in part else int(first)
    return int(first) <= number and (end is None or number <= end)


def mistakes(ranges: str) -> bool:
    """Whether this cannot be read."""
    return any(part.strip() != "all" and (not part.strip() or not _PART.fullmatch(part.strip())) for part in ranges.split(","))


def zone_of(zones: Mapping[str, Mapping[str, str]], street: str, house_number: str) -> str:
    """The first zone (key -> street -> ranges) this house lies in; "" for none."""
    wanted = street_key(street)
    for zone, streets in zones.items():
        if any(street_key(name) == wanted and covers(ranges, house_number) for name, ranges in streets.items()):
            return zone
    return ""
