"""Once only: may we ask the register? Never without their yes, never more than the next pages ask."""

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
from stadtkern.kernel.registers.fields import FIELDS
from stadtkern.kernel.services.catalogue import Service

from .. import actions
from ..actions.prefill import CONSENT, wanted
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
    if "nachweis" in request.GET and (elsewhere := stepup.require(request, _needed(actor_of(request), service))):
        return elsewhere
    if case.assisted_by_id or not wanted(service, case.answers):
        return go_on(request, case, service)
    first = open_step(service.form, case.answers, case.steps_done)
    context = {
        "case": case,
        "service": service,
        "action": request.path,
        "pages": pages(case, service, first.key if first else REVIEW),
    }
    return render(request, "cases/consent.html", context | facts(case, service))


def facts(case: Case, service: Service) -> dict[str, Any]:
    """What the consent page says."""
    asked = set(wanted(service, case.answers).values())
    return {"register_fields": [field.label for key, field in FIELDS.items() if key in asked], "legal_basis": CONSENT}


def answer(request: HttpRequest, case: Case, service: Service) -> HttpResponse:
    """Yes or no; without an answer of the register one goes on by hand and may ask again later."""
    actor = actor_of(request)
    try:
        if request.POST.get("_prefill") != "yes":
            case = actions.decline_prefill(actor, case)
        elif actor.trust < _needed(actor, service):
            return redirect(f"{reverse('cases:prefill', args=[case.reference])}?nachweis=1")
        else:
            case = actions.prefill(actor, case)
    except registers.RegisterUnavailable:
        now = _("Das Melderegister antwortet gerade nicht.")
        then = _("Tragen Sie Ihre Angaben selbst ein, oder versuchen Sie es später noch einmal.")
        messages.warning(request, f"{now} {then}")
        case = actions.decline_prefill(actor, case)
    except (registers.NotFound, registers.Blocked):
        messages.warning(request, _("Wir konnten Ihre Daten nicht übernehmen. Bitte tragen Sie sie selbst ein."))
        case = actions.decline_prefill(actor, case)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
    return go_on(request, case, service)


def _needed(actor: Actor, service: Service) -> Trust:
    """At least signed in; whoever the register does not know yet proves who they are."""
    person = getattr(actor.account, "person", None) if actor.account else None
    known = person is not None and person.register_key is not None
    return max(service.trust, Trust.BASIC if known else Trust.SUBSTANTIAL)
