"""Who is responsible for an entry: the city's rules by office and district over what is usual in Germany."""

import logging
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings

from stadtkern.lib.words import plain

from ..table import Table
from . import books
from .entry import Entry, in_language

log = logging.getLogger(__name__)
FILE = "responsibility.toml"
LEVELS = ("city", "district", "state", "federal", "self")
OWN = ("city", "district")  # what a city may do itself
POLICE, FEDERAL = "polizei", "bund"
_STREET = re.compile(r"(str\.?|strasse)$")
_RANGE = re.compile(r"(.+?)\s+(\d+)-(\d+)")
_NUMBER = re.compile(r"(.*?)\s*(\d{1,4})\s*[a-z]?(?:\s*-\s*\d+)?$")


@dataclass(frozen=True)
class Body:
    """An authority beside the city: `level` is city, district, state, federal or self (self-governing, as insurance funds)."""

    key: str
    german: str
    level: str
    about: str = ""
    web: str = ""
    phone: str = ""
    english: str = ""

    @property
    def title(self) -> str:
        """In the reader's language."""
        return in_language(self.german, self.english)


@dataclass(frozen=True)
class District:
    """A part of the city: whole streets, or "Nordring 1-40", or postcodes."""

    key: str
    title: str
    streets: tuple[str, ...]
    postcodes: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """What an office of the city, or an authority elsewhere, is responsible for; `districts` empty = everywhere."""

    office: str
    ozg: frozenset[str]
    leika: tuple[str, ...]
    situations: frozenset[str]
    fields: frozenset[str]
    bodies: frozenset[str]
    districts: tuple[str, ...]
    elsewhere: Body | None = None

    def closeness(self, entry: Entry, body: Body) -> int:
        """0 = does not speak of it; closest is a LeiKa beginning, then OZG id, body elsewhere, Lage, Themenfeld, body."""
        near = max((len(start) for start in self.leika if entry.leika.startswith(start)), default=0)
        if near:
            return 100 + near
        if body.level not in OWN and entry.type == "1":
            return 0
        if entry.ozg in self.ozg:
            return 40
        if body.level not in OWN:  # only who names a matter of a court or a fund expressly takes it over
            return 0
        if self.elsewhere and body.key in self.bodies:
            return 35
        if entry.situation.key in self.situations:
            return 30
        if entry.situation.field in self.fields:
            return 20
        return 10 if body.key in self.bodies else 0


@dataclass(frozen=True)
class Responsibility:
    """`offices`: keys of the offices of the city, several where the district decides; empty = `body` is responsible."""

    offices: tuple[str, ...]
    body: Body
    by_district: Mapping[str, str]  # district key -> office key

    @property
    def ours(self) -> bool:
        """Whether the city takes an application for it."""
        return bool(self.offices)


class Rules:
    """One city's responsibility.toml."""

    def __init__(self, raw: Mapping[str, Any], problems: list[str]) -> None:
        top = Table(raw, FILE, problems)
        self.office = top.text("office", required=True)
        self.districts = {key: _district(key, part) for key, part in _tables(top, "districts")}
        self.rules = [_rule(part, part.text("office", required=True)) for part in top.tables("rules")]
        self.rules += [_rule(part, "", _elsewhere(key, part)) for key, part in _tables(top, "elsewhere")]
        self._known: dict[str, Responsibility] = {}
        top.done()
        for rule in self.rules:
            problems += [f"{FILE} districts: „{key}“ gibt es nicht." for key in rule.districts if key not in self.districts]

    def responsible(self, entry: Entry) -> Responsibility:
        """The closest rules decide; without one the city's first office takes what is municipal, nobody else's."""
        if entry.key not in self._known:
            self._known[entry.key] = self._find(entry)
        return self._known[entry.key]

    def _find(self, entry: Entry) -> Responsibility:
        body = usual_body(entry)
        near = [(rule.closeness(entry, body), rule) for rule in self.rules]
        closest = max((closeness for closeness, _ in near), default=0)
        chosen = [rule for closeness, rule in near if closeness == closest and closeness]
        if not chosen:
            offices = (self.office,) if body.level == "city" and self.office else ()
            return Responsibility(offices, body, {})
        if elsewhere := chosen[0].elsewhere:
            return Responsibility((), elsewhere, {})
        if all(rule.districts for rule in chosen):
            places = {district: rule.office for rule in chosen for district in rule.districts}
            return Responsibility(tuple(dict.fromkeys(rule.office for rule in chosen)), body, MappingProxyType(places))
        return Responsibility((next(rule.office for rule in chosen if not rule.districts),), body, {})

    def district_of(self, place: str) -> District | None:
        """The district of a street with or without house number, of a postcode, or by its name; None where unknown."""
        said = plain(" ".join(place.split())[:200])
        found = _NUMBER.fullmatch(said)
        street, number = (_street(found[1]), int(found[2])) if found else (_street(said), None)
        for district in self.districts.values():
            if said and said in (plain(district.title), district.key, *district.postcodes):
                return district
            if street and any(_lies_in(street, number, known) for known in district.streets):
                return district
        return None


def responsible(entry: Entry) -> Responsibility:
    """Who is responsible for this entry in this city; no query."""
    return rules().responsible(entry)


def responsible_office(entry: Entry, place: str = "") -> str | None:
    """Key of the office of the city, for somebody at `place` (street and house number, postcode or district).

    None: the city is not responsible, or the place is needed and not known.
    """
    found = responsible(entry)
    if not found.by_district:
        return found.offices[0] if found.offices else None
    district = rules().district_of(place)
    return found.by_district.get(district.key) if district else None


def usual_body(entry: Entry) -> Body:
    """Who executes it as a rule: LeiKa type 1 is the federation's, unless a federal body of its own is known."""
    if not entry.ozg:
        return bodies()[POLICE]
    body = _by_ozg()[entry.ozg]
    return bodies()[FEDERAL] if entry.type == "1" and body.level in OWN else body


def rules() -> Rules:
    """The rules of this city as they stand in the file now; without a file only what is usual."""
    file = settings.CITY_FOLDER / FILE
    try:
        stamp = file.stat().st_mtime_ns
    except OSError:
        return _no_rules()
    return _read(file, stamp)


@lru_cache(maxsize=4)
def _read(file: Path, stamp: int) -> Rules:
    try:
        return Rules(tomllib.loads(file.read_text(encoding="utf-8")), [])
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        log.exception("%s cannot be read; only what is usual counts", file)
        return _no_rules()


@cache
def _no_rules() -> Rules:
    return Rules({"office": "buergeramt"}, [])


def faults(known_offices: set[str]) -> list[str]:
    """What is wrong with the file, in German, for `manage.py check`."""
    file = settings.CITY_FOLDER / FILE
    if not file.is_file():
        return []
    problems: list[str] = []
    try:
        found = Rules(tomllib.loads(file.read_text(encoding="utf-8")), problems)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [f"{FILE} ist kein gültiges TOML: {error}"]
    named = {found.office, *(rule.office for rule in found.rules if not rule.elsewhere)}
    return problems + [f"{FILE}: die Stelle „{key}“ gibt es nicht." for key in sorted(named - known_offices) if known_offices]


@cache
def bodies() -> Mapping[str, Body]:
    """Authorities by key."""
    return {
        key: Body(key, raw["title"], raw["level"], raw.get("about", ""), raw.get("web", ""), "", books.english("bodies", key))
        for key, raw in books.book("bodies").items()
    }


@cache
def _by_ozg() -> Mapping[str, Body]:
    return {str(ozg): bodies()[key] for key, raw in books.book("bodies").items() for ozg in raw["ozg"]}


def _tables(top: Table, key: str) -> Iterator[tuple[str, Table]]:
    below = top.table(key)
    for name in below.raw:
        yield name, below.table(name)


def _district(key: str, part: Table) -> District:
    found = District(key, part.text("title", key), part.words("streets"), part.words("postcodes"))
    part.done()
    return found


def _elsewhere(key: str, part: Table) -> Body:
    title, level = part.text("title", required=True), part.text("level", "district", one_of=LEVELS)
    return Body(key, title, level, part.text("about"), part.text("web"), part.text("phone"))


def _rule(part: Table, office: str, elsewhere: Body | None = None) -> Rule:
    ozg = part.any("ozg") or []
    if not isinstance(ozg, list) or not all(str(one) in books.entries() for one in ozg):
        part.complain("ozg", "muss eine Liste von OZG-Nummern sein, zum Beispiel [10124].")
        ozg = []
    rule = Rule(
        office=office,
        ozg=frozenset(str(one) for one in ozg),
        leika=part.words("leika"),
        situations=frozenset(part.words("situations", one_of=books.situations())),
        fields=frozenset(part.words("fields", one_of=books.fields())),
        bodies=frozenset(part.words("bodies", one_of=bodies())),
        districts=part.words("districts"),
        elsewhere=elsewhere,
    )
    part.done()
    return rule


def _street(text: str) -> str:
    return _STREET.sub("str", text.strip(" .,")).replace("-", " ").replace(" str", "str")


def _lies_in(street: str, number: int | None, known: str) -> bool:
    found = _RANGE.fullmatch(plain(known))
    if not found:
        return _street(plain(known)) == street
    return _street(found[1]) == street and number is not None and int(found[2]) <= number <= int(found[3])
