"""The same schema in XDatenfelder 3 and 2: where the two forms differ, and why they must."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from stadtkern.lib.forms.fim import Schema, block
from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind, Step, children_of

_MEANING = tuple(each.name for each in fields(Field) if each.name not in ("key", "fim"))
_OF_GROUPS = tuple(each.name for each in fields(Group) if each.name not in ("key", "fim", "children"))


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute of one element that is not the same; `path` in the numbering of XDatenfelder 3."""

    path: str
    attribute: str
    newer: object
    older: object
    reason: str  # German; empty where nothing explains it


def differences(newer: Schema, older: Schema) -> list[Difference]:
    """Everything that differs between the forms of one schema in XDatenfelder 3 (`newer`) and 2 (`older`)."""
    new, old = dict(_elements(newer.form)), dict(_elements(older.form))
    found = [Difference(path, "element", path in new, path in old, "") for path in sorted(new.keys() ^ old.keys())]
    if list(new) != list(old) and not found:
        found.append(Difference("", "order", list(new), list(old), ""))
    for path in new.keys() & old.keys():
        found += _between(path, new[path], old[path])
    rules = [[(block(rule.key), _numbered(rule.text)) for rule in schema.rules] for schema in (newer, older)]
    found += [Difference("", "rule", a, b, "") for a, b in zip(*rules, strict=False) if a != b]
    return found + ([Difference("", "rules", len(rules[0]), len(rules[1]), "")] if len(rules[0]) != len(rules[1]) else [])


def _elements(part: Form | Step | Group, prefix: str = "") -> Iterator[tuple[str, Element]]:
    for child in children_of(part):
        path = f"{prefix}{block(child.key)}"
        yield path, child
        if isinstance(child, Group):
            yield from _elements(child, f"{path}/")


def _numbered(text: str) -> str:
    """A sentence with all ids as XDatenfelder 3 writes them."""
    return re.sub(r"\b[FGRS]\d{8}\b", lambda found: block(found[0]), text)


def _between(path: str, new: Element, old: Element) -> Iterator[Difference]:
    if type(new) is not type(old) or block(new.fim) != block(old.fim):
        yield Difference(path, "fim", new.fim, old.fim, "")
        return
    for name in _MEANING if isinstance(new, Field) else _OF_GROUPS:
        newer, older = getattr(new, name), getattr(old, name)
        if newer != older:
            yield Difference(path, name, newer, older, _reason(name, new, old))


def _reason(name: str, new: Element, old: Element) -> str:
    if not isinstance(new, Field) or not isinstance(old, Field):
        return ""
    if new.kind is Kind.CHOICE and old.kind is Kind.TEXT and old.code_list and name in _LISTED:
        return "XDatenfelder 2 kennt keine Werte im Schema: die Liste liegt außerhalb und wurde nicht mitgegeben"
    if name == "code_list" and new.options and not new.code_list and old.options:
        return "Die Werte stehen in XDatenfelder 3 im Schema, in 2 in einer Liste mit eigener Adresse"
    if name == "code_list" and old.code_list.startswith(f"{new.code_list}_"):
        return "XDatenfelder 3 nennt die Liste ohne Fassung (die neueste), 2 verlangt eine Fassung"
    if name in ("max_bytes", "media_types") and new.kind is Kind.FILE:
        return "XDatenfelder 2 kennt weder Größe noch Dateiarten: es gelten unsere Vorgaben"
    if name == "prefill":
        return "XDatenfelder 2 kennt keine Vorbefüllung"
    if new.locked and old.kind is Kind.LABEL and name in ("kind", "locked", "hidden", "minimum", "maximum", "help", "default"):
        return "Der Umsetzer nach XDatenfelder 2 schreibt feste Werte (locked) als Hinweis (label)"
    return ""


_LISTED = ("kind", "options", "code_list", "help", "max_length")
