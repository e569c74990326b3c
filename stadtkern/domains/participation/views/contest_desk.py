"""The clerk's side of a contest: the jury, who is partial, prizes, the end of the judging, the outcome."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from stadtkern.kernel.accounts.access import Actor, actor_of

from .. import actions
from ..actions.judging import entries
from ..contests.explain import how
from ..contests.figures import judging_of, outcome_of, prizes_of, progress
from ..contests.rules import rules_of
from ..models import Conflict, Contribution, Juror, Prize, Process
from ..panels_contest import is_contest
from .common import clerk, own_process, pressed
from .contest_jury import WHY


def _contest(request: HttpRequest, key: str) -> Process:
    row = own_process(request, key)
    if not is_contest(row):
        raise Http404
    return row


@clerk
@never_cache
def contest(request: HttpRequest, key: str) -> HttpResponse:
    """Everything about jury, prizes and outcome; what comes next stands on top."""
    process, actor = _contest(request, key), actor_of(request)
    judging = judging_of(process)
    rules, wrong = [], ""
    try:
        rules = how(rules_of(process.settings))
    except ValueError as error:
        wrong = str(error)
    rows = list(entries(process).only("pk", "reference", "title").order_by("pk")[:500])
    context = {
        "process": process, "judging": judging, "rules": rules, "rules_wrong": wrong, 
        "jurors": progress(process), "entries": rows,
        "conflicts": Conflict.objects.filter(juror__process=process).select_related("juror", "contribution", "by_staff"),
        "prizes": prizes_of(process), "why": WHY.items(), "staff": actor.staff,
        "outcome": outcome_of(process, judging) if judging and judging.closed_at else None,
        "base": request.build_absolute_uri(redirect("participation:process", process.key)["Location"]),
    }  # fmt: skip
    return render(request, "participation/contest/desk.html", context)


Acts = dict[str, tuple[Callable[[], Any], str]]


@clerk
@require_POST
def contest_act(request: HttpRequest, key: str, what: str) -> HttpResponse:
    """The buttons of that page."""
    process, actor, post = _contest(request, key), actor_of(request), request.POST
    acts = _of_jury(actor, process, post) | _of_prizes(actor, process, post)
    if what not in acts:
        raise Http404
    return pressed(request, acts[what][0], acts[what][1], redirect("participation:contest", process.key))


def _of_jury(actor: Actor, process: Process, post: Any) -> Acts:
    def lift() -> None:
        found = get_object_or_404(Conflict, pk=_pk(post, "befangenheit"), juror__process=process)
        actions.lift_conflict(actor, found)

    def declare() -> None:
        actions.declare_conflict(actor, _juror(process, post), _entry(process, post), post.get("kind", ""))

    invite = lambda: actions.invite_juror(actor, process, post.get("name", ""), post.get("role", ""))  # noqa: E731
    return {
        "einladen": (invite, _("Platz angelegt. Geben Sie der Person den Link.")),
        "entfernen": (lambda: actions.remove_juror(actor, _juror(process, post)), _("Entfernt.")),
        "eroeffnen": (lambda: actions.open_judging(actor, process), _("Die Wertung ist eröffnet. Regeln und Los stehen fest.")),
        "befangen": (declare, _("Eingetragen.")),
        "unbefangen": (lift, _("Zurückgenommen.")),
        "schliessen": (lambda: actions.close_judging(actor, process), _("Abgeschlossen und ausgezählt.")),
    }


def _of_prizes(actor: Actor, process: Process, post: Any) -> Acts:
    def propose() -> None:
        actions.propose_prize(actor, _prize(process, post), _entry(process, post), post.get("reason", ""))

    add = lambda: actions.add_prize(actor, process, post.get("title", ""), _cents(post.get("euro", "")))  # noqa: E731
    decide = lambda: actions.decide_prize(actor, _prize(process, post), _pk(post, "idee"))  # noqa: E731
    publish = lambda: actions.publish_outcome(actor, process, post.get("statement", ""))  # noqa: E731
    same = _("Nachgerechnet: Die gespeicherten Wertungen ergeben genau dieses Ergebnis.")
    return {
        "preis": (add, _("Preis angelegt.")),
        "preis-weg": (lambda: actions.drop_prize(actor, _prize(process, post)), _("Gelöscht.")),
        "vorschlagen": (propose, _("Vorgeschlagen. Jetzt entscheidet eine zweite Person.")),
        "entscheiden": (decide, _("Entschieden.")),
        "veroeffentlichen": (publish, _("Veröffentlicht. Alle Beteiligten bekommen Post.")),
        "nachrechnen": (lambda: _recounted(process), same),
    }


@clerk
@require_GET
def inputs(request: HttpRequest, key: str) -> HttpResponse:
    """Everything the outcome rests on, entries and jurors by number; that somebody took it is written down."""
    process = _contest(request, key)
    judging = judging_of(process)
    if judging is None or judging.closed_at is None:
        raise Http404
    actions.note_inputs_taken(actor_of(request), judging)
    body = {"inputs": judging.inputs, "outcome": judging.outcome, "digest": judging.digest, "commitment": judging.commitment}
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="jury-{process.key}.json"'
    return response


def _recounted(process: Process) -> None:
    judging = judging_of(process)
    if judging is None or not actions.recount(judging):
        raise actions.Refused(_("Die gespeicherten Wertungen ergeben etwas anderes. Bitte wenden Sie sich an die IT."))


def _pk(post: Any, name: str) -> int:
    given = post.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def _juror(process: Process, post: Any) -> Juror:
    return get_object_or_404(Juror, pk=_pk(post, "mitglied"), process=process)


def _entry(process: Process, post: Any) -> Contribution:
    return get_object_or_404(
        Contribution.objects.defer("search").select_related("process"), pk=_pk(post, "idee"), process=process
    )


def _prize(process: Process, post: Any) -> Prize:
    return get_object_or_404(Prize, pk=_pk(post, "preis"), process=process)


def _cents(text: str) -> int:
    """Whole euros or with two digits: 500, 1.500, 1500,50."""
    plain = text.replace("€", "").replace(" ", "").replace("\u00a0", "")
    euros, _comma, cents = plain.replace(".", "").partition(",")
    if not (euros.isascii() and euros.isdigit() and len(euros) < 12) or not (
        cents == "" or (cents.isascii() and cents.isdigit() and len(cents) == 2)
    ):
        raise actions.Refused(_("Schreiben Sie den Betrag so: 500 oder 1.500,50. Ohne Geld: 0."), "euro")
    return int(euros) * 100 + int(cents or 0)
