"""appointments.toml, strictly read: what a city may say about its places, counters, matters and hours."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

from stadtkern.lib.calendar import LANDS

from . import release
from .plan import span

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHANNELS = ("desk", "phone", "video")
MATTER = {
    "title": str, "service": str, "minutes": int, "per_person": int, "before": int, "after": int, "step": int,
    "persons_max": int, "channels": list, "per_person_limit": int, "words": list, "note": str,
}  # fmt: skip
PLACE = {"title": str, "street": str, "postcode": str, "town": str, "note": str}
Hour = tuple[int, time, time]


class Wrong(Exception):
    """What is wrong in the file, all of it."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class MatterData:
    """Values for the table."""

    values: dict[str, Any]


@dataclass(frozen=True)
class CounterData:
    """One counter; `count = 6` in the file makes six of them."""

    name: str
    channels: tuple[str, ...]
    matters: tuple[str, ...]
    hours: tuple[Hour, ...] = ()


@dataclass(frozen=True)
class PlaceData:
    """One place with all that belongs to it."""

    values: dict[str, Any]
    office: str
    state: str
    hours: tuple[Hour, ...]
    counters: dict[str, CounterData] = field(default_factory=dict)
    exceptions: tuple[dict[str, Any], ...] = ()


def load(file: Path) -> tuple[dict[str, MatterData], dict[str, PlaceData]]:
    """Both tables of the file; nothing where there is none. Raises Wrong."""
    raw = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return read(raw)


def read(raw: Mapping[str, Any]) -> tuple[dict[str, MatterData], dict[str, PlaceData]]:
    """Checked. Raises Wrong with every problem."""
    problems: list[str] = []
    problems += [f"unbekannt: [{key}]" for key in raw if key not in ("matters", "places", "release")]
    matters = {key: MatterData(_matter(key, told, problems)) for key, told in raw.get("matters", {}).items()}
    places = {key: _place(key, told, set(matters), problems) for key, told in raw.get("places", {}).items()}
    try:
        release.read(raw)
    except release.BadRule as error:
        problems.append(str(error))
    if problems:
        raise Wrong(problems)
    return matters, places


def _matter(key: str, told: Mapping[str, Any], problems: list[str]) -> dict[str, Any]:
    where = f"matters.{key}"
    values = _values(where, told, MATTER, problems)
    if not values.get("title"):
        problems.append(f"{where}: title fehlt.")
    for name in ("minutes", "persons_max"):
        if values.get(name, 1) < 1:
            problems.append(f"{where}.{name}: mindestens 1.")
    if values.get("step", 0) % 5:
        problems.append(f"{where}.step: ein Vielfaches von 5 Minuten.")
    _channels(where, values.get("channels", ["desk"]), problems)
    _key(where, key, problems)
    return {"service": key if told.get("service") is None else told["service"], **values}


def _place(key: str, told: Mapping[str, Any], matters: set[str], problems: list[str]) -> PlaceData:
    where = f"places.{key}"
    _key(where, key, problems)
    rest = {name: value for name, value in told.items() if name not in ("office", "state", "hours", "counters", "exceptions")}
    values = _values(where, rest, PLACE, problems)
    if not values.get("title") or not isinstance(told.get("office"), str):
        problems.append(f"{where}: title und office müssen da sein.")
    if (state := told.get("state", "")) and state not in LANDS:
        problems.append(f"{where}.state: „{state}“ ist kein Land.")
    counters: dict[str, CounterData] = {}
    for number, one in enumerate(told.get("counters", [])):
        counters |= _counters(f"{where}.counters[{number}]", one, matters, problems)
    exceptions = tuple(_exception(f"{where}.exceptions", one, set(counters), problems) for one in told.get("exceptions", []))
    hours = _hours(f"{where}.hours", told.get("hours", {}), problems)
    return PlaceData(values, str(told.get("office", "")), state, hours, counters, exceptions)


def _counters(where: str, one: Mapping[str, Any], matters: set[str], problems: list[str]) -> dict[str, CounterData]:
    known = {"key", "name", "count", "channels", "matters", "hours"}
    problems += [f"{where}: „{name}“ gibt es nicht." for name in one if name not in known]
    if unknown := [key for key in one.get("matters", []) if key not in matters]:
        problems.append(f"{where}.matters: {', '.join(map(str, unknown))} steht nicht in [matters].")
    _channels(where, one.get("channels", ["desk"]), problems)
    count, key, name = one.get("count", 1), str(one.get("key", "")), str(one.get("name", ""))
    _key(where, key, problems)
    if not name or not isinstance(count, int) or not 1 <= count <= 500:
        problems.append(f"{where}: name muss da sein, count von 1 bis 500.")
        return {}
    hours = _hours(f"{where}.hours", one.get("hours", {}), problems)
    told = (tuple(one.get("channels", ["desk"])), tuple(k for k in one.get("matters", []) if k in matters), hours)
    if count == 1:
        return {key: CounterData(name.replace("{n}", "1"), *told)}
    names = {f"{key}{n}": (name if "{n}" in name else name + " {n}").replace("{n}", str(n)) for n in range(1, count + 1)}
    return {one_key: CounterData(one_name, *told) for one_key, one_name in names.items()}


def _exception(where: str, one: Mapping[str, Any], counters: set[str], problems: list[str]) -> dict[str, Any]:
    first = one.get("first")
    last = one.get("last", first)
    if not isinstance(first, date) or not isinstance(last, date) or last < first:
        problems.append(f"{where}: first und last sind Tage, last nicht vor first.")
        return {}
    if (counter := one.get("counter", "")) and counter not in counters:
        problems.append(f"{where}.counter: „{counter}“ gibt es hier nicht.")
    pairs = [list(pair) for pair in one.get("hours", [])]
    _hours(where, {"mon": pairs}, problems)
    return {"first": first, "last": last, "counter": counter, "hours": pairs, "reason": str(one.get("reason", ""))[:200]}


def _hours(where: str, told: Mapping[str, Any], problems: list[str]) -> tuple[Hour, ...]:
    found = []
    for day, pairs in told.items():
        if day not in WEEKDAYS:
            problems.append(f"{where}: „{day}“ ist kein Wochentag ({', '.join(WEEKDAYS)}).")
            continue
        for pair in pairs:
            try:
                opens, closes = span(pair)
            except (ValueError, TypeError):
                problems.append(f'{where}.{day}: Zeiten stehen als ["08:00", "12:00"].')
                continue
            if opens >= closes:
                problems.append(f"{where}.{day}: das Ende liegt nicht nach dem Anfang.")
            found.append((WEEKDAYS.index(day), opens, closes))
    return tuple(found)


def _values(where: str, told: Mapping[str, Any], known: Mapping[str, type], problems: list[str]) -> dict[str, Any]:
    problems += [f"{where}: „{name}“ gibt es nicht." for name in told if name not in known]
    wrong = [name for name in told if name in known and (type(told[name]) is not known[name])]
    problems += [f"{where}.{name}: hier steht etwas anderes als erwartet." for name in wrong]
    return {name: value for name, value in told.items() if name in known and name not in wrong}


def _channels(where: str, found: Any, problems: list[str]) -> None:
    if not found or [one for one in found if one not in CHANNELS]:
        problems.append(f"{where}.channels: aus {', '.join(CHANNELS)}.")


def _key(where: str, key: str, problems: list[str]) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", key):
        problems.append(f"{where}: der Schlüssel besteht aus kleinen Buchstaben, Ziffern und Unterstrichen.")
