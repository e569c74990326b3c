"""Once only: may we ask the registers? Never without their yes, never more than the next pages ask, and a look before use."""

import time
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts import stepup
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.registers import actions as registers
from stadtkern.kernel.registers.evidence import types
from stadtkern.kernel.services.catalogue import Service

from .. import actions
from ..actions.prefill import CONSENT, by_register, waits_for_look, wanted
from ..models import Case
from ..progress import REVIEW, open_step, pages
from .reach import begun_on, go_on, own_case


@everyone
def prefill(request: HttpRequest, reference: str) -> HttpResponse:
    """What we would ask, whom, what for; the way to prove who one is comes after the yes ("?nachweis")."""
    case = own_case(request, reference)
    if not case.is_draft:
        return redirect("cases:track", case.reference)
    service = begun_on(case)
    if request.method == "POST":
        return answer(request, case, service)
    if "nachweis" in request.GET and (elsewhere := stepup.require(request, _needed(actor_of(request), case, service))):
        return elsewhere
    if case.assisted_by_id or not wanted(service, case.answers):
        return go_on(request, case, service)
    if "nachweis" in request.GET and _said_yes(request, case):
        return answer(request, case, service, yes=True)
    context = page(request, case, service) | facts(case, service)
    return render(request, "cases/consent.html", context)


def page(request: HttpRequest, case: Case, service: Service) -> dict[str, Any]:
    """What every page between the steps shows."""
    first = open_step(service.form, case.answers, case.steps_done)
    steps = pages(case, service, first.key if first else REVIEW)
    return {"case": case, "service": service, "action": request.path, "pages": steps}


def facts(case: Case, service: Service) -> dict[str, Any]:
    """What the consent page says: every register with its fields."""
    asked = by_register(wanted(service, case.answers))
    return {
        "registers": [
            {"name": types()[key].short, "fields": [f.label for name, f in types()[key].fields.items() if name in fields]}
            for key, fields in asked.items()
        ],
        "preview": any(types()[key].preview for key in asked),
        "legal_basis": CONSENT,
    }


YES, MINUTES = "said_yes", 15


def _said_yes(request: HttpRequest, case: Case) -> bool:
    """Whether this browser said yes to this application just before it went to prove who it is: nobody is asked twice."""
    reference, at = request.session.pop(YES, ("", 0))
    return bool(reference == case.reference and at > time.time() - MINUTES * 60)


def answer(request: HttpRequest, case: Case, service: Service, *, yes: bool = False) -> HttpResponse:
    """Yes or no; without an answer of the register one goes on by hand and may ask again later."""
    actor = actor_of(request)
    try:
        if not yes and request.POST.get("_prefill") != "yes":
            case = actions.decline_prefill(actor, case)
        elif actor.trust < _needed(actor, case, service):
            request.session[YES] = (case.reference, time.time())
            return redirect(f"{reverse('cases:prefill', args=[case.reference])}?nachweis=1")
        else:
            fetched = actions.fetch(actor, case)
            case = fetched.case
            _tell(request, fetched.problems)
            if waits_for_look(actor, case):
                return redirect("cases:preview", case.reference)
            if fetched.problems and not case.sources:
                case = actions.decline_prefill(actor, case)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
    return go_on(request, case, service)


def _tell(request: HttpRequest, problems: Mapping[str, Exception]) -> None:
    """One sentence for each register that gave nothing, and how to go on."""
    for key, problem in problems.items():
        if isinstance(problem, registers.RegisterUnavailable):
            now = registers.sentence(problem, types()[key])
            then = _("Tragen Sie Ihre Angaben selbst ein, oder versuchen Sie es später noch einmal.")
        elif isinstance(problem, registers.NotFound) and key != "residents":
            now, then = registers.sentence(problem, types()[key]), _("Bitte tragen Sie Ihre Angaben selbst ein.")
        else:
            now, then = _("Wir konnten Ihre Daten nicht übernehmen."), _("Bitte tragen Sie sie selbst ein.")
        messages.warning(request, f"{now} {then}")


def _needed(actor: Actor, case: Case, service: Service) -> Trust:
    """At least signed in; whoever the register does not know yet proves who they are, and some evidence needs more."""
    known = actor.register_key is not None
    evidence = [types()[key].trust for key in by_register(wanted(service, case.answers))]
    return max(service.trust, Trust.BASIC if known else Trust.SUBSTANTIAL, *evidence)
