"""One element of XDatenfelder 2 or 3: its children by name, its identity, and what a datenfeld asks."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from stadtkern.lib.forms.model import Field, Kind, Option, Value
from stadtkern.lib.forms.read import parse
from stadtkern.lib.forms.regex import compiled
from stadtkern.lib.forms.text import tidy
from stadtkern.lib.forms.xml import SchemaError

CodeLists = Mapping[str, Sequence[Option]]
FILE_TYPES = ("application/pdf", "image/jpeg", "image/png")
FILE_BYTES = 10_000_000
LONG_LINE = 300  # from this length on a text is written in an area of several lines
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_VERSION = re.compile(r"[A-Za-z0-9._-]{0,40}")
_SEVERAL = frozenset({
    "bezug", "stichwort", "relation", "regel", "struktur", "hilfetext", "hilfetextEingabe", "hilfetextAusgabe", "mediaType",
    "inhalt",
})  # fmt: skip
_KINDS = {
    "text": Kind.TEXT, "text_latin": Kind.TEXT, "num_int": Kind.NUMBER, "num": Kind.DECIMAL, "num_currency": Kind.MONEY,
    "date": Kind.DATE, "time": Kind.TIME, "datetime": Kind.DATETIME, "bool": Kind.YES_NO, "file": Kind.FILE,
}  # fmt: skip


class Parts:
    """The children of one element by their local name, looked through once."""

    __slots__ = ("element", "found", "space")

    def __init__(self, element: etree._Element, space: str) -> None:
        self.element, self.space = element, space
        self.found: dict[str, list[etree._Element]] = {}
        start = len(space)
        for child in element:
            tag = str(child.tag)
            self.found.setdefault(tag[start:] if tag.startswith(space) else tag, []).append(child)

    def first(self, name: str) -> etree._Element | None:
        """The first child of that name."""
        return self.found[name][0] if name in self.found else None

    def raw(self, name: str) -> str:
        """The text of the first child of that name, trimmed."""
        return text_of(self.found[name][0]) if name in self.found else ""

    def text(self, name: str, *, lines: bool = False) -> str:
        """The same as people read it."""
        return tidy(text_of(self.found[name][0]), lines=lines) if name in self.found else ""

    def texts(self, name: str, *, lines: bool = False) -> list[str]:
        """The texts of all children of that name that are not empty."""
        return [text for child in self.found.get(name, ()) if (text := tidy(text_of(child), lines=lines))]

    def code(self, name: str) -> str:
        """A coded element wraps its value in `code`, which has no namespace."""
        for child in self.found[name][0] if name in self.found else ():
            if child.tag == "code" or child.tag == f"{self.space}code":
                return text_of(child)
        return ""

    def once(self) -> None:
        """SchemaError where something stands twice that may stand once."""
        for name, children in self.found.items():
            if len(children) > 1 and name not in _SEVERAL and not name.startswith("{"):
                raise SchemaError(f"In einem Element (Zeile {children[1].sourceline}) steht die Angabe „{name[:40]}“ zweimal.")

    def identity(self) -> tuple[str, str]:
        """Id and version; SchemaError unless there is exactly one valid id."""
        source = self.first("identifikation")
        parts = Parts(source, self.space) if source is not None else self
        key = parts.raw("id")
        if source is None or not _ID.fullmatch(key) or any(len(found) > 1 for found in parts.found.values()):
            where = f"{etree.QName(self.element).localname}, Zeile {self.element.sourceline}"
            raise SchemaError(f"Ein Element ({where}) hat keine eindeutige oder keine gültige Kennung.")
        if len(parts.found) > 2 or (len(parts.found) == 2 and "version" not in parts.found):
            unknown = min(set(parts.found) - {"id", "version"})
            raise SchemaError(f"Die Kennung {key} (Zeile {source.sourceline}) enthält die unbekannte Angabe „{unknown[:40]}“.")
        version = parts.raw("version")
        if not _VERSION.fullmatch(version):
            raise SchemaError(f"Die Fassung von {key} (Zeile {source.sourceline}) ist nicht lesbar.")
        return key, version


def text_of(element: etree._Element) -> str:
    """The text inside, trimmed."""
    inside = "".join(str(part) for part in element.itertext()) if len(element) else element.text
    return (inside or "").strip()


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is particular to a version of the standard.

    `rule_text` names the element with the sentence of a rule; `precise` gives the limits of a field as text (minLength,
    maxLength, minValue, maxValue, pattern); `reference` the addresses of its code list, of any and of one version;
    `sources` the laws an element rests on.
    """

    standard: str
    namespace: str
    rule_text: str
    precise: Callable[[Parts], Mapping[str, str]]
    reference: Callable[[Parts], tuple[str, str]]
    sources: Callable[[Parts], tuple[str, ...]]


def question(parts: Parts, help: str, dialect: Dialect, code_lists: CodeLists, notes: list[str]) -> dict[str, Any]:
    """What a datenfeld asks, as attributes of `Field`; what cannot be used is told in `notes`."""
    sort, kind, content = parts.code("feldart"), parts.code("datentyp"), parts.text("inhalt", lines=True)
    if sort == "label" or kind == "obj":
        return {"kind": Kind.LABEL, "help": content or help, "minimum": 0, "maximum": 1}
    given = _choice(parts, help, dialect, code_lists) if sort == "select" else {}
    given = given or _typed(parts, kind, dialect)
    if given.get("pattern") and compiled(given["pattern"]) is None:
        notes.append(f"{parts.identity()[0]}: Das Muster „{given['pattern'][:200]}“ wird nicht geprüft.")
        given["pattern"] = None
    if content:
        given["default"] = _default(given, content)
    if sort in ("locked", "hidden"):
        given |= {"locked": True, "hidden": sort == "hidden", "maximum": 1}
    return given


def _choice(parts: Parts, help: str, dialect: Dialect, code_lists: CodeLists) -> dict[str, Any]:
    if options := tuple(_values(parts)):
        return {"kind": Kind.CHOICE, "options": options}
    uri, exact = dialect.reference(parts)
    if not (uri or exact):
        return {}
    if given := code_lists.get(exact) or code_lists.get(uri):
        return {"kind": Kind.CHOICE, "options": tuple(given), "code_list": exact or uri}
    note = "Bitte tragen Sie die Bezeichnung als Text ein."
    return {"kind": Kind.TEXT, "max_length": 255, "help": f"{help}\n{note}".strip(), "code_list": exact or uri}


def _values(parts: Parts) -> Iterator[Option]:
    seen = set()
    for value in parts.found["werte"][0] if "werte" in parts.found else ():
        if value.tag != f"{parts.space}wert":
            continue
        line = Parts(value, parts.space)
        code = line.text("code")
        if code and code not in seen:
            seen.add(code)
            yield Option(code, line.text("name") or code, line.text("hilfe", lines=True))


def _typed(parts: Parts, datatype: str, dialect: Dialect) -> dict[str, Any]:
    kind = _KINDS.get(datatype, Kind.TEXT)
    if kind is Kind.FILE:
        types, most = tuple(dict.fromkeys(parts.texts("mediaType"))), parts.raw("maxSize")
        most_bytes = int(most) if re.fullmatch(r"[0-9]{1,11}", most) else FILE_BYTES
        return {"kind": kind, "media_types": types or FILE_TYPES, "max_bytes": most_bytes}
    limits = dialect.precise(parts)
    if kind is Kind.TEXT:
        return _worded(limits)
    low, high = (_limit(kind, limits.get(name, "")) for name in ("minValue", "maxValue"))
    return {"kind": kind, "min_value": low, "max_value": high}


def _worded(limits: Mapping[str, str]) -> dict[str, Any]:
    shortest, longest = _length(limits.get("minLength", "")), _length(limits.get("maxLength", ""))
    pattern = limits.get("pattern") or None
    kind = Kind.TEXT
    if pattern and "@" in pattern:
        kind = Kind.EMAIL
    elif longest is not None and longest > LONG_LINE and not pattern:
        kind = Kind.LONG_TEXT
    return {"kind": kind, "pattern": pattern, "min_length": shortest, "max_length": longest}


def _length(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,8}", text) else None


def _limit(kind: Kind, text: str) -> int | float | str | None:
    if not text:
        return None
    if kind in (Kind.DATE, Kind.DATETIME):
        return text[:10] if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", text) else None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= 10**18:
        return None
    if kind is Kind.MONEY:
        number *= 100
    return int(number) if number == number.to_integral_value() else float(number)


def _default(given: Mapping[str, Any], content: str) -> Value:
    kind = given["kind"]
    if kind in (Kind.NUMBER, Kind.DECIMAL, Kind.MONEY) and re.fullmatch(r"-?\d{1,15}\.\d{1,9}", content):
        content = content.replace(".", ",")  # the schema writes decimals with a point
    return parse(Field("", "", **given), content)
