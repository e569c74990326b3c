"""Texts, fees and deadlines of a service as a form: what stands in which input, and what goes into the city's overlay."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from stadtkern.lib.forms.model import Answers, Element, Field, Group, Kind, Option, Step

from ..fee import TABLES
from ..folders import OVERLAY, SERVICE, Folder, merged
from ..schema import OCCASIONS
from ..service import ServiceBroken
from .files import Edit, Path_

PLAIN = ("percent", "prozent", "count", "anzahl", "days", "tage", "years", "jahre", "months", "monate")  # no amounts of money
UNITS = {"days": "Tage", "weeks": "Wochen", "months": "Monate"}
WITHIN = ("decision", "within")


@dataclass(frozen=True)
class Entry:
    """One input of the page: its place in the form ("basic/title") and in the file."""

    at: str
    keys: Path_
    field: Field
    lines: bool = False  # a list, one entry a line
    needed: bool = False  # emptied, it falls back to the text of the service

    @property
    def words(self) -> str:
        """What it is called in a list of changes."""
        return f"{self.field.label} (Englisch)" if self.keys[0] == "texts" else self.field.label


def entries(raw: Mapping[str, Any]) -> list[tuple[str, str, list[Entry]]]:
    """The page in groups: (key, title, inputs); fees are those of this service."""
    groups = [
        ("basic", "Auf der Seite der Leistung", list(_basic("basic", ()))),
        ("fee", "Gebühren", list(_fees(raw.get("fee")))),
        ("time", "Fristen", list(_times())),
        ("message", "Sätze im Bescheid und in Nachrichten", list(_messages())),
        ("en", "Auf Englisch", list(_basic("en", ("texts", "en")))),
    ]
    return [(key, title, found) for key, title, found in groups if found]


def _basic(group: str, prefix: Path_) -> Iterator[Entry]:
    own = not prefix
    for key, label, help_, kind, most in (
        ("title", "Titel", "in Alltagsworten" if own else "", Kind.TEXT, 150),
        ("teaser", "Ein Satz dazu", "", Kind.TEXT, 300),
        (
            "description",
            "Was man wissen sollte",
            "Absätze durch eine leere Zeile trennen" if own else "",
            Kind.LONG_TEXT,
            10_000,
        ),
        (
            "cost",
            "Kosten in Worten",
            "In geschweiften Klammern steht der Name eines Betrags: {amount}" if own else "",
            Kind.TEXT,
            300,
        ),
    ):
        needed = own and key in ("title", "teaser")
        field = Field(key, label, kind, minimum=0, max_length=most, help=help_)
        yield Entry(f"{group}/{key}", (*prefix, key), field, needed=needed)
    for key, label in (("needs", "Was man braucht"), ("synonyms", "Suchwörter")):
        field = Field(key, label, Kind.LONG_TEXT, minimum=0, max_length=5_000, help="eine Angabe je Zeile" if own else "")
        yield Entry(f"{group}/{key}", (*prefix, key), field, lines=True)
    if own:
        yield Entry(
            f"{group}/legal_basis", ("legal_basis",), Field("legal_basis", "Rechtsgrundlage", Kind.TEXT, 0, max_length=1_000)
        )


def _fees(fee: object) -> Iterator[Entry]:
    for key in fee if isinstance(fee, dict) else ():
        if key in TABLES:  # tax, reductions, instalments: in the file
            continue
        money = not key.endswith(PLAIN)
        label = "Gebühr" if key == "amount" else key
        help_ = "in Euro, zum Beispiel 12,50" if money else "ganze Zahl"
        field = Field(key, label, Kind.MONEY if money else Kind.NUMBER, min_value=0, max_value=10**9, help=help_)
        yield Entry(f"fee/{key}", ("fee", key), field, needed=True)


def _times() -> Iterator[Entry]:
    number = Field("number", "Entscheidung spätestens nach", Kind.NUMBER, min_value=1, max_value=999)
    yield Entry("time/number", WITHIN, number, needed=True)
    unit = Field("unit", "Einheit", Kind.CHOICE, options=tuple(Option(*pair) for pair in UNITS.items()))
    yield Entry("time/unit", WITHIN, unit, needed=True)
    years = Field("years", "Vorgang aufbewahren (Jahre)", Kind.NUMBER, min_value=0, max_value=200)
    yield Entry("time/years", ("keep", "years"), years, needed=True)
    because = Field("because", "Grund der Aufbewahrung", Kind.TEXT, max_length=500)
    yield Entry("time/because", ("keep", "because"), because, needed=True)


def _messages() -> Iterator[Entry]:
    names = {
        "submitted": "Nach dem Absenden", "decided": "Wenn entschieden ist", "granted": "Bewilligt",
        "partly": "Teilweise bewilligt", "rejected": "Abgelehnt",
    }  # fmt: skip
    for key in OCCASIONS:
        field = Field(key, names.get(key, key), Kind.LONG_TEXT, minimum=0, max_length=5_000)
        yield Entry(f"message/{key}", ("message", key), field)


def page(groups: list[tuple[str, str, list[Entry]]]) -> Step:
    """The form of the page."""
    children: tuple[Element, ...] = tuple(
        Group(key, title, tuple(replace(entry.field, minimum=0) for entry in found)) for key, title, found in groups
    )
    return Step("texte", "Texte, Gebühren, Fristen", children)


def raws(folder: Folder, overlay: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """service.toml alone, and with this overlay; raises ServiceBroken where one of them is no TOML."""
    base = folder.text(SERVICE) or ""
    texts = {SERVICE: base, **({OVERLAY: overlay} if overlay.strip() else {})}
    try:
        return tomllib.loads(base), merged(texts, [])
    except tomllib.TOMLDecodeError as error:
        raise ServiceBroken(f"Eine Datei dieser Leistung ist kein gültiges TOML: {error}") from error


def answers_of(found: list[tuple[str, str, list[Entry]]], raw: Mapping[str, Any]) -> Answers:
    """What the inputs show."""
    answers: Answers = {}
    for _, _, group in found:
        for entry in group:
            value = _at(raw, entry.keys)
            if entry.keys == WITHIN:
                parts = re.fullmatch(r"(\d+) (day|week|month)s?", str(value or ""))
                value = None if not parts else int(parts[1]) if entry.at.endswith("number") else f"{parts[2]}s"
            elif entry.lines and isinstance(value, list):
                value = "\n".join(str(one) for one in value)
            if isinstance(value, str):
                value = value.strip()
            answers[entry.at] = value
    return answers


def edits_from(
    found: list[tuple[str, str, list[Entry]]], shown: Mapping[str, Any], posted: Mapping[str, Any], base: Mapping[str, Any]
) -> list[Edit]:
    """What was changed on the page; a text that is that of the service again needs no overlay."""
    edits: dict[Path_, Any] = {}
    for _, _, group in found:
        for entry in group:
            if posted.get(entry.at) in (shown.get(entry.at), *([None, ""] if shown.get(entry.at) in (None, "") else [])):
                continue
            edits[entry.keys] = _value(entry, posted)
    return [(keys, _over(keys, value, base, found)) for keys, value in edits.items()]


def _value(entry: Entry, posted: Mapping[str, Any]) -> Any:
    if entry.keys == WITHIN:
        number, unit = posted.get("time/number"), posted.get("time/unit")
        return f"{number} {unit}" if number and unit else None
    value = posted.get(entry.at)
    if entry.lines:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]
    return value


def _over(keys: Path_, value: Any, base: Mapping[str, Any], found: list[tuple[str, str, list[Entry]]]) -> Any:
    below = _at(base, keys)
    empty = value in (None, "", [])
    needed = any(entry.needed for _, _, group in found for entry in group if entry.keys == keys)
    if value == below or (empty and (needed or below in (None, "", []))):
        return None
    if empty:
        return [] if isinstance(below, list) else ""
    return value


def _at(raw: Mapping[str, Any], keys: Path_) -> Any:
    found: Any = raw
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def words_of(keys: Path_, raw: Mapping[str, Any]) -> str:
    """What a place of the overlay is called in a list of changes."""
    for _, _, group in entries(raw):
        for entry in group:
            if entry.keys == keys:
                return "Frist der Entscheidung" if keys == WITHIN else entry.words
    return ".".join(keys)
