"""The books of the directory: the federal lists and our own words for them, read once when first needed."""

import csv
import gzip
import io
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .entry import Entry, Field, Situation

DATA = Path(__file__).parent / "data"
HOMELESS = "opfer"  # the Lage of the few entries that belong to no OZG-Leistung: all are matters of the police


def book(name: str) -> dict[str, Any]:
    """A TOML file of `data/` by its name."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _english() -> dict[str, dict[str, str]]:
    return book("english")


def english(shelf: str, key: str) -> str:
    """The English name of a field, situation or body; "" where there is none."""
    return _english()[shelf].get(key, "")


@cache
def fields() -> Mapping[str, Field]:
    """The Themenfelder by key, in the order they are shown."""
    return MappingProxyType({raw["key"]: _field(raw) for raw in book("situations")["fields"]})


def _field(raw: Mapping[str, Any]) -> Field:
    situations_ = tuple(_situation(raw["key"], one) for one in raw["situations"])
    return Field(raw["key"], raw["title"], situations_, english("fields", raw["key"]))


def _situation(field: str, raw: Mapping[str, Any]) -> Situation:
    business = raw.get("business", False)
    audiences = ("companies", *(["citizens"] if raw.get("citizens") else [])) if business else ("citizens",)
    events = tuple(raw.get("events", ()))
    return Situation(raw["key"], raw["title"], field, business, audiences, events, english("situations", raw["key"]))


@cache
def situations() -> Mapping[str, Situation]:
    """The Lagen by key."""
    return MappingProxyType({one.key: one for field in fields().values() for one in field.situations})


def of_event(event: str) -> list[Situation]:
    """The Lagen behind a life event of the start page."""
    return [one for one in situations().values() if event in one.events]


@cache
def entries() -> Mapping[str, Entry]:
    """Every entry by key: the OZG-Leistungen first, then the LeiKa entries, each in the order of the lists."""
    names = {raw["lage"]: situations()[raw["key"]] for field in book("situations")["fields"] for raw in field["situations"]}
    words: dict[str, list[str]] = book("words")
    found: dict[str, Entry] = {}
    for row in _rows((DATA / "ozg.csv").read_bytes()):
        key = row["id"]
        found[key] = Entry(key, row["title"], key, "", names[row["situation"]], tuple(words.get(key, ())))
    for row in _rows(gzip.decompress((DATA / "leika.csv.gz").read_bytes())):
        bundle = found.get(row["ozg"])
        place = bundle.situation if bundle else situations()[HOMELESS]
        key = row["key"]
        found[key] = Entry(key, row["title"], row["ozg"], row["type"], place, tuple(words.get(key, ())))
    return MappingProxyType(found)


def _rows(raw: bytes) -> "csv.DictReader[str]":
    return csv.DictReader(io.StringIO(raw.decode("utf-8")))


@cache
def bundles() -> Mapping[str, tuple[Entry, ...]]:
    """OZG id -> the LeiKa entries below it; "" holds those that belong to none."""
    found: dict[str, list[Entry]] = {}
    for entry in entries().values():
        below = found.setdefault(entry.ozg, [])
        if entry.kind == "leika":
            below.append(entry)
    return MappingProxyType({ozg: tuple(below) for ozg, below in found.items()})


def place_of(key: str) -> int:
    """Number of the entry behind this one in the order of the directory; 0 for an unknown key."""
    return _places().get(key, -1) + 1


@cache
def _places() -> Mapping[str, int]:
    return {key: number for number, key in enumerate(entries())}


def nearest(leika: str) -> Entry | None:
    """The entry of a LeiKa key; for a key younger than the list the first one about the same object (its first 8 digits)."""
    return entries().get(leika) or _objects().get(leika[:8])


@cache
def _objects() -> Mapping[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries().values():
        if entry.leika and entry.ozg:
            found.setdefault(entry.leika[:8], entry)
    return found


@cache
def shelves(*, business: bool) -> tuple[tuple[Field, tuple[tuple[Situation, int], ...]], ...]:
    """Themenfelder with their Lebenslagen, or Geschäftslagen, and how many OZG-Leistungen each holds."""
    count: dict[str, int] = {}
    for entry in entries().values():
        if entry.kind == "ozg":
            count[entry.situation.key] = count.get(entry.situation.key, 0) + 1
    found = []
    for field in fields().values():
        places = tuple((one, count.get(one.key, 0)) for one in field.situations if one.business is business)
        if places:
            found.append((field, places))
    return tuple(found)
