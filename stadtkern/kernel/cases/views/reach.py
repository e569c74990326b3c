"""Reaching a case: the own one or none (404), in the reader's language, drafts moved into the account on the way."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language

from stadtkern.kernel.accounts.access import Actor, actor_of
from stadtkern.kernel.appointments import link, say
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.catalogue import Service

from .. import actions, nameless, visits
from ..actions.prefill import offers
from ..models import Case
from ..progress import open_step


def own_case(request: HttpRequest, reference: str) -> Case:
    """The case of this applicant; foreign and unknown ones are 404 alike. Who acts for somebody else leaves a line."""
    actor, case = found_case(request, reference)
    actions.look(actor, case, case.begun_on)  # nothing for one's own
    return case


def found_case(request: HttpRequest, reference: str) -> tuple[Actor, Case]:
    """The same before anything of it is shown, with who reads it."""
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
    return actor, case


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
        to_choose = visits.matter_of(service, case.answers) is not None and visits.of(case) is None
        return redirect("cases:visit" if to_choose else "cases:review", case.reference)
    if offers(actor_of(request), case, service, first):
        return redirect("cases:prefill", case.reference)
    return redirect("cases:step", case.reference, first.key)


def visit_context(case: Case, service: Service) -> dict[str, Any]:
    """What pages show of the appointment of a case; nothing where the service needs none."""
    if service.appointment is None:
        return {}
    row = visits.of(case)
    row = None if row is not None and row.status == "MISSED" else row  # another one is needed
    needed = visits.matter_of(service, case.answers) is not None
    return {
        "needs_visit": row is not None or (needed and visits.may_choose(case)),
        "visit": row,
        "visit_live": row is not None and row.is_live(),
        "visit_told": say.told(row) if row else None,
        "visit_link": _to_visit(case, row) if row else "",
    }


def _to_visit(case: Case, row: Appointment) -> str:
    """Its own page; without an account by the link, which this page may know because it is the applicant's."""
    if row.account_id:
        return reverse("appointments:show", args=[row.number])
    code = link.code_of(row)
    return reverse("appointments:open", args=[code]) if code else ""
