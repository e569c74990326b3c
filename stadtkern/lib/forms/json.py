"""Forms as plain dictionaries and back: what an edition of a service keeps of the questions as asked."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind, Option, Step

_FIELD_DEFAULTS = {each.name: each.default for each in fields(Field) if each.default is not MISSING}
_GROUP_DEFAULTS = {each.name: each.default for each in fields(Group) if each.default is not MISSING}


def to_dict(form: Form) -> dict[str, Any]:
    """The form ready for JSON; what has its default value is left out."""
    steps = [
        _without_empty({"key": s.key, "title": s.title, "help": s.help, "children": list(map(_element, s.children))})
        for s in form.steps
    ]
    return _without_empty({"title": form.title, "steps": steps, "notes": list(form.notes)})


def from_dict(data: Mapping[str, Any]) -> Form:
    """The form that `to_dict` wrote; KeyError, TypeError or ValueError when it is something else."""
    return Form(str(data["title"]), tuple(map(_step, data.get("steps", ()))), tuple(data.get("notes", ())))


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in ("", [], None)}


def _element(element: Element) -> dict[str, Any]:
    if isinstance(element, Group):
        kept = {name: getattr(element, name) for name, default in _GROUP_DEFAULTS.items() if getattr(element, name) != default}
        return {"key": element.key, "label": element.label, **_plain(kept), "children": list(map(_element, element.children))}
    kept = {name: getattr(element, name) for name, default in _FIELD_DEFAULTS.items() if getattr(element, name) != default}
    return {"key": element.key, "label": element.label, "kind": element.kind.value, **_plain(kept)}


def _plain(kept: dict[str, Any]) -> dict[str, Any]:
    if "options" in kept:
        kept["options"] = [[o.code, o.label, o.help] if o.help else [o.code, o.label] for o in kept["options"]]
    if "media_types" in kept:
        kept["media_types"] = list(kept["media_types"])
    if kept.get("when") is not None:
        kept["when"] = dict(kept["when"])
    return kept


def _step(data: Mapping[str, Any]) -> Step:
    return Step(data["key"], data.get("title", ""), tuple(map(_read, data.get("children", ()))), data.get("help", ""))


def _read(data: Mapping[str, Any]) -> Element:
    if "children" in data:
        known = {name: data[name] for name in _GROUP_DEFAULTS if name in data}
        return Group(data["key"], data["label"], tuple(map(_read, data["children"])), **known)
    known = {name: data[name] for name in _FIELD_DEFAULTS if name in data}
    if "options" in known:
        known["options"] = tuple(Option(*option) for option in known["options"])
    if "media_types" in known:
        known["media_types"] = tuple(known["media_types"])
    return Field(data["key"], data["label"], Kind(data["kind"]), **known)
