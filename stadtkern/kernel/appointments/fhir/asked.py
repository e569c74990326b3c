"""Search parameters of FHIR, read strictly: what is not supported is refused, never silently ignored. Plain Python."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from .capability import INCLUDE, REVINCLUDE, SEARCH
from .ids import of_reference
from .rules import Invalid

COMMON = {"_format", "_count", "_offset", "_include", "_revinclude"}
MOST = 1000
USUAL = 200
MOST_VALUES = 50
_DATE = re.compile(
    r"(eq|gt|lt|ge|le|sa|eb)?(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)"
    r"(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)


@dataclass(frozen=True)
class Between:
    """Moments from `since` on and before `until`."""

    since: datetime | None = None
    until: datetime | None = None

    def has(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass
class Asked:
    """One search: values of each parameter (every list must fit, any value of it), includes and paging."""

    values: dict[str, list[list[str]]] = field(default_factory=dict)
    include: set[str] = field(default_factory=set)
    revinclude: set[str] = field(default_factory=set)
    count: int = USUAL
    offset: int = 0

    def fits(self, name: str, test: Callable[[str], bool]) -> bool:
        return all(any(test(value) for value in alternatives) for alternatives in self.values.get(name, []))


def read(kind: str, query: Mapping[str, Any]) -> Asked:
    """From `request.GET`; a parameter with a modifier counts under its full name."""
    asked = Asked()
    for name, given in _lists(query):
        plain = name.partition(":")[0]
        if plain in COMMON:
            for value in given:
                _common(asked, kind, name, value)
        elif plain not in SEARCH[kind] or not _modifier_fits(name, SEARCH[kind][plain]):
            raise Invalid(400, "not-supported", f"Der Suchparameter {name[:60]} wird hier nicht unterstützt.")
        else:
            asked.values[name] = [_alternatives(value) for value in given]
    return asked


def between(asked: Asked, name: str, zone: Any) -> Between:
    """All conditions on a date together; without an offset the city's time is meant."""
    since: datetime | None = None
    until: datetime | None = None
    for alternatives in asked.values.get(name, []):
        if len(alternatives) != 1:
            raise Invalid(400, "not-supported", f"{name}: ein Wert je Angabe; mehrere Bedingungen als eigene Parameter.")
        prefix, low, high = _span(alternatives[0], zone)
        if prefix in ("eq", "ge"):
            since = low if since is None else max(since, low)
        if prefix in ("gt", "sa"):
            since = high if since is None else max(since, high)
        if prefix in ("eq", "le"):
            until = high if until is None else min(until, high)
        if prefix in ("lt", "eb"):
            until = low if until is None else min(until, low)
    return Between(since, until)


def token(codings: Iterable[tuple[str, str]]) -> Callable[[str], bool]:
    """ "system|code", "|code", "system|" or "code" against these (system, code)."""
    known = list(codings)

    def test(value: str) -> bool:
        system, bar, code = value.partition("|")
        if not bar:
            return any(value == one for _system, one in known)
        return any((not code or code == one) and system == whose for whose, one in known)

    return test


def reference(kind: str, key: str, base: str) -> Callable[[str], bool]:
    """ "Slot/7", the whole address, or "7"."""
    return lambda value: value == key or of_reference(value, kind, base) == key


def text(name: str, own: str) -> Callable[[str], bool]:
    """A string search: from the beginning of a word; `:contains`, `:exact`."""
    if name.endswith(":exact"):
        return lambda value: value == own
    if name.endswith(":contains"):
        return lambda value: value.casefold() in own.casefold()
    return lambda value: any(
        own.casefold()[at:].startswith(value.casefold()) for at in [0, *(m.end() for m in re.finditer(r"\s", own))]
    )


def _lists(query: Mapping[str, Any]) -> Iterable[tuple[str, list[str]]]:
    found: Iterable[tuple[str, list[str]]] = query.lists() if hasattr(query, "lists") else [(k, [v]) for k, v in query.items()]
    return found


def _modifier_fits(name: str, type_: str) -> bool:
    _plain, colon, modifier = name.partition(":")
    return not colon or (type_ == "string" and modifier in ("exact", "contains"))


def _alternatives(value: str) -> list[str]:
    found = [part for part in value.split(",") if part]
    if not found or len(found) > MOST_VALUES:
        raise Invalid(400, "value", f"Ein Suchparameter hat 1 bis {MOST_VALUES} Werte.")
    return found


def _common(asked: Asked, kind: str, name: str, value: str) -> None:
    if name == "_include":
        if value not in INCLUDE[kind]:
            raise Invalid(400, "not-supported", f"_include={value[:60]} wird hier nicht unterstützt.")
        asked.include.add(value)
    elif name == "_revinclude":
        if value not in REVINCLUDE[kind]:
            raise Invalid(400, "not-supported", f"_revinclude={value[:60]} wird hier nicht unterstützt.")
        asked.revinclude.add(value)
    elif name in ("_count", "_offset"):
        if not (value.isascii() and value.isdigit() and len(value) < 7):
            raise Invalid(400, "value", f"{name} ist eine Zahl.")
        number = int(value)
        if name == "_count":
            asked.count = min(number, MOST)
        else:
            asked.offset = number


def _span(value: str, zone: Any) -> tuple[str, datetime, datetime]:
    """Prefix, and the first and the first no longer meant moment."""
    found = _DATE.fullmatch(value)
    if not found:
        raise Invalid(400, "value", "Ein Datum wie 2026-12-01, ge2026-12-01 oder 2026-12-01T09:00:00+01:00.")
    prefix, year, month, on, hour, minute, second, offset = found.groups()
    try:
        if hour is not None:
            iso = f"{year}-{month}-{on}T{hour}:{minute}:{second or '00'}{offset or ''}"
            low = datetime.fromisoformat(iso)
            low = low if low.tzinfo else low.replace(tzinfo=zone)
            return prefix or "eq", low, low + timedelta(seconds=1 if second else 60)
        first = date(int(year), int(month or 1), int(on or 1))
        days = 1 if on else _days(first) if month else (date(int(year) + 1, 1, 1) - first).days
        start = datetime(first.year, first.month, first.day, tzinfo=zone)
        after = first + timedelta(days=days)
        return prefix or "eq", start, datetime(after.year, after.month, after.day, tzinfo=zone)
    except (ValueError, OverflowError) as problem:
        raise Invalid(400, "value", "Dieses Datum gibt es nicht.") from problem


def _days(first: date) -> int:
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return (after - first).days
