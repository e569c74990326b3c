"""Reader of XDatenfelder 3.0 (FIM): a federal schema becomes a form; fields are identified by their path of ids.

Source: XDatenfelder 3.0.0, namespace urn:xoev-de:fim:standard:xdatenfelder_3.0.0, messages 0102 (schema) and 0103 (group).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lxml import etree

from stadtkern.lib.forms.model import MOST_REPEATS, Element, Field, Form, Group, Kind, Option, Value
from stadtkern.lib.forms.pages import steps_of
from stadtkern.lib.forms.read import parse
from stadtkern.lib.forms.regex import compiled
from stadtkern.lib.forms.text import tidy
from stadtkern.lib.forms.xml import SchemaError, root_of, text_at

__all__ = ["CodeLists", "Schema", "SchemaError", "SchemaInfo", "load", "read"]

_SPACE = "urn:xoev-de:fim:standard:xdatenfelder_3.0.0"
_NS = f"{{{_SPACE}}}"
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_CARDINALITY = re.compile(r"\s*(\d{1,6}):(\d{1,6}|\*)\s*")
_DEEPEST = 20
_MOST_FIELDS = 10_000  # inputs that a form would show at least
FILE_TYPES = ("application/pdf", "image/jpeg", "image/png")
FILE_BYTES = 10_000_000
LONG_LINE = 300  # from this length on a text is written in an area of several lines
CodeLists = Mapping[str, Sequence[Option]]
_KINDS = {
    "text": Kind.TEXT, "text_latin": Kind.TEXT, "num_int": Kind.NUMBER, "num": Kind.DECIMAL, "num_currency": Kind.MONEY,
    "date": Kind.DATE, "time": Kind.TIME, "datetime": Kind.DATETIME, "bool": Kind.YES_NO, "file": Kind.FILE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SchemaInfo:
    """Which schema it is: id (S…), version, title, legal sources."""

    id: str
    version: str
    title: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema read: what it is, its form, and the code lists it needs but that were not given."""

    info: SchemaInfo
    form: Form
    missing_code_lists: tuple[str, ...] = ()


def read(source: bytes | Path, code_lists: CodeLists | None = None) -> Form:
    """The form of a schema; see `load`."""
    return load(source, code_lists).form


def load(source: bytes | Path, code_lists: CodeLists | None = None) -> Schema:
    """Read an XDF3 message (bytes or file, also gzip, at most 20 MB); SchemaError says in German what is wrong.

    Code lists are not part of a schema: a field whose list is not in `code_lists` becomes a text field with a note.
    """
    root = root_of(source, dropped=f"{_NS}relation")
    subject = _subject(root)
    reader = _Reader(code_lists or {})
    if subject.tag == f"{_NS}stammdatenschema":
        reader.note_rules(subject, "")
        elements = reader.placements(subject, "", 0)
    else:
        elements = (reader.element(subject, 1, 1, "", 0),)
    if not elements:
        raise SchemaError("Das Schema enthält keine Felder.")
    if _inputs(elements) > _MOST_FIELDS:
        raise SchemaError("Das Schema verlangt mehr als 10.000 Eingaben. So große Formulare werden nicht eingelesen.")
    info = SchemaInfo(*_identity(subject), _title(subject), tuple(_sources(subject)))
    form = Form(info.title, steps_of(elements), tuple(dict.fromkeys(reader.notes)))
    return Schema(info, form, tuple(sorted(reader.missing)))


def _subject(root: etree._Element) -> etree._Element:
    space = etree.QName(root).namespace or ""
    if "xdatenfelder_2" in space:
        raise SchemaError("Das ist eine Datei im älteren Format XDatenfelder 2. Bitte laden Sie die Fassung in XDatenfelder 3.")
    if space != _SPACE:
        raise SchemaError("Das ist keine Datei im Format XDatenfelder 3.0.")
    for name in ("stammdatenschema", "datenfeldgruppe", "datenfeld"):
        found = root.find(f"{_NS}{name}")
        if found is not None:
            return found
    raise SchemaError("Die Datei enthält kein Stammdatenschema.")


def _identity(element: etree._Element) -> tuple[str, str]:
    ids = element.findall(f"{_NS}identifikation/{_NS}id")
    key = "".join(str(part) for part in ids[0].itertext()).strip() if len(ids) == 1 else ""
    if not _ID.fullmatch(key):
        kind = etree.QName(element).localname
        raise SchemaError(f"Ein Element ({kind}, Zeile {element.sourceline}) hat keine eindeutige oder keine gültige Kennung.")
    return key, text_at(element, f"{_NS}identifikation/{_NS}version")


def _title(element: etree._Element) -> str:
    names = ("bezeichnungEingabe", "bezeichnung", "name", "bezeichnungAusgabe")
    return next((text for name in names if (text := tidy(text_at(element, f"{_NS}{name}")))), _identity(element)[0])


def _sources(element: etree._Element) -> Iterator[str]:
    for source in element.iterfind(f"{_NS}bezug"):
        text = tidy("".join(str(part) for part in source.itertext()))
        if text:
            yield text


def _code(element: etree._Element, name: str) -> str:
    """A coded element wraps its value in `code`, which has no namespace."""
    return text_at(element, f"{_NS}{name}/code") or text_at(element, f"{_NS}{name}/{_NS}code")


def _inputs(elements: Sequence[Element]) -> int:
    return sum(max(e.minimum, 1) * (_inputs(e.children) if isinstance(e, Group) else 1) for e in elements)


class _Reader:
    def __init__(self, code_lists: CodeLists) -> None:
        self.code_lists = code_lists
        self.notes: list[str] = []
        self.missing: set[str] = set()

    def placements(self, parent: etree._Element, path: str, depth: int) -> tuple[Element, ...]:
        found: dict[str, Element] = {}
        for placement in parent.iterfind(f"{_NS}struktur"):
            minimum, maximum = _cardinality(text_at(placement, f"{_NS}anzahl"), placement)
            inside = [child for child in placement.iterfind(f"{_NS}enthaelt/*") if isinstance(child.tag, str)]
            if len(inside) != 1 or inside[0].tag not in (f"{_NS}datenfeld", f"{_NS}datenfeldgruppe"):
                raise SchemaError(
                    f"Eine Struktur (Zeile {placement.sourceline}) enthält nicht genau ein Feld oder eine Feldgruppe."
                )
            if maximum == 0:
                continue
            element = self.element(inside[0], minimum, maximum, path, depth)
            key, number = element.key, 2
            while key in found:  # the same block twice in one place: the path stays unique
                key, number = f"{element.key}_{number}", number + 1
            found[key] = element if key == element.key else replace(element, key=key)
        return tuple(found.values())

    def element(self, source: etree._Element, minimum: int, maximum: int | None, path: str, depth: int) -> Element:
        if depth > _DEEPEST:
            raise SchemaError(f"Das Schema ist tiefer als {_DEEPEST} Ebenen verschachtelt.")
        key, version = _identity(source)
        here = f"{path}/{key}" if path else key
        self.note_rules(source, here)
        if source.tag == f"{_NS}datenfeldgruppe":
            children = self.placements(source, here, depth + 1)
            if not children:
                raise SchemaError(f"Die Feldgruppe {key} enthält keine Felder.")
            return Group(
                key, _title(source), children, minimum, maximum, help=_help(source), choice=_code(source, "art") == "X"
            )
        return self.field(
            source, Field(key, _title(source), Kind.TEXT, minimum, maximum, help=_help(source), fim=f"{key}V{version}")
        )

    def note_rules(self, source: etree._Element, path: str) -> None:
        for rule in source.iterfind(f"{_NS}regel"):
            text = tidy(text_at(rule, f"{_NS}freitextRegel"), lines=True)
            if text:
                key = text_at(rule, f"{_NS}identifikation/{_NS}id")
                self.notes.append(f"{key} ({path or 'Schema'}): {text}")

    def field(self, source: etree._Element, field: Field) -> Field:
        sort, content = _code(source, "feldart"), tidy(text_at(source, f"{_NS}inhalt"), lines=True)
        if sort == "label" or _code(source, "datentyp") == "obj":
            return replace(field, kind=Kind.LABEL, help=content or field.help, minimum=0, maximum=1)
        field = self.options(source, field) if sort == "select" else _typed(source, field)
        if field.pattern and compiled(field.pattern) is None:
            self.notes.append(f"{field.key}: Das Muster „{field.pattern[:200]}“ wird nicht geprüft.")
            field = replace(field, pattern=None)
        if content:
            field = replace(field, default=_default(field, content))
        if sort in ("locked", "hidden"):
            field = replace(field, locked=True, hidden=sort == "hidden", maximum=1)
        return field

    def options(self, source: etree._Element, field: Field) -> Field:
        options = tuple(_values(source))
        if options:
            return replace(field, kind=Kind.CHOICE, options=options)
        reference = source.find(f"{_NS}codelisteReferenz")
        if reference is None:
            return _typed(source, field)
        uri = text_at(reference, f"{_NS}canonicalIdentification")
        exact = text_at(reference, f"{_NS}canonicalVersionUri")
        given = self.code_lists.get(exact) or self.code_lists.get(uri)
        if given:
            return replace(field, kind=Kind.CHOICE, options=tuple(given), code_list=exact or uri)
        self.missing.add(exact or uri)
        note = "Bitte tragen Sie die Bezeichnung als Text ein."
        return replace(field, kind=Kind.TEXT, max_length=255, help=f"{field.help}\n{note}".strip(), code_list=exact or uri)


def _help(source: etree._Element) -> str:
    texts = ("".join(str(part) for part in each.itertext()) for each in source.iterfind(f"{_NS}hilfetextEingabe"))
    return "\n".join(text for raw in texts if (text := tidy(raw, lines=True)))


def _cardinality(text: str, placement: etree._Element) -> tuple[int, int | None]:
    found = _CARDINALITY.fullmatch(text)
    if not found:
        raise SchemaError(
            f"Die Anzahl „{text[:20]}“ (Zeile {placement.sourceline}) ist nicht lesbar (erwartet: etwa 0:1 oder 1:*)."
        )
    minimum, maximum = int(found.group(1)), None if found.group(2) == "*" else int(found.group(2))
    if minimum > MOST_REPEATS or (maximum is not None and 0 < maximum < minimum):
        raise SchemaError(f"Die Anzahl „{text[:20]}“ (Zeile {placement.sourceline}) ist nicht möglich.")
    return minimum, maximum


def _values(source: etree._Element) -> Iterator[Option]:
    seen = set()
    for value in source.iterfind(f"{_NS}werte/{_NS}wert"):
        code = tidy(text_at(value, f"{_NS}code") or text_at(value, "code"))
        if code and code not in seen:
            seen.add(code)
            label = tidy(text_at(value, f"{_NS}name") or text_at(value, "name"))
            yield Option(code, label or code, tidy(text_at(value, f"{_NS}hilfe"), lines=True))


def _typed(source: etree._Element, field: Field) -> Field:
    kind = _KINDS.get(_code(source, "datentyp"), Kind.TEXT)
    precise = source.find(f"{_NS}praezisierung")
    given = {} if precise is None else {str(name): str(value).strip() for name, value in precise.attrib.items()}
    if kind is Kind.FILE:
        types = tuple(dict.fromkeys(tidy(text_at(each, ".")) for each in source.iterfind(f"{_NS}mediaType")))
        most = text_at(source, f"{_NS}maxSize")
        most_bytes = int(most) if most.isdecimal() and len(most) < 12 else FILE_BYTES
        return replace(field, kind=kind, media_types=tuple(filter(None, types)) or FILE_TYPES, max_bytes=most_bytes)
    if kind is Kind.TEXT:
        return _worded(field, given)
    low, high = (_limit(kind, given.get(name, "")) for name in ("minValue", "maxValue"))
    return replace(field, kind=kind, min_value=low, max_value=high)


def _worded(field: Field, given: Mapping[str, str]) -> Field:
    shortest, longest = _length(given.get("minLength", "")), _length(given.get("maxLength", ""))
    pattern = given.get("pattern") or None
    kind = Kind.TEXT
    if pattern and "@" in pattern:
        kind = Kind.EMAIL
    elif longest is not None and longest > LONG_LINE and not pattern:
        kind = Kind.LONG_TEXT
    return replace(field, kind=kind, pattern=pattern, min_length=shortest, max_length=longest)


def _length(text: str) -> int | None:
    return int(text) if text.isdecimal() and 0 < len(text) < 9 else None


def _limit(kind: Kind, text: str) -> int | float | str | None:
    if not text:
        return None
    if kind in (Kind.DATE, Kind.DATETIME):
        return text[:10] if re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", text) else None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= 10**18:
        return None
    if kind is Kind.MONEY:
        number *= 100
    return int(number) if number == number.to_integral_value() else float(number)


def _default(field: Field, content: str) -> Value:
    if field.kind in (Kind.NUMBER, Kind.DECIMAL, Kind.MONEY) and re.fullmatch(r"-?\d{1,15}\.\d{1,9}", content):
        content = content.replace(".", ",")  # the schema writes decimals with a point
    return parse(field, content)
