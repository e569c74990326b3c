"""Stops as people know them: platforms of one place are one station, found by name with typos and umlauts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from stadtkern.lib.earth import metres
from stadtkern.lib.words import words_in

SAME_PLACE = 250.0  # metres: platforms of one name so near to each other are one station
LONGEST = 80
SURE = 88.0  # as alike as names are that differ by a slip of the finger
SHORT = {"hbf": "hauptbahnhof", "bf": "bahnhof", "bhf": "bahnhof", "str": "strasse", "pl": "platz", "krhs": "krankenhaus"}


@dataclass(frozen=True)
class Station:
    """A station with the platforms vehicles stop at."""

    ref: str  # id of the feed
    name: str
    lat: float
    long: float
    stops: tuple[int, ...]  # indices in the timetable
    zone: str
    wheelchair: int  # 0 unknown, 1 yes, 2 no


def key_of(text: str) -> str:
    """The same for "Haupt-Bahnhof", "hbf" and "HAUPTBAHNHOF"."""
    words = [SHORT.get(word, word) for word in words_in(text[:LONGEST])]
    return " ".join(word.removesuffix("str") + "strasse" if word.endswith("str") and len(word) > 3 else word for word in words)


def _speaks_of(wanted: str, name: str) -> bool:
    """Every longer word of what was typed is in the name, or nearly: "Köln Hbf" is not the main station of our town."""
    if " " not in wanted:
        return True
    return all(len(word) < 4 or fuzz.partial_ratio(word, name) >= 70 for word in wanted.split())


class Stations:
    """All stations of a timetable."""

    def __init__(self, stops: Any, served: Any) -> None:
        self.all: list[Station] = []
        self._scored = lru_cache(maxsize=2000)(self._score)
        self.of_stop: dict[int, Station] = {}
        groups: dict[int, list[int]] = {}
        names: dict[str, list[int]] = {}  # name -> heads of groups that have no parent
        for stop in np.unique(served).tolist():
            parent = int(stops.parent[stop])
            if parent >= 0:
                groups.setdefault(parent, []).append(stop)
                continue
            heads = names.setdefault(str(stops.name[stop]), [])
            head = next((one for one in heads if _near(stops, one, stop)), None)
            if head is None:
                heads.append(stop)
                groups.setdefault(stop, []).append(stop)
            else:
                groups[head].append(stop)
        for head, members in sorted(groups.items()):
            self._add(stops, head, members)
        self.by_ref = {one.ref: one for one in self.all}

    def _add(self, stops: Any, head: int, members: Sequence[int]) -> None:
        lat, long = float(stops.lat[head]), float(stops.long[head])
        if math.isnan(lat):
            lat, long = (
                float(np.nanmean(values[list(members)])) if members else math.nan for values in (stops.lat, stops.long)
            )
        zones = {str(stops.zone[stop]) for stop in members} - {""}
        access = {int(stops.wheelchair[stop]) for stop in members}
        found = Station(
            str(stops.id[head]),
            str(stops.name[head]) or str(stops.name[members[0]]),
            lat,
            long,
            tuple(members),
            zones.pop() if len(zones) == 1 else "",
            1 if access == {1} else 2 if access == {2} else 0,
        )
        self.all.append(found)
        for stop in members:
            self.of_stop[stop] = found

    @cached_property
    def keys(self) -> list[str]:
        return [key_of(one.name) for one in self.all]

    def find(self, text: str, many: int = 8) -> list[Station]:
        """The likeliest first: the same name, names that begin so, that contain the words, that sound alike."""
        return [self.all[at] for at, _score in self.scored(text, many)]

    def scored(self, text: str, many: int = 8) -> list[tuple[int, float]]:
        wanted = key_of(text)
        return list(self._scored(wanted, many)) if len(wanted) >= 2 else []

    def _score(self, wanted: str, many: int) -> tuple[tuple[int, float], ...]:
        found: dict[int, float] = {}
        heads = {at for at, key in enumerate(self.keys) if _is_kind_of(key, wanted)}
        for at, key in enumerate(self.keys):
            if key == wanted:
                found[at] = 200.0
            elif at in heads:
                found[at] = 149.0 - min(40, len(key) - len(wanted)) / 20
            elif key.startswith(wanted):
                less = 10.0 if heads and key[len(wanted)] != " " else 0.0
                found[at] = 150.0 - min(40, len(key) - len(wanted)) / 2 - less
            elif all(f" {word}" in f" {key}" for word in wanted.split()):
                found[at] = 120.0 - min(40, len(key)) / 2
        if len(found) < many:
            joined = wanted.replace(" ", "")
            for name, score, at in process.extract(joined, self._joined, scorer=fuzz.ratio, limit=many, score_cutoff=68):
                if score >= SURE or _speaks_of(wanted, name):
                    found.setdefault(at, float(score))
        return tuple(sorted(found.items(), key=lambda pair: (-pair[1], self.keys[pair[0]]))[:many])

    @cached_property
    def _joined(self) -> list[str]:
        return [key.replace(" ", "") for key in self.keys]

    def near(self, lat: float, long: float, within: float = 800.0, many: int = 8) -> list[tuple[Station, int]]:
        """Stations around a place with their distance in metres, the nearest first."""
        lats, longs = self._places
        far = np.hypot(lats - lat, (longs - long) * math.cos(math.radians(lat))) * 111_195
        order = np.argsort(far, kind="stable")[:many]
        return [(self.all[at], int(far[at])) for at in order.tolist() if far[at] <= within]

    @cached_property
    def _places(self) -> tuple[Any, Any]:
        lats, longs = (np.array([getattr(one, name) for one in self.all], np.float64) for name in ("lat", "long"))
        return np.nan_to_num(lats, nan=1e6), np.nan_to_num(longs, nan=1e6)


def _is_kind_of(key: str, wanted: str) -> bool:
    """ "hauptbahnhof" is a "bahnhof", "bahnhofstrasse" is a street: the end of a German word says what it is."""
    return len(wanted) >= 6 and " " not in wanted and any(word != wanted and word.endswith(wanted) for word in key.split())


def _near(stops: Any, one: int, other: int) -> bool:
    points = [(float(stops.lat[at]), float(stops.long[at])) for at in (one, other)]
    return not any(math.isnan(value) for point in points for value in point) and metres(*points) <= SAME_PLACE
