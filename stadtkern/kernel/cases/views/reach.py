"""Reaching a case: the own one or none (404), in the reader's language, drafts moved into the account on the way."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language

from stadtkern.kernel.accounts.access import Actor, actor_of
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.catalogue import Service

from .. import actions, nameless
from ..actions.prefill import offers
from ..models import Case
from ..progress import open_step


def own_case(request: HttpRequest, reference: str) -> Case:
    """The case of this applicant; foreign and unknown ones are 404 alike."""
    actor = nameless.reader(request, reference)
    rows = Case.objects.of_applicant(actor).select_related("edition", "office").defer("edition__files")
    case = rows.filter(reference=reference.upper()).first()
    if case is None:
        raise Http404
    nameless.step_back(request, case.service, actor)
    if (
        actor.account
        and not nameless.is_nameless(case.service)
        and case.account_id is None
        and case.draft_key in actor.draft_keys
        and case.is_draft
    ):
        adopt(actor)
        case.account, case.draft_key = actor.account, None
    actions.look(actor, case, case.begun_on)  # nothing for one's own
    return case


def adopt(actor: Actor) -> None:
    """Whoever signed in with drafts in the browser keeps them in the account from now on."""
    if actor.account and actor.draft_keys:
        actions.adopt_drafts(actor.account, actor.draft_keys)


def begun_on(case: Case) -> Service:
    """The service of the day the case was begun, in the reader's language."""
    return case.begun_on.in_language(get_language() or "de")


def offered(key: str) -> Service:
    """The service as offered today, in the reader's language; 404 when there is none."""
    try:
        return catalogue.find(key).in_language(get_language() or "de")
    except catalogue.UnknownService as error:
        raise Http404 from error


def go_on(request: HttpRequest, case: Case, service: Service) -> HttpResponse:
    """To the first page that is not complete, else to the summary; the register is offered before it would save typing."""
    first = open_step(service.form, case.answers, case.steps_done)
    if first is None:
        return redirect("cases:review", case.reference)
    if offers(actor_of(request), case, service, first):
        return redirect("cases:prefill", case.reference)
    return redirect("cases:step", case.reference, first.key)
