"""The end of filling in: check everything, send it once, read what happens next; or throw the draft away."""

import logging
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts import stepup
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.kernel.accounts.actions import finish_pairing
from stadtkern.kernel.appointments import actions as appointments
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.payments.views import leave
from stadtkern.kernel.services.catalogue import Service, ServiceBroken
from stadtkern.lib.forms.shape import clean, find

from .. import actions, nameless
from ..letter import answered
from ..models import Case, Status
from ..progress import REVIEW, open_step, pages
from ..text import source_of
from .partner import consent_context
from .reach import begun_on, go_on, own_case, visit_context

log = logging.getLogger(__name__)


@everyone
def review(request: HttpRequest, reference: str) -> HttpResponse:
    """Angaben prüfen: every answer with a way to change it, the fee, what happens next and when."""
    case = own_case(request, reference)
    if not case.is_draft:
        return redirect("cases:track", case.reference)
    service = begun_on(case)
    if open_step(service.form, case.answers, case.steps_done):
        return go_on(request, case, service)
    return _review(request, case, service)


def _review(request: HttpRequest, case: Case, service: Service, status: int = 200) -> HttpResponse:
    answers = clean(service.form, case.answers)
    context: dict[str, Any] = {
        "case": case,
        "service": service,
        "pages": pages(case, service, REVIEW),
        "sections": [section for section in answered(case, service) if section.rows],
        "problems": _problems(service, answers),
        "due": _due(service),
        **visit_context(case, service),
        **consent_context(case, service),
        "enough_trust": _enough(actor_of(request), case, service),
        "sources": sorted({str(source_of(source)) for source in case.sources.values()}),
    }
    try:
        lines = service.fee_lines(answers)
    except ServiceBroken:
        log.exception("fee of %s", case)
        messages.error(request, _("Wir können die Gebühr gerade nicht berechnen. Ihr Entwurf bleibt gespeichert."))
        context["broken"] = True
    else:
        context |= {"fee_lines": lines, "fee_cents": sum(line.cents for line in lines)}
    return render(request, "cases/review.html", context, status=status)


def _book_visit(request: HttpRequest, case: Case) -> None:
    """The application is in whatever happens here; a time that is gone is asked for again on its page."""
    try:
        actions.book_visit(case.pk)
    except appointments.Refused as refused:
        messages.warning(request, _("Ihr Antrag ist angekommen. Nur der Termin fehlt noch: %(why)s") % {"why": refused})


def _problems(service: Service, answers: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(step key, path, message): a rule may have changed its mind since the page was done, for example about a date."""
    steps = service.form.steps
    found = []
    for problem in service.problems(answers):
        step = next((step for step in steps if find(step, problem.path)), steps[0])
        found.append((step.key, problem.path, problem.message))
    return found


def _due(service: Service) -> date:
    return service.decision.due(timezone.localdate())


def _enough(actor: Actor, case: Case, service: Service) -> bool:
    assists = actor.staff is not None and case.assisted_by_id == actor.staff.pk
    return assists or actor.trust >= service.trust


@everyone
def submit(request: HttpRequest, reference: str) -> HttpResponse:
    """Send it, by button only; a second click, another tab or the back button end on the same confirmation."""
    case = own_case(request, reference)
    if request.method != "POST":  # back from signing in
        return redirect("cases:review" if case.is_draft else "cases:done", case.reference)
    service = begun_on(case)
    actor = actor_of(request)
    if case.is_draft and open_step(service.form, case.answers, case.steps_done):
        return go_on(request, case, service)
    if case.is_draft and not _enough(actor, case, service) and (elsewhere := stepup.require(request, service.trust)):
        return elsewhere
    try:
        case = actions.submit(actor, case)
        finish_pairing(request)  # the screen on which it was begun may still look
        _book_visit(request, case)
    except actions.Incomplete:
        return _review(request, case, service, status=422)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return redirect("cases:review", case.reference)
    except ServiceBroken:
        log.exception("submit of %s", case)
        messages.error(request, _("Ihr Antrag kann gerade nicht abgeschickt werden. Ihr Entwurf bleibt gespeichert."))
        return redirect("cases:track", case.reference)
    if "_pay" in request.POST and case.status == Status.AWAITING_PAYMENT:
        payment = Payment.objects.filter(about=str(case)).order_by("-pk").first()
        if payment is not None and payment.status == Payment.Status.OPEN:
            return leave(request, payment)
    return redirect("cases:done", case.reference)


@everyone
def done(request: HttpRequest, reference: str) -> HttpResponse:
    """Eingegangen: the reference, the one next step, what happens then and when."""
    return _after(request, reference, "cases/done.html")


@everyone
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Eingangsbestätigung for printing: what was sent, when, and under which reference."""
    return _after(request, reference, "cases/receipt.html")


def _after(request: HttpRequest, reference: str, template: str) -> HttpResponse:
    case = own_case(request, reference)
    if case.is_draft:
        return redirect("cases:review", case.reference)
    service = begun_on(case)
    payment = Payment.objects.filter(about=str(case)).order_by("-pk").first() if case.fee_cents else None
    context: dict[str, Any] = {"case": case, "service": service, "payment": payment, **visit_context(case, service)}
    if template == "cases/receipt.html":
        context["sections"] = [section for section in answered(case, service) if section.rows]
    if service.anonymous:
        context["code"] = nameless.code_here(request, case.reference)
    return render(request, template, context)


@everyone
def discard(request: HttpRequest, reference: str) -> HttpResponse:
    """Throw a draft away, after asking."""
    case = own_case(request, reference)
    if not case.is_draft:
        return redirect("cases:track", case.reference)
    service = begun_on(case)
    if request.method != "POST":
        return render(request, "cases/discard.html", {"case": case, "service": service})
    try:
        actions.discard_draft(actor_of(request), case)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return redirect("cases:track", case.reference)
    messages.info(request, _("Ihr Entwurf ist gelöscht."))
    return redirect("services:page", case.service)
