"""form.overlay.toml: the city's own labels, help, order, pages and gaps over an imported form, which itself stays untouched.

A new version of the schema may lack what an entry speaks of. Such entries are kept in the file, told, and without effect:
the form runs on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from stadtkern.lib.forms.arrange import can_cut, cut, joined
from stadtkern.lib.forms.check import value_problem
from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind, Step, Value
from stadtkern.lib.forms.read import parse
from stadtkern.lib.forms.rules.model import Effect

from .prefill import OFF, SOURCES
from .table import Table


@dataclass(frozen=True)
class Laid:
    """A form as this city asks it; `stale` = sentences about entries without effect; `prefill` = path -> fact, as written."""

    form: Form
    stale: tuple[str, ...] = ()
    prefill: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Words:
    """What the file says about elements, and which of it was used."""

    hidden: set[str]
    fields: dict[str, dict[str, Any]]
    order: dict[str, tuple[str, ...]]
    used: set[str]
    stale: list[str]
    needed: frozenset[str]  # targets of rules that may require them
    paths: frozenset[str]  # every element of the form

    def tell(self, path: str, sentence: str) -> None:
        self.stale.append(f"{path}: {sentence}")


def laid_over(form: Form, table: Table) -> Laid:
    """The form as this city asks it; wrong types and unknown keys are complained about in `table`.

    Keys: `title`; `order` (keys of pages, the rest follows); `hide_steps`; `hide` (paths of optional elements);
    `[steps.<key>] title, help, order (keys of its elements), split (paths that begin a page), merge (pages taken in)`;
    `[fields."<path>"] label, help, default, prefill, order (keys of the elements of a group)`.
    """
    title, order, gone = table.text("title"), table.words("order"), table.words("hide_steps")
    pages = table.table("steps")
    own = {key: _page_words(pages.table(key)) for key in pages.raw}
    words = _words(table, form)
    table.done()
    steps = _cut(_merged(form.steps, own, words), own, words)
    _known(steps, [*order, *gone, *own], words)
    changed = [_step(step, own.get(step.key, {}), words) for step in steps if not _leaves(step, gone, words)]
    for path in sorted((words.hidden | set(words.fields) | set(words.order)) - words.used):
        words.tell(path, "dieses Element gibt es im Formular nicht mehr (verwaist).")
    place = {key: n for n, key in enumerate(order)}
    changed.sort(key=lambda step: place.get(step.key, len(place)))
    prefill = {path: one["prefill"] for path, one in words.fields.items() if one.get("prefill") and path in words.used}
    kept = replace(form, title=title or form.title, steps=tuple(step for step in changed if step.children))
    return Laid(kept, tuple(words.stale), prefill)


def _page_words(table: Table) -> dict[str, Any]:
    found = {
        "title": table.text("title"),
        "help": table.text("help"),
        "order": table.words("order"),
        "split": table.words("split"),
        "merge": table.words("merge"),
    }
    table.done()
    return found


def _words(table: Table, form: Form) -> _Words:
    below, fields, order = table.table("fields"), {}, {}
    for path in below.raw:
        one = below.table(path)
        texts = {key: one.text(key) for key in ("label", "help")}
        texts["prefill"] = one.text("prefill", one_of=["", OFF, *SOURCES])
        value = one.any("default")
        if value is not None and not isinstance(value, (str, bool, int)):
            one.complain("default", "muss ein Text, eine Zahl, true oder false sein.")
            value = None
        order[path] = one.words("order")
        one.done()
        fields[path] = {**{key: text for key, text in texts.items() if text}, **({} if value is None else {"default": value})}
    needed = frozenset(
        path
        for rule in form.rules
        for clause in rule.clauses
        if clause.effect in (Effect.REQUIRE, Effect.SET)
        for path in clause.targets
    )
    there = frozenset(path for path, _ in elements(form))
    arranged = {path: keys for path, keys in order.items() if keys}
    return _Words(set(table.words("hide")), fields, arranged, set(), [], needed, there)


def _merged(steps: tuple[Step, ...], own: Mapping[str, dict[str, Any]], words: _Words) -> list[Step]:
    byname = {step.key: step for step in steps}
    home: dict[str, str] = {}  # page taken in -> page that takes it in

    def top(key: str) -> str:
        while key in home:
            key = home[key]
        return key

    for step in steps:
        for key in own.get(step.key, {}).get("merge", ()):
            if key not in byname or key in home or top(step.key) == key:
                words.tell(key, "diese Seite lässt sich nicht anfügen, es gibt sie nicht (mehr) an dieser Stelle.")
            else:
                home[key] = step.key

    def whole(step: Step) -> tuple[Element, ...]:
        inside = [byname[key] for key in own.get(step.key, {}).get("merge", ()) if home.get(key) == step.key]
        return joined((*step.children, *(child for one in inside for child in whole(one))))

    return [replace(step, children=whole(step)) for step in steps if step.key not in home]


def _cut(steps: list[Step], own: Mapping[str, dict[str, Any]], words: _Words) -> list[Step]:
    found: list[Step] = []
    for step in steps:
        before = own.get(step.key, {}).get("split", ())
        paths = {path for path, _ in _elements_of(step.children, "")} if before else set()
        for path in before:
            if path not in paths:
                words.tell(path, "hier kann keine Seite beginnen, das Element gibt es auf dieser Seite nicht.")
        found += cut(step, [path for path in before if path in paths]) if before else [step]
    return found


def _elements_of(elements: tuple[Element, ...], prefix: str) -> Iterator[tuple[str, Element]]:
    for element in elements:
        path = f"{prefix}{element.key}"
        yield path, element
        if isinstance(element, Group):
            yield from _elements_of(element.children, f"{path}/")


def elements(form: Form | Step) -> Iterator[tuple[str, Element]]:
    """Every element, groups too, with its path without indexes."""
    children = form.children if isinstance(form, Step) else tuple(child for step in form.steps for child in step.children)
    yield from _elements_of(children, "")


def _known(steps: list[Step], named: list[str], words: _Words) -> None:
    keys = {step.key for step in steps}
    for key in dict.fromkeys(named):
        if key not in keys:
            words.tell(key, "diesen Schritt gibt es nicht mehr (verwaist).")


def _leaves(step: Step, gone: tuple[str, ...], words: _Words) -> bool:
    if step.key not in gone:
        return False
    if any(required(element) for element in step.children):
        words.tell(step.key, "dieser Schritt enthält Pflichtangaben und wird weiter gezeigt.")
        return False
    return True


def required(element: Element) -> bool:
    """Whether the applicant must answer something here."""
    if isinstance(element, Group):
        return element.minimum > 0 and (element.choice or any(required(child) for child in element.children))
    return element.minimum > 0 and not (element.locked or element.hidden or element.kind is Kind.LABEL)


def _step(step: Step, own: Mapping[str, Any], words: _Words) -> Step:
    children = _arranged(_changed(step.children, "", words), own.get("order", ()), "", words)
    return replace(step, title=own.get("title") or step.title, help=own.get("help") or step.help, children=children)


def _arranged(children: tuple[Element, ...], order: tuple[str, ...], prefix: str, words: _Words) -> tuple[Element, ...]:
    for key in order:
        if f"{prefix}{key}" not in words.paths:
            words.tell(f"{prefix}{key}", "dieses Element gibt es hier nicht mehr (verwaist).")
    rank = {key: n for n, key in enumerate(order)}
    return tuple(sorted(children, key=lambda child: rank.get(child.key, len(rank))))


def _changed(found: tuple[Element, ...], prefix: str, words: _Words) -> tuple[Element, ...]:
    kept: list[Element] = []
    for element in found:
        path = f"{prefix}{element.key}"
        words.used.add(path)
        if path in words.hidden and _may_hide(element, path, words):
            words.used |= {f"{path}/{below}" for below, _ in _elements_of(getattr(element, "children", ()), "")}
            continue
        kept.append(_element(element, path, words))
    return tuple(kept)


def _may_hide(element: Element, path: str, words: _Words) -> bool:
    if element.minimum > 0 and not (isinstance(element, Field) and element.kind is Kind.LABEL):
        words.tell(path, "ist eine Pflichtangabe und lässt sich nicht ausblenden.")
        return False
    if needed := sorted(one for one in words.needed if one == path or one.startswith(f"{path}/")):
        words.tell(path, f"lässt sich nicht ausblenden: eine Regel kann {needed[0]} verlangen.")
        return False
    return True


def _element(element: Element, path: str, words: _Words) -> Element:
    own = words.fields.get(path, {})
    element = replace(element, label=own.get("label", element.label), help=own.get("help", element.help))
    if isinstance(element, Group):
        children = _arranged(_changed(element.children, f"{path}/", words), words.order.get(path, ()), f"{path}/", words)
        return replace(element, children=children or element.children)
    if "default" in own:
        value, wrong = default_of(element, own["default"])
        if wrong:
            words.tell(path, wrong)
        else:
            element = replace(element, default=value)
    return element


def default_of(element: Field, raw: str | bool | int) -> tuple[Value, str]:
    """A default as the field keeps it, and a sentence where it cannot be one."""
    if element.locked or element.kind in (Kind.FILE, Kind.LABEL) or element.maximum != 1:
        return None, "hier ist kein vorbelegter Wert möglich."
    value = parse(element, raw) if isinstance(raw, str) else raw
    if isinstance(value, bool) != (element.kind is Kind.YES_NO):
        return None, "der vorbelegte Wert passt nicht zur Frage."
    wrong = value_problem(element, value, str) if value is not None else ""
    return value, f"vorbelegter Wert: {wrong}" if wrong else ""


def cut_places(step: Step) -> list[tuple[str, Element]]:
    """Where a new page may begin on this page: elements below once-only groups, not the first one."""
    found = [(path, element) for path, element in _cuttable(step.children, "")]
    first = step.children[0].key if step.children else ""
    return [(path, element) for path, element in found if path != first]


def _cuttable(children: tuple[Element, ...], prefix: str) -> Iterator[tuple[str, Element]]:
    for number, element in enumerate(children):
        path = f"{prefix}{element.key}"
        if number or not prefix:
            yield path, element
        if isinstance(element, Group) and can_cut(element):
            yield from _cuttable(element.children, f"{path}/")
