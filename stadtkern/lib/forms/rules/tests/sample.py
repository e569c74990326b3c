"""The hand-checked sample of federal rules: its table read, its cases run through compiler and evaluation."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from stadtkern.lib.forms import fim
from stadtkern.lib.forms.model import Answers, Field, Form, Group, Kind
from stadtkern.lib.forms.read import parse
from stadtkern.lib.forms.rules.compile import compile_rules
from stadtkern.lib.forms.rules.evaluate import Effects, evaluate
from stadtkern.lib.forms.rules.german.prose import Ref
from stadtkern.lib.forms.rules.model import RawRule, Rule, State
from stadtkern.lib.forms.rules.references import Index, Place
from stadtkern.lib.forms.tests.schemas import FIM

TODAY = date(2026, 11, 22)
TABLE = Path(__file__).with_name("sample_100.toml")
_EXPECTED = re.compile(r"([\w.]+?)(!|-|\+|~|:=(\w+))")


@dataclass(frozen=True)
class Sampled:
    """One rule of the table; `schema` = S…, `bearer` = path of the element that carries it."""

    key: str
    version: str
    schema: str
    bearer: str
    cases: tuple[str, ...]
    open: str


def table() -> list[Sampled]:
    """All rules of the table."""
    entries = tomllib.loads(TABLE.read_text("utf-8"))["entry"]
    return [Sampled(*rule, tuple(e.get("cases", ())), e.get("open", "")) for e in entries for rule in e["rules"]]


@cache
def schema_of(key: str) -> tuple[Form, tuple[Rule, ...], Index]:
    """The form of a schema, its rules as sentences, its elements."""
    form = fim.load(FIM / "xdf3" / f"{key}.xdf3.xml.gz").form
    return form, form.rules, Index(form)


def faults(rule: Sampled) -> Iterator[str]:
    """What is not as the table says; nothing when all of it is right."""
    form, rules, index = schema_of(rule.schema)
    written = next(r for r in rules if (r.key, r.version, r.bearer) == (rule.key, rule.version, rule.bearer))
    raw = RawRule(written.key, written.version, written.bearer, written.text)
    if rule.open:
        (compiled,) = compile_rules(form, [raw])
        if compiled.state is not State.OPEN or rule.open not in compiled.why:
            yield f"{rule.key}: {compiled.state} {compiled.why}"
        return
    for case in rule.cases:
        given, _, expected = case.partition(":") if not case.startswith(":") else ("", "", case[1:])
        land = given[:2] if re.match(r"[A-Z]{2}( |$)", given) else ""
        (compiled,) = compile_rules(form, [raw], land)
        if compiled.state is not State.COMPILED:
            yield f"{rule.key}: {compiled.why}"
            return
        named = [index.find(_ref(match.group(1)), rule.bearer) for match in _EXPECTED.finditer(expected)]
        answers: Answers = {path: True for place in named for path in _concrete(index, place)[:-1]}
        if rule.bearer and isinstance(index.by_path[rule.bearer].element, Group):
            answers |= dict.fromkeys(_concrete(index, index.by_path[rule.bearer], itself=True), True)
        for text in given.split()[1 if land else 0 :]:
            name, _, value = text.partition("=")
            answers |= _answered(index, index.find(_ref(name), rule.bearer), value)
        effects = evaluate(replace(form, rules=(compiled,)), answers, TODAY)
        found = effects if effects is not None else Effects(answers, None)  # type: ignore[arg-type]
        yield from (f"{rule.key} {case}: {fault}" for fault in _differences(found, index, rule, expected))


def _ref(name: str) -> Ref:
    return Ref(tuple(name.split(".")))


def _concrete(index: Index, place: Place, *, itself: bool = False) -> list[str]:
    """Paths of the element and all groups around it, the first instance of what repeats."""
    keys, paths = place.path.split("/"), list[str]()
    for level, key in enumerate(keys, 1):
        path = f"{paths[-1]}/{key}" if paths else key
        many = index.by_path["/".join(keys[:level])].element.maximum != 1
        paths.append(f"{path}[0]" if many and (itself or level < len(keys)) else path)
    return paths


def _answered(index: Index, place: Place, text: str) -> Answers:
    if isinstance(place.element, Group):
        inner = next(
            c for c in place.element.children if isinstance(c, Field) and not c.locked and c.kind not in (Kind.LABEL, Kind.FILE)
        )
        value: Any = (
            inner.options[0].code if inner.options else parse(inner, "1" if inner.kind is not Kind.DATE else "2026-01-01")
        )
        paths = _concrete(index, place, itself=True)
        many = "[0]" if inner.maximum != 1 else ""
        return {**dict.fromkeys(paths, True), f"{paths[-1]}/{inner.key}{many}": value}
    paths = _concrete(index, place, itself=True)
    return {**dict.fromkeys(paths[:-1], True), paths[-1]: parse(place.element, text)}


def _differences(found: Effects, index: Index, rule: Sampled, expected: str) -> Iterator[str]:
    for match in _EXPECTED.finditer(expected):
        path = _concrete(index, index.find(_ref(match.group(1)), rule.bearer))[-1]
        sign, hidden, required = match.group(2)[0], path in found.hidden, path in found.required
        right = {"!": required and not hidden, "-": hidden, "+": not hidden, "~": not hidden and not required}
        if sign == ":":
            right[":"] = found.values.get(path) == match.group(3) and path in found.unseen
        if not right[sign]:
            yield f"{match.group()} (verborgen {hidden}, Pflicht {required}, Wert {found.values.get(path)})"
    words = _EXPECTED.sub("", expected).split()
    if words and ("bad" in words) != bool(found.violations):
        yield f"{words} (Verstöße: {[each.message for each in found.violations]})"
