"""The overlay of an imported form as pages: the order of steps, and what one step asks."""

from collections.abc import Mapping
from typing import Any

from stadtkern.kernel.registers.evidence import types
from stadtkern.lib.forms.model import Answers, Element, Field, Form, Group, Kind, Option, Step
from stadtkern.lib.forms.read import parse
from stadtkern.lib.forms.show import input_text

from ..overlay import cut_places, default_of, elements, required
from ..prefill import OFF, SOURCES
from .files import Edit, value_at

PARTS = {"day": "Tag", "month": "Monat", "year": "Jahr"}


def fact_words(origin: str) -> str:
    """ "residents.birth_date#year" as "Melderegister: Geburtsdatum, Jahr"."""
    if origin == OFF:
        return "nicht vorausfüllen"
    if origin.startswith("account."):
        return "Konto: E-Mail-Adresse"
    fact, _, part = origin.partition("#")
    key, _, name = fact.partition(".")
    if key not in types() or name not in types()[key].fields:
        return origin
    register, label = types()[key].short.german, types()[key].fields[name].label
    return f"{register}: {label}" + (f", {PARTS[part]}" if part else "")


def pages_form(form: Form) -> Step:
    """One group for each page: its place, title and help, whether it is shown, whether it joins the page before."""
    children = []
    for number, step in enumerate(form.steps):
        inside: list[Element] = [
            Field("place", "Platz", Kind.NUMBER, min_value=1, max_value=len(form.steps)),
            Field("title", "Titel", Kind.TEXT, max_length=200),
            Field("help", "Hilfe zur Seite", Kind.LONG_TEXT, 0, max_length=2_000),
        ]
        if number:
            inside.append(Field("join", "Mit der vorigen Seite zusammenlegen", Kind.YES_NO, 0, default=False))
        if not any(required(child) for child in step.children):
            inside.append(Field("hide", "Diese Seite nicht zeigen", Kind.YES_NO, 0, default=False))
        children.append(Group(f"p{number}", f"{number + 1}. {step.title}", tuple(inside)))
    return Step("seiten", "Seiten", tuple(children))


def pages_answers(form: Form) -> Answers:
    """What the pages are now."""
    answers: Answers = {}
    for number, step in enumerate(form.steps):
        answers |= {f"p{number}/place": number + 1, f"p{number}/title": step.title, f"p{number}/help": step.help or None}
        answers |= {f"p{number}/join": False, f"p{number}/hide": False}
    return answers


def pages_edits(form: Form, text: str, posted: Mapping[str, Any]) -> list[Edit]:
    """What was changed about the pages."""
    edits: list[Edit] = []
    order = sorted(range(len(form.steps)), key=lambda n: (posted.get(f"p{n}/place") or n + 1, n))
    if order != list(range(len(form.steps))):
        edits.append((("order",), [form.steps[n].key for n in order]))
    gone = list(value_at(text, ("hide_steps",)) or ())
    for number, step in enumerate(form.steps):
        for key in ("title", "help"):
            if (posted.get(f"p{number}/{key}") or "") != getattr(step, key):
                edits.append((("steps", step.key, key), posted.get(f"p{number}/{key}") or None))
        if posted.get(f"p{number}/hide") is True:
            gone.append(step.key)
        if number and posted.get(f"p{number}/join") is True:
            edits += _joined(form.steps[number - 1].key, step.key, text, edits)
    if gone != list(value_at(text, ("hide_steps",)) or ()):
        edits.append((("hide_steps",), gone))
    return edits


def _joined(first: str, second: str, text: str, edits: list[Edit]) -> list[Edit]:
    base, _, cut = second.rpartition("-")
    split = list(value_at(text, ("steps", base, "split")) or ()) if base else []
    kept = [path for path in split if path.rpartition("/")[2] != cut]
    if split and kept != split:  # the page was cut off here: one cut less
        return [(("steps", base, "split"), kept or None)]
    keys = ("steps", first, "merge")
    known = next((value for one, value in reversed(edits) if one == keys), None) or list(value_at(text, keys) or ())
    return [(keys, [*known, second])]


def step_form(form: Form, step: Step, prefill: Mapping[str, str]) -> tuple[Step, list[tuple[str, Element]]]:
    """One group for each element of the page, in order, and the elements behind the groups e0, e1, …"""
    found = list(elements(step))
    places = {path for path, _ in cut_places(step)}
    asked = {path: number for number, (path, _) in enumerate(found)}
    children = []
    for path, number in asked.items():
        element = found[number][1]
        inside: list[Element] = [
            Field("label", "Frage" if isinstance(element, Field) else "Überschrift", Kind.TEXT, max_length=500)
        ]
        inside.append(Field("help", "Hilfe dazu", Kind.LONG_TEXT, 0, max_length=2_000))
        if isinstance(element, Field) and _may_have_default(element):
            inside.append(Field("default", "Vorbelegt mit", Kind.TEXT, 0, max_length=500))
        if isinstance(element, Field) and element.kind is not Kind.LABEL:
            inside.append(_prefill_field(prefill.get(path, "")))
        inside.append(Field("place", "Platz in der Gruppe", Kind.NUMBER, min_value=1, max_value=999))
        if path in places:
            inside.append(Field("cut", "Hier beginnt eine neue Seite", Kind.YES_NO, 0, default=False))
        if element.minimum == 0:
            inside.append(Field("hide", "Nicht zeigen", Kind.YES_NO, 0, default=False))
        sort = "Gruppe" if isinstance(element, Group) else "Hinweis" if element.kind is Kind.LABEL else "Frage"
        children.append(Group(f"e{number}", f"{sort}: {element.label}"[:160], tuple(inside)))
    return Step("seite", step.title, tuple(children)), found


def _may_have_default(field: Field) -> bool:
    return not default_of(field, "")[1] or field.kind in (Kind.YES_NO, Kind.CHOICE)


def _prefill_field(now: str) -> Field:
    known = sorted(SOURCES | ({now} if now else set()), key=fact_words)
    options = (Option(OFF, fact_words(OFF)), *(Option(origin, fact_words(origin)) for origin in known if origin != OFF))
    return Field("prefill", "Vorausfüllen aus", Kind.CHOICE, 0, options=options)


def step_answers(form: Form, step: Step, prefill: Mapping[str, str]) -> Answers:
    """What the page asks now."""
    answers: Answers = {}
    ranks: dict[str, int] = {}
    for number, (path, element) in enumerate(elements(step)):
        parent = path.rpartition("/")[0]
        ranks[parent] = rank = ranks.get(parent, 0) + 1
        place = f"e{number}"
        answers |= {f"{place}/label": element.label, f"{place}/help": element.help or None, f"{place}/place": rank}
        answers |= {f"{place}/cut": False, f"{place}/hide": False}
        if isinstance(element, Field):
            shown = element.default if element.kind is not Kind.YES_NO else _yes(element.default)
            answers[f"{place}/default"] = None if shown in (None, "") else input_text(element, shown)
            answers[f"{place}/prefill"] = prefill.get(path, OFF)
    return answers


def _yes(value: object) -> str:
    return "" if value is None else "ja" if value else "nein"


def step_edits(form: Form, step: Step, prefill: Mapping[str, str], text: str, posted: Mapping[str, Any]) -> list[Edit]:
    """What was changed on the page, as entries of form.overlay.toml."""
    found, shown = list(elements(step)), step_answers(form, step, prefill)
    edits: list[Edit] = []
    for number, (path, element) in enumerate(found):
        place = f"e{number}"
        for key in ("label", "help", "default", "prefill"):
            at = f"{place}/{key}"
            if at not in shown or at not in posted or (posted[at] or "") == (shown[at] or ""):
                continue
            value = posted[at] or None
            if key == "default" and isinstance(element, Field) and value is not None:
                value = parse(element, str(value))
            edits.append((("fields", path, key), value))
    edits += _orders(step, found, posted)
    hidden = [path for number, (path, _) in enumerate(found) if posted.get(f"e{number}/hide") is True]
    if hidden:
        edits.append((("hide",), [*(value_at(text, ("hide",)) or ()), *hidden]))
    cuts = [path for number, (path, _) in enumerate(found) if posted.get(f"e{number}/cut") is True]
    if cuts:
        edits.append(_cut_edit(form, step, text, cuts))
    return edits


def _orders(step: Step, found: list[tuple[str, Element]], posted: Mapping[str, Any]) -> list[Edit]:
    siblings: dict[str, list[tuple[int, str]]] = {}
    for number, (path, _) in enumerate(found):
        siblings.setdefault(path.rpartition("/")[0], []).append((number, path.rpartition("/")[2]))
    edits: list[Edit] = []
    for parent, children in siblings.items():
        wanted = sorted(enumerate(children, 1), key=lambda one: (posted.get(f"e{one[1][0]}/place") or one[0], one[0]))
        keys = [key for _, (_, key) in wanted]
        if keys != [key for _, key in children]:
            place = ("fields", parent, "order") if parent else ("steps", step.key, "order")
            edits.append((place, keys))
    return edits


def _cut_edit(form: Form, step: Step, text: str, cuts: list[str]) -> Edit:
    """Cuts belong to the page as the schema has it, also where it has been cut before."""
    base = step.key
    while (shorter := base.rpartition("-")[0]) and value_at(text, ("steps", shorter, "split")) is not None:
        base = shorter
    return ("steps", base, "split"), [*(value_at(text, ("steps", base, "split")) or ()), *cuts]


def words_of(keys: tuple[str, ...], form: Form | None) -> str:
    """What a place of form.overlay.toml is called in a list of changes."""
    names = {"label": "Beschriftung", "help": "Hilfe", "default": "Vorbelegt mit", "prefill": "Vorausfüllen",
             "order": "Reihenfolge", "title": "Titel", "split": "Neue Seite beginnt bei",
             "merge": "Zusammengelegt mit"}  # fmt: skip
    single = {
        "order": "Reihenfolge der Seiten",
        "hide": "Nicht gezeigt",
        "hide_steps": "Seiten, die nicht gezeigt werden",
        "title": "Titel",
    }
    if len(keys) == 1:
        return single.get(keys[0], keys[0])
    if keys[0] == "fields" and form:
        label = next((element.label for path, element in elements(form) if path == keys[1]), keys[1])
        return f"„{label}“: {names.get(keys[-1], keys[-1])}"
    if keys[0] == "steps" and form:
        step = form.step(keys[1])
        return f"Seite „{step.title if step else keys[1]}“: {names.get(keys[-1], keys[-1])}"
    return ".".join(keys)
