"""Forms as plain dictionaries and back: what an edition of a service keeps of the questions as asked."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind, Option, Step
from stadtkern.lib.forms.rules.model import Clause, Effect, Rule, State

_FIELD_DEFAULTS = {each.name: each.default for each in fields(Field) if each.default is not MISSING}
_GROUP_DEFAULTS = {each.name: each.default for each in fields(Group) if each.default is not MISSING}
_TEXTS = ("media_types", "sources")  # attributes that are tuples of text
_RULE_TEXTS = ("key", "version", "bearer", "text", "why")


def to_dict(form: Form) -> dict[str, Any]:
    """The form ready for JSON; what has its default value is left out."""
    steps = [
        _without_empty({"key": s.key, "title": s.title, "help": s.help, "children": list(map(_element, s.children))})
        for s in form.steps
    ]
    rules = list(map(rule_to_dict, form.rules))
    return _without_empty({"title": form.title, "steps": steps, "notes": list(form.notes), "rules": rules})


def from_dict(data: Mapping[str, Any]) -> Form:
    """The form that `to_dict` wrote; KeyError, TypeError or ValueError when it is something else."""
    steps, rules = tuple(map(_step, data.get("steps", ()))), tuple(map(rule_from_dict, data.get("rules", ())))
    return Form(str(data["title"]), steps, tuple(data.get("notes", ())), rules)


def rule_to_dict(rule: Rule) -> dict[str, Any]:
    """One rule ready for JSON; its conditions are JSON already."""
    texts = {name: getattr(rule, name) for name in _RULE_TEXTS}
    return _without_empty({**texts, "state": rule.state.value, "clauses": list(map(_clause, rule.clauses))})


def rule_from_dict(data: Mapping[str, Any]) -> Rule:
    """The rule that `rule_to_dict` wrote; KeyError, TypeError or ValueError when it is something else."""
    texts = {name: str(data.get(name, "")) for name in _RULE_TEXTS}
    return Rule(**texts, state=State(data["state"]), clauses=tuple(map(_read_clause, data.get("clauses", ()))))


def _clause(clause: Clause) -> dict[str, Any]:
    plain = {"effect": clause.effect.value, "targets": list(clause.targets), "condition": _tree(clause.condition)}
    plain.update({name: True for name in ("otherwise", "hidden") if getattr(clause, name)})
    return _without_empty({**plain, "message": clause.message, "value": _tree(clause.value)})


def _tree(node: Any) -> Any:
    """Conditions as JSON reads them back: dictionaries and lists."""
    if isinstance(node, Mapping):
        return {name: _tree(below) for name, below in node.items()}
    return [_tree(below) for below in node] if isinstance(node, list | tuple) else node


def _read_clause(data: Mapping[str, Any]) -> Clause:
    message, switches = str(data.get("message", "")), (bool(data.get("otherwise")), bool(data.get("hidden")))
    targets = tuple(map(str, data.get("targets", ())))
    return Clause(Effect(data["effect"]), targets, dict(data["condition"]), message, data.get("value"), *switches)


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
    kept.update({name: list(kept[name]) for name in _TEXTS if name in kept})
    if kept.get("when") is not None:
        kept["when"] = dict(kept["when"])
    return kept


def _step(data: Mapping[str, Any]) -> Step:
    return Step(data["key"], data.get("title", ""), tuple(map(_read, data.get("children", ()))), data.get("help", ""))


def _read(data: Mapping[str, Any]) -> Element:
    if "children" in data:
        known = {name: data[name] for name in _GROUP_DEFAULTS if name in data}
        known.update({name: tuple(known[name]) for name in _TEXTS if name in known})
        return Group(data["key"], data["label"], tuple(map(_read, data["children"])), **known)
    known = {name: data[name] for name in _FIELD_DEFAULTS if name in data}
    if "options" in known:
        known["options"] = tuple(Option(*option) for option in known["options"])
    known.update({name: tuple(known[name]) for name in _TEXTS if name in known})
    return Field(data["key"], data["label"], Kind(data["kind"]), **known)
