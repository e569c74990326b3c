"""What XDatenfelder 2 and 3 (FIM) share: elements as they end, placements with their cardinality, rules at their bearer.

A group is complete when its end tag is read: then its children become part of it and are forgotten, so that no more of
a schema is in memory than the way down to the element being read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lxml import etree

from stadtkern.lib.forms.model import MOST_REPEATS, Element, Field, Form, Group, Kind, fields
from stadtkern.lib.forms.pages import steps_of
from stadtkern.lib.forms.rules.compile import compile_rules
from stadtkern.lib.forms.rules.model import RawRule, Rule
from stadtkern.lib.forms.xdf_field import CodeLists, Dialect, Parts, question
from stadtkern.lib.forms.xml import SchemaError, bytes_of, ended, namespace_of, refuse_unsafe

_CARDINALITY = re.compile(r"\s*(\d{1,6}):(\d{1,6}|\*)\s*")
_DEEPEST = 20
_MOST_FIELDS = 10_000  # inputs that a form would show at least
_TITLES = ("bezeichnungEingabe", "bezeichnung", "name", "bezeichnungAusgabe")
_PREFILL = {"optional": "optional", "verpflichtend": "required"}


@dataclass(frozen=True, slots=True)
class SchemaInfo:
    """Which schema it is: id (S…), version, title, legal sources, the standard it is written in ("3.0", "2.0"), its status.

    `status` is the code of XDatenfelder 3 (5 and 6: released) or the word of XDatenfelder 2 ("aktiv").
    """

    id: str
    version: str
    title: str
    sources: tuple[str, ...] = ()
    standard: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema read: what it is, its form, its rules as written, and the code lists it needs but that were not given."""

    info: SchemaInfo
    form: Form
    missing_code_lists: tuple[str, ...] = ()
    rules: tuple[RawRule, ...] = ()


@dataclass(slots=True)
class _Built:
    """A field or group read whole but not placed yet; its rules with the way up to their bearer."""

    key: str
    kind: type[Field] | type[Group]
    attributes: dict[str, Any]
    rules: list[tuple[RawRule, list[str]]] = field(default_factory=list)
    height: int = 0


def load(dialect: Dialect, data: bytes, code_lists: CodeLists | None, land: str | None, *, bare: bool) -> Schema:
    """Read one message of a dialect out of bytes that passed `checked`; see `fim.load`."""
    return with_rules(_Reader(dialect, code_lists or {}).read(data, bare=bare), land)


def checked(source: bytes | Path) -> tuple[bytes, str]:
    """The XML of a file or of bytes and the namespace of its root; SchemaError for anything unsafe."""
    data = bytes_of(source)
    refuse_unsafe(data)
    return data, namespace_of(data)


def with_rules(schema: Schema, land: str | None) -> Schema:
    """The schema with its rules in the form: compiled for a Land ("NW", an AGS, "" for none), or open where it is None."""
    if land is None:
        rules = tuple(Rule(each.key, each.version, each.bearer, each.text) for each in schema.rules)
    else:
        rules = compile_rules(schema.form, schema.rules, land)
    return replace(schema, form=replace(schema.form, rules=rules))


def block(fim: str) -> str:
    """The building block behind a `Field.fim` or `Group.fim`, without its version and as XDatenfelder 3 writes it.

    XDatenfelder 2 numbers with 8 digits, 3 with 11: the first two name the editors, three zeros follow.
    """
    key = fim.partition("V")[0]
    return f"{key[:3]}000{key[3:]}" if re.fullmatch(r"[A-Z]\d{8}", key) else key


class _Reader:
    def __init__(self, dialect: Dialect, code_lists: CodeLists) -> None:
        self.dialect, self.code_lists = dialect, code_lists
        self.space = f"{{{dialect.namespace}}}"
        self.notes: list[str] = []
        self.built: dict[etree._Element, _Built] = {}
        self.head: tuple[SchemaInfo, _Built] | None = None

    def read(self, data: bytes, *, bare: bool) -> Schema:
        """The schema; SchemaError when it has no fields, unless it may be `bare`."""
        root = self._elements(data)
        info, subject = self.head or self._single(root)
        children = subject.attributes["children"] if self.head else _placed([(subject, 1, 1)])[0]
        if not children and not bare:
            raise SchemaError("Das Schema enthält keine Felder.")
        if _inputs(children) > _MOST_FIELDS:
            raise SchemaError("Das Schema verlangt mehr als 10.000 Eingaben. So große Formulare werden nicht eingelesen.")
        form = Form(info.title, steps_of(children), tuple(dict.fromkeys(self.notes)))
        missing = {each.code_list for _, each in fields(form) if each.code_list and each.kind is not Kind.CHOICE}
        rules = tuple(replace(rule, bearer="/".join(reversed(way))) for rule, way in subject.rules)
        return Schema(info, form, tuple(sorted(missing)), rules)

    def _elements(self, data: bytes) -> etree._Element:
        tags = [f"{self.space}{name}" for name in ("datenfeld", "datenfeldgruppe", "stammdatenschema")]
        for element in ended(data, tags, f"{self.space}relation"):
            if element.tag == tags[0]:
                self.built[element] = self._field(Parts(element, self.space))
            elif element.tag == tags[1]:
                self.built[element] = self._group(Parts(element, self.space))
            elif element.tag == tags[2]:
                self._schema(Parts(element, self.space))
            else:
                return element
            element.clear()
        raise SchemaError("Die Datei enthält kein Stammdatenschema.")

    def _single(self, root: etree._Element) -> tuple[SchemaInfo, _Built]:
        """The group or field of a message that carries no schema (XDatenfelder 3, message 0103)."""
        found = next((self.built[child] for child in root if child in self.built), None)
        if found is None:
            raise SchemaError("Die Datei enthält kein Stammdatenschema.")
        version = found.attributes["fim"].partition("V")[2]
        info = SchemaInfo(found.key, version, found.attributes["label"], found.attributes["sources"], self.dialect.standard)
        return info, found

    def _schema(self, parts: Parts) -> None:
        if self.head:
            raise SchemaError("Die Datei enthält mehrere Stammdatenschemata.")
        parts.once()
        key, version = parts.identity()
        status = self._status(parts)
        built = _Built(key, Group, {}, self._rules(parts))
        children, rules, _ = _placed(list(self._placements(parts)))
        built.attributes["children"] = children
        built.rules += rules
        title = _title(parts, key)
        self.head = SchemaInfo(key, version, title, self.dialect.sources(parts), self.dialect.standard, status), built

    def _status(self, parts: Parts) -> str:
        status = parts.code("freigabestatus") or parts.code("status")
        if "freigabestatus" in parts.found and status not in ("1", "2", "3", "4", "5", "6", "7", "8"):
            line = parts.found["freigabestatus"][0].sourceline
            raise SchemaError(f"Den Freigabestatus „{status[:20]}“ (Zeile {line}) gibt es nicht.")
        return status

    def _field(self, parts: Parts) -> _Built:
        key, given = self._shared(parts)
        given |= {"prefill": _PREFILL.get(parts.code("vorbefuellung"), "")}
        given |= question(parts, given["help"], self.dialect, self.code_lists, self.notes)
        return _Built(key, Field, given, self._rules(parts))

    def _group(self, parts: Parts) -> _Built:
        key, given = self._shared(parts)
        children, rules, height = _placed(list(self._placements(parts)))
        if height > _DEEPEST:
            raise SchemaError(f"Das Schema ist tiefer als {_DEEPEST} Ebenen verschachtelt.")
        if not children:
            self.notes.append(f"Die Feldgruppe {key} enthält keine Felder und entfällt.")
        given |= {"children": children, "choice": parts.code("art") == "X"}
        return _Built(key, Group, given, self._rules(parts) + rules, height)

    def _shared(self, parts: Parts) -> tuple[str, dict[str, Any]]:
        parts.once()
        key, version = parts.identity()
        self._status(parts)
        return key, {
            "label": _title(parts, key),
            "help": "\n".join(parts.texts("hilfetextEingabe", lines=True)),
            "fim": f"{block(key)}V{version}",
            "grade": parts.code("schemaelementart")[:10],
            "sources": self.dialect.sources(parts),
        }

    def _rules(self, parts: Parts) -> list[tuple[RawRule, list[str]]]:
        found = []
        for source in parts.found.get("regel", ()):
            rule = Parts(source, self.space)
            if text := rule.text(self.dialect.rule_text, lines=True):
                key, version = rule.identity()
                found.append((RawRule(key, version, "", text, rule.text("name")), list[str]()))
        return found

    def _placements(self, parts: Parts) -> Iterator[tuple[_Built, int, int | None]]:
        for source in parts.found.get("struktur", ()):
            placement = Parts(source, self.space)
            minimum, maximum = _cardinality(placement.raw("anzahl"), source)
            inside = [child for wrap in placement.found.get("enthaelt", ()) for child in wrap]
            built = self.built.pop(inside[0], None) if len(inside) == 1 else None
            if built is None:
                raise SchemaError(
                    f"Eine Struktur (Zeile {source.sourceline}) enthält nicht genau ein Feld oder eine Feldgruppe."
                )
            if maximum != 0:
                yield built, minimum, maximum


def _placed(
    placements: Sequence[tuple[_Built, int, int | None]],
) -> tuple[tuple[Element, ...], list[tuple[RawRule, list[str]]], int]:
    """The children in their places with unique keys, the rules they bring along, and how deep they go."""
    found: dict[str, Element] = {}
    rules: list[tuple[RawRule, list[str]]] = []
    height = 0
    for built, minimum, maximum in placements:
        if built.kind is Group and not built.attributes["children"]:
            rules += built.rules  # the next group above carries them
            continue
        key, number = built.key, 2
        while key in found:  # the same block twice in one place: the path stays unique
            key, number = f"{built.key}_{number}", number + 1
        found[key] = built.kind(key=key, **({"minimum": minimum, "maximum": maximum} | built.attributes))
        height = max(height, built.height + 1)
        for rule, way in built.rules:
            way.append(key)
            rules.append((rule, way))
    return tuple(found.values()), rules, height


def _title(parts: Parts, key: str) -> str:
    return next((text for name in _TITLES if (text := parts.text(name))), key)


def _inputs(elements: Sequence[Element]) -> int:
    return sum(max(e.minimum, 1) * (_inputs(e.children) if isinstance(e, Group) else 1) for e in elements)


def _cardinality(text: str, placement: etree._Element) -> tuple[int, int | None]:
    found, where = _CARDINALITY.fullmatch(text), f"Die Anzahl „{text[:20]}“ (Zeile {placement.sourceline})"
    if not found:
        raise SchemaError(f"{where} ist nicht lesbar (erwartet: etwa 0:1 oder 1:*).")
    minimum, maximum = int(found.group(1)), None if found.group(2) == "*" else int(found.group(2))
    if minimum > MOST_REPEATS or (maximum is not None and 0 < maximum < minimum):
        raise SchemaError(f"{where} ist nicht möglich.")
    return minimum, maximum
