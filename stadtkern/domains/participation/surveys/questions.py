"""Questions: read strictly from data, laid out as a form, answers taken out of it. Pure but for the words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from stadtkern.lib.forms.check import Problem
from stadtkern.lib.forms.check import problems as problems_of
from stadtkern.lib.forms.model import Answers, Element, Field, Group, Kind, Option, Step
from stadtkern.lib.forms.shape import clean

from ..models import Question

Q = Question.Kind
STEPS = 5  # of a scale
MOST_QUESTIONS, MOST_OPTIONS, TEXT, LABEL = 60, 30, 3000, 200
CHOOSES = (Q.SINGLE, Q.SCALE)  # others may depend on these
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WORDS = {"key", "kind", "text", "help", "required", "options", "rows", "low", "high", "least", "most", "when"}


class Wrong(ValueError):
    """A question that cannot be asked; says why. `field`: of the clerk's form."""

    def __init__(self, message: str, field: str = "text") -> None:
        super().__init__(message)
        self.field = field


def read(raw: Mapping[str, Any], before: Sequence[Question]) -> Question:
    """One question out of data (a template, a clerk's form), not saved. `before`: those asked earlier. Raises Wrong."""
    if unknown := set(raw) - _WORDS:
        raise Wrong(_("Unbekannt: %s") % ", ".join(sorted(unknown)))
    kind, text = str(raw.get("kind") or "").upper(), str(raw.get("text") or "").strip()
    if kind not in Q.values:
        raise Wrong(_("Bitte wählen Sie die Art der Frage."), "kind")
    if not 3 <= len(text) <= 300:
        raise Wrong(_("Bitte schreiben Sie die Frage mit 3 bis 300 Zeichen."), "text")
    key = str(raw.get("key") or _free({one.key for one in before}))
    if not _KEY.fullmatch(key) or key in {one.key for one in before}:
        raise Wrong(_("Der Schlüssel „%s“ passt nicht oder kommt zweimal vor.") % key)
    row = Question(key=key, kind=kind, text=text, required=bool(raw.get("required")))
    row.help = str(raw.get("help") or "").strip()[:300]
    row.options, row.rules = _options(kind, raw), _rules(kind, raw)
    row.when = _when(raw.get("when"), before)
    return row


def _free(taken: set[str]) -> str:
    return next(key for number in range(1, 1000) if (key := f"f{number}") not in taken)


def listed(lines: object, field: str) -> list[list[str]]:
    """[[code, label]]: codes stand for the place. Raises Wrong for too few, too many, the same twice."""
    given = lines.splitlines() if isinstance(lines, str) else lines
    labels = [str(one).strip()[:LABEL] for one in given] if isinstance(given, list | tuple) else []
    labels = [label for label in labels if label]
    if not 2 <= len(labels) <= MOST_OPTIONS:
        raise Wrong(_("Bitte geben Sie 2 bis %s Zeilen an, jede mit einem Eintrag.") % MOST_OPTIONS, field)
    if len({label.casefold() for label in labels}) < len(labels):
        raise Wrong(_("Zwei Zeilen sind gleich."), field)
    return [[f"a{place}", label] for place, label in enumerate(labels, start=1)]


def _options(kind: str, raw: Mapping[str, Any]) -> list[list[str]]:
    if kind == Q.SCALE:
        low, high = (str(raw.get(name) or "").strip()[:60] for name in ("low", "high"))
        ends = {1: low, STEPS: high}
        return [[str(step), f"{step} – {ends[step]}" if ends.get(step) else str(step)] for step in range(1, STEPS + 1)]
    if kind in (Q.SINGLE, Q.MULTIPLE, Q.RANKING, Q.MATRIX):
        found = listed(raw.get("options"), "options")
        if kind == Q.MULTIPLE and len(found) > 15:
            raise Wrong(_("Mehr als 15 Antworten liest niemand. Teilen Sie die Frage."), "options")
        if kind == Q.RANKING and len(found) > 10:
            raise Wrong(_("Mehr als zehn Dinge bringt niemand in eine Reihenfolge."), "options")
        return found
    return []


def _rules(kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    if kind == Q.MATRIX:
        return {"rows": listed(raw.get("rows"), "rows")}
    if kind != Q.NUMBER:
        return {}
    least, most = raw.get("least"), raw.get("most")
    low, high = (least if _whole(least) else 0), (most if _whole(most) else 1_000_000)
    assert isinstance(low, int) and isinstance(high, int)
    if low >= high:
        raise Wrong(_("Die kleinste Zahl muss unter der größten liegen."), "most")
    return {"least": low, "most": high}


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 10**12


def _when(given: object, before: Sequence[Question]) -> dict[str, str]:
    """{question: code}, one condition on an earlier question with one answer."""
    if not given:
        return {}
    if not isinstance(given, Mapping) or len(given) != 1:
        raise Wrong(_("Eine Frage kann von einer Antwort abhängen."), "when")
    key, code = next(iter(given.items()))
    asked = next((one for one in before if one.key == key), None)
    if asked is None or asked.kind not in CHOOSES:
        raise Wrong(_("Abhängen kann eine Frage nur von einer früheren, bei der man eine Antwort wählt."), "when")
    by_label = {label: one for one, label in asked.options}
    code = by_label.get(str(code), str(code))
    if code not in {one for one, _label in asked.options}:
        raise Wrong(_("Diese Antwort gibt es bei der Frage „%s“ nicht.") % asked.text[:60], "when")
    return {str(key): code}


def step_of(title: str, questions: Iterable[Question]) -> Step:
    """The questionnaire as a form."""
    return Step("umfrage", title, tuple(_element(one) for one in questions))


def _element(one: Question) -> Element:
    least, options = int(one.required), tuple(Option(code, label) for code, label in one.options)
    when: dict[str, Any] | None = dict(one.when) or None
    if one.kind == Q.MULTIPLE:
        return Field(one.key, one.text, Kind.CHOICE, least, len(options), one.help, options=options, when=when)
    if one.kind in CHOOSES:
        return Field(one.key, one.text, Kind.CHOICE, least, 1, one.help, options=options, when=when)
    if one.kind == Q.NUMBER:
        low, high = one.rules["least"], one.rules["most"]
        return Field(one.key, one.text, Kind.NUMBER, least, 1, one.help, min_value=low, max_value=high, when=when)
    if one.kind == Q.TEXT:
        return Field(one.key, one.text, Kind.LONG_TEXT, least, 1, one.help, max_length=TEXT, when=when)
    if one.kind == Q.MATRIX:
        rows = tuple(Field(code, label, Kind.CHOICE, least, 1, options=options) for code, label in one.rules["rows"])
        return Group(one.key, one.text, rows, help=one.help, when=when)
    places = tuple(Option(str(place), _("Platz %s") % place) for place in range(1, len(options) + 1))
    told = " ".join(part for part in (one.help, _("Jeder Platz einmal.")) if part)
    rows = tuple(Field(option.code, option.label, Kind.CHOICE, least, 1, options=places) for option in options)
    return Group(one.key, one.text, rows, help=told, when=when)


def problems(questions: Sequence[Question], step: Step, answers: Answers) -> list[Problem]:
    """What is wrong with the answers, also places given twice."""
    found = problems_of(step, answers)
    visible = clean(step, answers)
    for one in questions:
        if one.kind != Q.RANKING:
            continue
        given = {code: visible.get(f"{one.key}/{code}") for code, _label in one.options}
        places = [place for place in given.values() if place]
        if places and (len(set(places)) < len(places) or len(places) < len(given)):
            first = f"{one.key}/{one.options[0][0]}"
            found.append(Problem(first, _("Geben Sie jedem einen eigenen Platz, oder lassen Sie alle leer."), one.text))
    return found


def taken(questions: Sequence[Question], step: Step, answers: Answers) -> dict[str, Any]:
    """{question: value} of what was asked and answered: code, codes, number, text, codes in order, {row: code}."""
    visible, found = clean(step, answers), {}
    for one in questions:
        value = _value(one, visible)
        if value not in (None, "", [], {}):
            found[one.key] = value
    return found


def _value(one: Question, visible: Answers) -> Any:
    codes = {code for code, _label in one.options}
    if one.kind == Q.MULTIPLE:
        ticked = {value for path, value in visible.items() if path.startswith(f"{one.key}[")}
        return [code for code, _label in one.options if code in ticked]
    if one.kind == Q.RANKING:
        places = {code: int(visible.get(f"{one.key}/{code}") or 0) for code in codes}
        return sorted(codes, key=lambda code: places[code]) if all(places.values()) else None
    if one.kind == Q.MATRIX:
        rows = {code: visible.get(f"{one.key}/{code}") for code, _label in one.rules["rows"]}
        return {row: code for row, code in rows.items() if code in codes}
    value = visible.get(one.key)
    if one.kind in CHOOSES:
        return value if value in codes else None
    return value
