"""Once only: may we ask the register? Only about people it knows, never without their yes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stadtkern.kernel.accounts import stepup
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.registers import actions as registers
from stadtkern.kernel.registers.fields import FIELDS
from stadtkern.kernel.services.catalogue import Service

from .. import actions
from ..actions.prefill import CONSENT, register_fields
from ..models import Case
from .reach import begun_on, go_on, own_case

UNAVAILABLE = gettext_noop("Tragen Sie Ihre Angaben selbst ein, oder versuchen Sie es später noch einmal.")


def can_prefill(actor: Actor, service: Service) -> bool:
    """Whether the register could be asked about the person at the screen."""
    person = getattr(actor.account, "person", None) if actor.account else None
    known = person is not None and person.register_key is not None
    return known and actor.company is None and bool(register_fields(service))


def consent(service: Service) -> dict[str, Any]:
    return {"register_fields": [FIELDS[key].label for key in register_fields(service) if key in FIELDS], "legal_basis": CONSENT}


@everyone
def prefill(request: HttpRequest, reference: str) -> HttpResponse:
    """May we ask the register? Only for people it knows, only when they are trusted enough, never without their yes."""
    case = own_case(request, reference)
    if not case.is_draft:
        return redirect("cases:track", case.reference)
    service = begun_on(case)
    if request.method == "POST":
        return answer_consent(request, case, service)
    if elsewhere := stepup.require(request, max(service.trust, Trust.BASIC)):
        return elsewhere
    if not can_prefill(actor_of(request), service):
        return go_on(case, service)
    return render(request, "cases/consent.html", {"case": case, "service": service, "action": request.path} | consent(service))


def answer_consent(request: HttpRequest, case: Case, service: Service) -> HttpResponse:
    actor = actor_of(request)
    try:
        if request.POST.get("_prefill") != "yes":
            actions.decline_prefill(actor, case)
        elif actor.trust < service.trust or actor.account is None:
            return redirect("cases:prefill", case.reference)  # asks for more trust, then once more for the yes
        else:
            case = actions.prefill(actor, case)
    except registers.RegisterUnavailable:
        messages.warning(request, f"{_('Das Melderegister antwortet gerade nicht.')} {_(UNAVAILABLE)}")
    except (registers.NotFound, registers.Blocked):
        messages.warning(request, _("Wir konnten Ihre Daten nicht übernehmen. Bitte tragen Sie sie selbst ein."))
    except actions.Refused as refused:
        messages.warning(request, str(refused))
    return go_on(case, service)
