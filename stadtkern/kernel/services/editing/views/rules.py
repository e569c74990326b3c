"""The rules of an imported form: what each sentence does, confirmed or written by a person."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from stadtkern.lib.forms import repeat
from stadtkern.lib.forms.check import Problem
from stadtkern.lib.forms.check import problems as problems_of
from stadtkern.lib.forms.model import Answers, Form
from stadtkern.lib.forms.read import from_post
from stadtkern.lib.forms.rules.model import Clause, Rule, State
from stadtkern.lib.forms.rules.say import Names, say
from stadtkern.lib.forms.shape import placed

from ...confirmed import entry_of, rule_id
from .. import actions
from .. import rules as writing
from .common import REFUSALS, RULES, Desk, context, editor, federal_desk, told

WORDS = {
    State.OPEN: ("wartet auf Sie", "warning"),
    State.COMPILED: ("gelesen", "info"),
    State.CONFIRMED: ("bestätigt", "success"),
    State.NOTE: ("nur Hinweis", "info"),
}
ORDER = list(WORDS)


@dataclass(frozen=True)
class Shown:
    """One rule as the page shows it."""

    rule: Rule
    mark: str  # for the address
    place: str
    sentences: tuple[str, ...]
    word: str
    tone: str


def _shown(rule: Rule, names: Names) -> Shown:
    place = names.of(rule.bearer) if rule.bearer else "ganzes Formular"
    word, tone = WORDS[rule.state]
    return Shown(rule, actions.mark(rule_id(rule)), place, tuple(say(clause, names) for clause in rule.clauses), word, tone)


@editor
def rules(request: HttpRequest, key: str) -> HttpResponse:
    """All rules of the form, the open ones first; `?stand=` one state only."""
    desk = federal_desk(request, key)
    form = _form(desk)
    names = Names(form)
    wish = request.GET.get("stand", "")
    counted = {state: sum(rule.state is state for rule in form.rules) for state in WORDS}
    found = [rule for rule in form.rules if wish not in list(State) or rule.state == wish]
    found.sort(key=lambda rule: ORDER.index(rule.state))
    more = {
        "rows": [_shown(rule, names) for rule in found],
        "wish": wish if wish in list(State) else "",
        "states": [(state.value, WORDS[state][0], count) for state, count in counted.items() if count],
        "count": len(form.rules),
        "notes": form.notes,
    }
    return render(request, "services/edit/rules.html", context(desk, "services:edit_rules") | more)


def _form(desk: Desk) -> Form:
    if desk.form is None:
        raise Http404
    return desk.form


@editor
def rule(request: HttpRequest, key: str, mark: str) -> HttpResponse:
    """One rule: confirm what was read, write what it means, or say that it is only a hint."""
    desk = federal_desk(request, key)
    form = _form(desk)
    names = Names(form)
    one = next((one for one in form.rules if actions.mark(rule_id(one)) == mark), None)
    if one is None:
        raise Http404
    page = writing.page(form, one.bearer)
    answers, wrong = writing.empty(), list[Problem]()
    if request.method == "POST":
        data = {name: [text.replace("\0", "") for text in request.POST.getlist(name)] for name in request.POST}
        answers = from_post(page, data, {})
        for do, change in (("_add", repeat.add), ("_remove", repeat.remove)):
            if do in request.POST:
                answers = change(page, answers, request.POST[do].replace("\0", ""))
        if not {"_add", "_remove"} & set(request.POST):
            done, wrong = _decided(request, desk, one, form, answers)
            if done:
                return done
    more = {
        "shown": _shown(one, names),
        "why_open": one.why,
        "page": page,
        "placed": placed(page, answers, wrong),
        "problems": wrong,
        "state": actions.state_of(desk.draft(RULES)),
        "action": request.path,
        "typed": request.method == "POST",
        "ours": one.state in (State.CONFIRMED, State.NOTE),
    }
    return render(request, "services/edit/rule.html", context(desk, "services:edit_rules") | more, status=422 if wrong else 200)


def _decided(
    request: HttpRequest, desk: Desk, one: Rule, form: Form, answers: Answers
) -> tuple[HttpResponse | None, list[Problem]]:
    do, at = request.POST.get("do", ""), ("rules", rule_id(one))
    why = request.POST.get("why", "").replace("\0", "").strip()[:500]
    entry: dict[str, Any] | None
    if do == "confirm" and one.clauses:
        entry = entry_of(one, State.CONFIRMED, one.clauses)
    elif do == "note":
        if not why:
            return None, [Problem("why", "Bitte schreiben Sie, warum hier nichts zu prüfen ist.", "Grund")]
        entry = entry_of(one, State.NOTE, why=why)
    elif do == "reset":
        entry = None
    elif do.startswith("drop-") and do[5:].isdecimal():
        entry = _without(one, int(do[5:]))
    else:
        typed, wrong = _typed(request, form, one, answers)
        if typed is None:
            return None, wrong
        entry = entry_of(one, State.CONFIRMED, (*one.clauses, typed))
    try:
        actions.edit(desk.actor, desk.folder, RULES, [(at, entry)], request.POST.get("_state", ""))
    except REFUSALS as error:
        told(request, error)
    return redirect("services:edit_rule", desk.folder.key, actions.mark(rule_id(one))), []


def _without(one: Rule, number: int) -> dict[str, Any] | None:
    kept = tuple(clause for n, clause in enumerate(one.clauses) if n != number)
    return entry_of(one, State.CONFIRMED, kept) if kept else entry_of(one, State.NOTE, why="Alle Wirkungen entfernt")


def _typed(request: HttpRequest, form: Form, one: Rule, answers: Answers) -> tuple[Clause | None, list[Problem]]:
    wrong = problems_of(writing.page(form, one.bearer), answers)
    return (None, wrong) if wrong else writing.clause_of(form, answers)
