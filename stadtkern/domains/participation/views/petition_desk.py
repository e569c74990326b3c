"""The clerk's side of a petition: check, sheets of paper, session of the council, its decision."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.privacy import actions as privacy

from .. import actions, petitionforms, petitionrules
from ..actions import petitioning, signing
from ..models import Contribution, Petition, SignatureSheet
from ..models.process import MOST_ID
from .common import clerk, contribution_of, own_process, pressed
from .setup import _ask


def _of_office(request: HttpRequest, key: str, reference: str) -> Contribution:
    own_process(request, key)
    row = contribution_of(request, key, reference)
    if row.kind != Contribution.Kind.PETITION or row.state == Contribution.State.DRAFT:
        raise Http404
    return row


def _back(row: Contribution) -> HttpResponse:
    assert row.process is not None
    return redirect("participation:petition_desk", row.process.key, row.reference)


@clerk
@never_cache
def desk(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """Everything about one petition, and the next thing to do."""
    row = _of_office(request, key, reference)
    petition = Petition.objects.filter(pk=row.pk).first()
    sheets = SignatureSheet.objects.filter(petition=row.pk).select_related("entered_by__account", "confirmed_by__account")
    privacy.note_accesses(
        actor=actor_of(request), accounts=[row.account_id], cases=[row.case_id], purpose="participation",
        legal_basis=privacy.PUBLIC_TASK, source="participation", fields=("title", "text", "representatives"),
    )  # fmt: skip
    settings = row.process.settings if row.process else {}
    context = {
        "row": row, "process": row.process, "petition": petition,
        "representatives": petitionrules.representatives_of(row.details),
        "sheets": list(sheets.order_by("-pk")[:200]), "questions": petitionrules.checks_of(settings),
        "law": settings.get("law", ""),
        "missing": max(petition.needed - petition.counted, 0) if petition else 0,
        "wants_costs": settings.get("costs") == "office",
    }  # fmt: skip
    return render(request, "participation/civic/petition_desk.html", context)


@clerk
@require_POST
def check(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """Admit, or refuse with reasons."""
    row, actor, post = _of_office(request, key, reference), actor_of(request), request.POST
    questions = petitionrules.checks_of(row.process.settings if row.process else {})
    answers = [post.get(f"frage{number}") for number in range(1, len(questions) + 1)]
    if None in answers:
        return pressed(request, _unanswered, "", _back(row))
    yes, reasons = [answer == "ja" for answer in answers], post.get("reasons", "")
    if post.get("what") == "admit":
        said = _("Zugelassen. Das Anliegen ist veröffentlicht, die Zeit zum Sammeln läuft.")
        return pressed(request, lambda: petitioning.admit(actor, row, yes, reasons, post.get("costs", "")), said, _back(row))
    said = _("Abgelehnt. Wer das Anliegen eingereicht hat, bekommt die Gründe.")
    return pressed(request, lambda: petitioning.refuse(actor, row, yes, reasons), said, _back(row))


def _unanswered() -> None:
    raise actions.Refused(_("Bitte beantworten Sie jede Frage mit Ja oder Nein."))


@clerk
@never_cache
def sheets(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """A pile of lists, counted."""
    row = _of_office(request, key, reference)
    get_object_or_404(Petition, pk=row.pk)

    def save(answers: dict[str, Any]) -> HttpResponse:
        valid, invalid = answers.get("valid"), answers.get("invalid") or 0
        signing.enter_sheet(actor_of(request), row, str(answers.get("label") or ""), int(valid or 0), int(invalid))
        return _back(row)

    lead = _(
        "Prüfen Sie jede Unterschrift am Melderegister. Wer online unterschrieben hat, zählt auf Papier nicht noch einmal."
    )
    return _ask(request, petitionforms.sheet(), {}, save, button=_("Eintragen"), lead=lead, process=row.process)


@clerk
@require_POST
def recount(request: HttpRequest, key: str, reference: str, pk: int) -> HttpResponse:
    """The second count, or away with a wrong entry."""
    row, actor = _of_office(request, key, reference), actor_of(request)
    sheet = pk if pk <= MOST_ID else 0
    if request.POST.get("verwerfen"):
        return pressed(request, lambda: signing.drop_sheet(actor, row, sheet), _("Der Eintrag ist verworfen."), _back(row))
    given = request.POST.get("valid", "")
    counted = int(given) if given.isascii() and given.isdigit() and len(given) < 8 else -1
    said = _("Nachgezählt. Die Unterschriften zählen jetzt.")
    return pressed(request, lambda: signing.confirm_sheet(actor, row, sheet, counted), said, _back(row))


@clerk
@require_POST
def finish(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """Counted, and not enough."""
    row = _of_office(request, key, reference)
    get_object_or_404(Petition, pk=row.pk)
    said = _("Festgestellt. Wer es wollte, bekommt Post.")
    return pressed(request, lambda: petitioning.finish_counting(actor_of(request), row), said, _back(row))


@clerk
@never_cache
def session(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """On which day the council deals with it."""
    row = _of_office(request, key, reference)
    petition = get_object_or_404(Petition, pk=row.pk)

    def save(answers: dict[str, Any]) -> HttpResponse:
        petitioning.to_council(actor_of(request), row, date.fromisoformat(str(answers["session"])))
        return _back(row)

    shown = {"session": petition.session_date.isoformat()} if petition.session_date else {}
    return _ask(request, petitionforms.session(), shown, save, button=_("Speichern"), process=row.process)


@clerk
@never_cache
def decision(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """What the council decided."""
    row = _of_office(request, key, reference)
    petition = get_object_or_404(Petition, pk=row.pk)

    def save(answers: dict[str, Any]) -> HttpResponse:
        text, url = str(answers.get("decision") or ""), str(answers.get("url") or "")
        petitioning.decide(actor_of(request), row, str(answers.get("outcome")), text, url)
        return _back(row)

    shown = {"outcome": petition.outcome, "decision": petition.decision, "url": petition.decision_url}
    lead = _("Wer das Anliegen eingereicht hat und wer Post wollte, bekommt die Entscheidung ins Postfach.")
    filled = {key: value for key, value in shown.items() if value}
    return _ask(request, petitionforms.decision(), filled, save, button=_("Veröffentlichen"), lead=lead, process=row.process)
