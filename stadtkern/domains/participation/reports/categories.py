"""Categories of reports as data: categories.toml here, overlaid by `cities/<city>/participation/reports.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from stadtkern.lib.georeport.shapes import DATATYPES, LIST_TYPES, TYPES, Attribute

HERE = Path(__file__).with_name("categories.toml")
RADIUS, DAYS = 50, 30  # metres and days within which two reports of one category are likely the same
FIELDS = {
    "title",
    "title_en",
    "group",
    "words",
    "office",
    "team",
    "promise_days",
    "radius",
    "days",
    "hint",
    "hidden",
    "contractor",
}
FIELDS |= {"attributes", "receipt"}


@dataclass(frozen=True)
class Kind:
    """A category: what it is called, who works on it, by when, and what counts as the same."""

    key: str
    title: str
    group: str
    office: str
    title_en: str = ""
    team: str = ""
    contractor: str = ""
    words: tuple[str, ...] = ()
    promise_days: int = 10  # working days
    radius: int = RADIUS
    days: int = DAYS
    hint: str = ""
    hidden: bool = False  # no longer offered; older reports keep it
    receipt: str = "realtime"  # what other systems get for one: its number, a token until somebody has looked, nothing
    attributes: tuple[Attribute, ...] = ()  # what other systems are asked besides (Open311)

    @property
    def label(self) -> str:
        """The title in the reader's language."""
        return (get_language() == "en" and self.title_en) or self.title


@dataclass(frozen=True)
class Elsewhere:
    """What the city is not responsible for, and who helps."""

    title: str
    text: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """These categories (none: all) in these districts (none: all) go to this office, team, contractor."""

    categories: frozenset[str]
    districts: frozenset[str]
    office: str = ""
    team: str = ""
    contractor: str = ""


@dataclass(frozen=True)
class Plan:
    """Everything the files say."""

    kinds: Mapping[str, Kind]
    groups: Mapping[str, str]
    teams: Mapping[str, str]
    groups_en: Mapping[str, str] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    texts: tuple[tuple[str, str, str], ...] = ()  # templates of answers: key, title, text
    offered: tuple[Kind, ...] = field(default=())

    def grouped(self) -> list[tuple[str, list[Kind]]]:
        """For a list to choose from: title of the group, its categories."""
        titles = {**self.groups, **self.groups_en} if get_language() == "en" else self.groups
        return [(titles[key], [one for one in self.offered if one.group == key]) for key in self.groups]

    def kind(self, key: str) -> Kind:
        """The category; "something else" where it was taken out."""
        return self.kinds.get(key) or self.kinds.get("anderes") or Kind(key, key, "", "")

    def title(self, key: str) -> str:
        """In German words; the key itself where a category was taken out."""
        return self.kinds[key].title if key in self.kinds else key

    def label(self, key: str) -> str:
        """In words of the reader's language."""
        return self.kinds[key].label if key in self.kinds else key


def plan() -> Plan:
    """The categories of this city, read again when a file changes."""
    own = Path(settings.CITY_FOLDER) / "participation" / "reports.toml"
    return _read(own, own.stat().st_mtime_ns if own.is_file() else 0)


@lru_cache(maxsize=4)
def _read(own: Path, changed: int) -> Plan:
    base = tomllib.loads(HERE.read_text(encoding="utf-8"))
    more = tomllib.loads(own.read_text(encoding="utf-8")) if own.is_file() else {}
    groups, teams = base["groups"] | more.get("groups", {}), base["teams"] | more.get("teams", {})
    kinds = {one["key"]: _kind(one) for one in base["categories"]}
    for key, changes in more.get("categories", {}).items():
        kinds[key] = replace(kinds[key], **_known(changes)) if key in kinds else _kind({"key": key, **changes})
    wrong = [one.key for one in kinds.values() if one.group not in groups or (one.team and one.team not in teams)]
    if wrong:
        raise ValueError(f"{own}: group or team of {', '.join(wrong)} is not there")
    return Plan(
        kinds,
        groups,
        teams,
        {key: one for key, one in {**base["groups_en"], **more.get("groups_en", {})}.items() if key in groups},
        tuple(_route(one) for one in more.get("routes", ())),
        tuple(
            Elsewhere(one["title"], one["text"], tuple(one.get("words", ())))
            for one in [*base.get("elsewhere", ()), *more.get("elsewhere", ())]
        ),
        tuple((one["key"], one["title"], one["text"]) for one in more.get("texts", ())),
        tuple(one for one in kinds.values() if not one.hidden),
    )


def _kind(one: Mapping[str, Any]) -> Kind:
    told = {name: value for name, value in one.items() if name != "key"}
    return Kind(key=str(one["key"]), **_known(told))


def _known(told: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(told) - FIELDS:
        raise ValueError(f"categories of reports: unknown {', '.join(sorted(unknown))}")
    known = {name: tuple(value) if name == "words" else value for name, value in told.items()}
    if known.get("receipt", "realtime") not in TYPES:
        raise ValueError(f"categories of reports: receipt is one of {', '.join(TYPES)}")
    if "attributes" in known:
        known["attributes"] = tuple(_attribute(one, order) for order, one in enumerate(known["attributes"], 1))
    return known


def _attribute(one: Mapping[str, Any], order: int) -> Attribute:
    """`{ code, description, datatype, required, help, values = { key = "name" } }`; the order is that of the file."""
    kind, values = (
        str(one.get("datatype", "string")),
        tuple((str(key), str(name)) for key, name in one.get("values", {}).items()),
    )
    if kind not in DATATYPES or (kind in LIST_TYPES) != bool(values):
        raise ValueError(f"categories of reports: attribute {one.get('code')}: datatype or values are wrong")
    return Attribute(
        str(one["code"]), str(one["description"]), kind, bool(one.get("variable", True)), bool(one.get("required", False)),
        order, str(one.get("help", "")), values,
    )  # fmt: skip


def _route(one: Mapping[str, Any]) -> Route:
    names = {name: str(one.get(name, "")) for name in ("office", "team", "contractor")}
    return Route(frozenset(one.get("categories", ())), frozenset(one.get("districts", ())), **names)


@dataclass(frozen=True)
class Charge:
    """Keys of who works on a report."""

    office: str
    team: str
    contractor: str


def in_charge(category: str, district: str) -> Charge:
    """The first route that fits; what it leaves open says the category."""
    kind = plan().kinds[category]
    for route in plan().routes:
        if (not route.categories or category in route.categories) and (not route.districts or district in route.districts):
            return Charge(route.office or kind.office, route.team or kind.team, route.contractor or kind.contractor)
    return Charge(kind.office, kind.team, kind.contractor)


def not_ours(text: str) -> Elsewhere | None:
    """What somebody describes is a matter of others; only said, the report can be sent all the same."""
    plain = text.casefold()
    return next((one for one in plan().elsewhere if any(word.casefold() in plain for word in one.words)), None)
