"""JSON Schema 2020-12 of a form, by FITKO's mapping of XDatenfelder (FIM portal, `json_schema_files` of a schema).

Objects without further properties, one `$defs` entry per element, minimum one = required, several = array, a choice =
`oneOf`. What is required only sometimes is not `required` here: rules and conditions are not part of JSON Schema.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from stadtkern.lib.forms.export.pattern import ecma
from stadtkern.lib.forms.export.tree import Keys, asks, certain, hideable, name_of, whole
from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXPLAINED = 60  # options: above that a plain `enum`, because every one of an `oneOf` is tried
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


def to_schema(form: Form, keys: Keys = Keys.ID, address: str = "") -> dict[str, Any]:
    """The schema that the data of every complete application satisfies; `address` becomes its `$id`."""
    builder = _Builder(keys, hideable(form))
    root = builder.object_of(whole(form), "")
    head = {"$schema": DIALECT, **({"$id": address} if address else {}), "title": form.title}
    return {**head, **root, "$defs": builder.definitions}


class _Builder:
    def __init__(self, keys: Keys, hidden: frozenset[str]) -> None:
        self.keys = keys
        self.hidden = hidden
        self.definitions: dict[str, Any] = {}
        self.known: dict[str, list[tuple[str, str]]] = {}

    def object_of(self, children: Iterable[Element], prefix: str) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        required: list[str] = []
        for child in children:
            if isinstance(child, Field) and child.kind is Kind.LABEL:
                continue
            name, path = name_of(child, self.keys), f"{prefix}{child.key}"
            sure = self.is_sure(child, path)
            properties[name] = self.property_of(child, path, sure)
            if sure and child.minimum > 0:
                required.append(name)
        found: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
        return {**found, "required": required} if required else found

    def is_sure(self, child: Element, path: str) -> bool:
        """Whether its minimum holds under all circumstances. An empty object stands for a group nobody had to fill in."""
        if path in self.hidden:
            return False
        if isinstance(child, Field):
            return asks(child)
        return (child.maximum == 1 and not child.choice) or certain(child, path, self.hidden)

    def property_of(self, child: Element, path: str, sure: bool) -> dict[str, Any]:
        reference = {"$ref": f"#/$defs/{_pointer(self.define(child, path))}"}
        if child.maximum == 1:
            return reference
        found: dict[str, Any] = {"type": "array", "items": reference}
        if sure and child.minimum > 0:
            found["minItems"] = child.minimum
        if child.maximum is not None:
            found["maxItems"] = child.maximum
        return found

    def define(self, child: Element, path: str) -> str:
        """The name of its definition. The same block in two places is one definition only where it is the same there."""
        content = self.group_of(child, path) if isinstance(child, Group) else value_of(child)
        name, text = name_of(child, Keys.VERSIONED), json.dumps(content, sort_keys=True)
        alike = self.known.setdefault(name, [])
        for known, its_text in alike:
            if its_text == text:
                return known
        number = len(alike) + 1
        chosen = name if number == 1 else f"{name}.{number}"
        while chosen in self.definitions:
            number += 1
            chosen = f"{name}.{number}"
        alike.append((chosen, text))
        self.definitions[chosen] = content
        return chosen

    def group_of(self, group: Group, path: str) -> dict[str, Any]:
        found = {"title": group.label, **self.object_of(group.children, f"{path}/")}
        if group.choice:
            found.pop("required", None)
            found |= {"minProperties": 1, "maxProperties": 1}
        return found


def value_of(field: Field) -> dict[str, Any]:
    """The definition of one field."""
    return {"title": field.label, **_TYPES.get(field.kind, _text)(field)}


def _text(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "string"}
    if field.min_length:
        found["minLength"] = field.min_length
    if field.max_length:
        found["maxLength"] = field.max_length
    if field.pattern and (pattern := ecma(field.pattern)):
        found["pattern"] = pattern
    return found


def _choice(field: Field) -> dict[str, Any]:
    if len(field.options) > EXPLAINED:
        return {"type": "string", "enum": [option.code for option in field.options]}
    choices = [
        {"const": option.code, "title": option.label, **({"description": option.help} if option.help else {})}
        for option in field.options
    ]
    return {"type": "string", "oneOf": choices}


def _number(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "integer" if field.kind is Kind.NUMBER else "number"}
    part = 100 if field.kind is Kind.MONEY else 1
    for word, limit in (("minimum", field.min_value), ("maximum", field.max_value)):
        if isinstance(limit, int | float):
            found[word] = limit if part == 1 else limit / part
    return found


def _date(field: Field) -> dict[str, Any]:
    if field.partial:
        return {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
    return {"type": "string", "format": "date"}


# RFC 3339, which the formats time and date-time mean, demands an offset; a form asks for the time on the wall.
_TYPES: dict[Kind, Callable[[Field], dict[str, Any]]] = {
    Kind.CHOICE: _choice, Kind.NUMBER: _number, Kind.DECIMAL: _number, Kind.MONEY: _number, Kind.DATE: _date,
    Kind.YES_NO: lambda _: {"type": "boolean"},
    Kind.TIME: lambda _: {"type": "string", "pattern": f"^{_TIME}$"},
    Kind.DATETIME: lambda _: {"type": "string", "pattern": f"^{_DAY}T{_TIME}$"},
    Kind.FILE: lambda _: {"type": "string"}, Kind.IBAN: lambda _: {"type": "string"},
}  # fmt: skip


def _pointer(name: str) -> str:
    """RFC 6901 in a fragment; keys have no other characters than these."""
    return name.replace("~", "~0").replace("/", "~1").replace("%", "%25").replace(" ", "%20")
