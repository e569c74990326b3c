"""The second person: a number from the applicant, then exactly what they say yes or no to."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import stepup, throttle
from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib.forms.shape import clean

from .. import actions
from ..letter import answered
from ..models import Agreement, Case
from .reach import begun_on, found_case

DOOR, WRONG = "cases:consent", 20


@require_POST
@everyone
@never_cache
def invite(request: HttpRequest, reference: str) -> HttpResponse:
    """The number to hand on; shown once, a new one ends the old."""
    reader, case = found_case(request, reference)
    service = begun_on(case)
    if service.consent is None or not case.is_draft:
        raise Http404
    actions.look(reader, case, case.begun_on)
    actor = actor_of(request)
    if actor.account is None and (elsewhere := stepup.require(request, service.trust)):
        return elsewhere
    try:
        code = actions.invite(actor, case)
    except actions.Refused as refused:
        return render(
            request, "cases/partner_code.html", {"case": case, "service": service, "problem": str(refused)}, status=409
        )
    return render(request, "cases/partner_code.html", {"case": case, "service": service, "code": code})


@signed_in
@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """Type the number."""
    if request.method != "POST":
        return render(request, "cases/partner_enter.html", {})
    if throttle.misses(request, DOOR) > WRONG:
        return render(request, "429.html", status=429)
    code = request.POST.get("code", "")[:100]
    try:
        agreement = actions.take_invitation(actor_of(request), code)
    except actions.MoreTrustNeeded as needed:
        service_trust = _trust_of(code)
        return stepup.require(request, service_trust) or _again(request, code, str(needed))
    except actions.Refused as refused:
        throttle.miss(request, DOOR)
        return _again(request, code, str(refused))
    return redirect("cases:partner", agreement.pk)


def _trust_of(code: str) -> Any:
    found = Agreement.objects.filter(code_digest=actions.agreeing_digest(code)).select_related("case__edition").first()
    if found is None:
        raise Http404
    return found.case.begun_on.trust


def _again(request: HttpRequest, code: str, problem: str) -> HttpResponse:
    return render(request, "cases/partner_enter.html", {"problem": problem, "typed": code}, status=422)


@signed_in
@never_cache
def partner(request: HttpRequest, number: int) -> HttpResponse:
    """What the second person reads, and their answer."""
    actor = actor_of(request)
    rows = Agreement.objects.select_related("case__edition", "case__office", "case__account").exclude(account=None)
    if actor.account is None or actor.company or actor.mandate:
        raise Http404
    agreement = get_object_or_404(rows.filter(account=actor.account), pk=min(number, 2**63 - 1))
    service = agreement.case.begun_on.in_language(get_language() or "de")
    if elsewhere := stepup.require(request, service.trust):
        return elsewhere
    problem = ""
    if request.method == "POST":
        try:
            answer = request.POST.get("answer", "")
            if answer in ("yes", "no"):
                seen = request.POST.get("seen", "")
                actions.say_yes_or_no(actor, agreement, agrees=answer == "yes", seen=seen)
                return redirect("cases:partner", agreement.pk)
        except actions.Refused as refused:
            problem = str(refused)
            agreement = rows.get(pk=agreement.pk)
    actions.look_as_other(actor, agreement, service)
    context = _shown(agreement, service) | {"problem": problem}
    return render(request, "cases/partner.html", context, status=409 if problem else 200)


def _shown(agreement: Agreement, service: Service) -> dict[str, Any]:
    case = agreement.case
    seen = actions.digest_of_answers(clean(service.form, case.answers))
    return {
        "agreement": agreement,
        "case": case,
        "service": service,
        "statement": service.say(service.consent.statement) if service.consent else "",
        "sections": [section for section in answered(case, service) if section.rows],
        "seen": seen,
        "current": agreement.seen == seen,
    }


def consent_context(case: Case, service: Service) -> dict[str, Any]:
    """For the summary of the applicant: who must agree, and whether they have, to what stands there now."""
    if service.consent is None:
        return {}
    row = Agreement.objects.filter(case=case).first()
    now = actions.digest_of_answers(clean(service.form, case.answers))
    state = "none" if row is None else "changed" if row.seen and row.seen != now else row.state.lower()
    if row is not None and state == "open" and row.account_id:
        state = "reading"
    return {"needs_consent": True, "consent_who": service.say(service.consent.who), "consent_state": state}
