"""Filling in: the first page and every other page."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts import draft_cookie
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.kernel.accounts.models import Role, Trust
from stadtkern.kernel.appointments import actions as appointments
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib import ids
from stadtkern.lib.forms.check import Problem
from stadtkern.lib.forms.model import Field, Kind, Step, fields
from stadtkern.lib.forms.rules.evaluate import Effects
from stadtkern.lib.forms.shape import html_id, placed
from stadtkern.lib.forms.walk import Walk

from .. import actions, nameless
from ..actions.prefill import offers, worth_asking
from ..letter import file_names
from ..models import Case
from ..progress import open_step, pages, shown_steps
from ..text import source_of
from . import consent
from .reach import adopt, begun_on, go_on, offered, own_case

SALT = "cases.start"


@everyone
def start(request: HttpRequest, key: str) -> HttpResponse:
    """The first page. Nothing is written before the first save; its reference is made here, so two clicks are one draft."""
    service = offered(key)
    if service.anonymous:
        return _start_nameless(request, service)
    if service.begin_page and request.method == "GET" and request.GET.get("beratung") != "1":
        return redirect(service.begin_page)  # the department's own page asks the same
    actor = actor_of(request)
    adopt(actor)
    if request.method == "POST":
        return _whole(request, _begin(request, actor, service))
    token = signing.dumps([key, ids.reference(str(city().raw.get("reference_prefix", "MS")))], salt=SALT)
    assisted = _assists(actor) and request.GET.get("beratung") == "1"
    drafts = [] if assisted else list(Case.objects.of_citizen(actor).drafts().filter(service=key).order_by("-pk")[:3])
    empty = Case(service=key)
    first = shown_steps(service.form, {})[0]
    context = _page(empty, service, first) | {"token": token, "assisted": assisted, "drafts": drafts}
    context["action"] = request.path
    asks = not assisted and offers(actor, empty, service, first)
    if asks:
        context |= consent.facts(empty, service)
    response = render(request, "cases/consent.html" if asks else "cases/step.html", context)
    if actor.account is None:
        draft_cookie.remember(response, draft_cookie.secret_of(request) or ids.secret())
    return response


def _start_nameless(request: HttpRequest, service: Service) -> HttpResponse:
    """The same first page, begun by nobody: the draft hangs on a code of its own (nameless.py)."""
    secret = draft_cookie.secret_of(request) or ids.secret()
    reference = _reference(request, service) if request.method == "POST" else None
    reference = reference or ids.reference(str(city().raw.get("reference_prefix", "MS")))
    actor = nameless.nobody(request, secret, reference)
    if request.method == "POST":
        case, _secret = actions.start(actor, service, reference=reference)
        if case.reference != reference:  # somebody has this number already, and the code would not fit the new one
            actions.discard_draft(actor, case)
            return redirect("cases:start", service.key)
        own_case(request, reference)
        response = _whole(request, _save(request, case, service, shown_steps(service.form, {})[0]) if case.is_draft
                          else redirect("cases:track", case.reference))  # fmt: skip
    else:
        token = signing.dumps([service.key, reference], salt=SALT)
        context = _page(Case(service=service.key), service, shown_steps(service.form, {})[0])
        response = render(request, "cases/step.html", {**context, "token": token, "action": request.path})
    draft_cookie.remember(response, secret)
    return response


def _begin(request: HttpRequest, actor: Actor, service: Service) -> HttpResponse:
    assisted = _assists(actor) and request.POST.get("_assisted") == "1"
    try:
        case, secret = actions.start(actor, service, assisted=assisted, reference=_reference(request, service))
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return redirect("services:page", service.key)
    if secret:
        request._actor = replace(actor, draft_keys=(ids.digest(secret),))  # type: ignore[attr-defined]
    if "_prefill" in request.POST:
        response = consent.answer(request, case, service)
    elif not case.is_draft:  # the back button after everything was sent
        response = redirect("cases:track", case.reference)
    else:
        response = _save(request, case, service, shown_steps(service.form, {})[0])
    if actor.account is None and (known := secret or draft_cookie.secret_of(request)):
        draft_cookie.remember(response, known)
    return response


def _reference(request: HttpRequest, service: Service) -> str | None:
    """The reference made by the page; None when it was not us who made it."""
    try:
        key, reference = signing.loads(request.POST.get("_token", ""), salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return str(reference) if key == service.key else None


def _assists(actor: Actor) -> bool:
    return actor.staff is not None and actor.staff.role in (Role.CLERK, Role.LEAD)


@everyone
def step(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """One page: what was typed is kept, also when something is wrong with it; no page can be skipped."""
    return _whole(request, _step(request, own_case(request, reference), step))


def _step(request: HttpRequest, case: Case, key: str) -> HttpResponse:
    if not case.is_draft:
        return redirect("cases:track", case.reference)
    service = begun_on(case)
    effects = service.effects(case.answers)
    shown = shown_steps(service.form, case.answers, effects)
    wanted = next((s for s in shown if s.key == key), None)
    first = open_step(service.form, case.answers, case.steps_done, shown)
    if wanted is None or (first is not None and shown.index(wanted) > shown.index(first)):
        return go_on(request, case, service)
    if request.method == "POST":
        return _save(request, case, service, wanted)
    return render(request, "cases/step.html", _page(case, service, wanted, actor=actor_of(request), effects=effects))


def _save(request: HttpRequest, case: Case, service: Service, step: Step) -> HttpResponse:
    actor = actor_of(request)
    data = {name: request.POST.getlist(name) for name in request.POST}
    files = {name: request.FILES.getlist(name) for name in request.FILES}
    change = next((name for name in ("_add", "_remove", "_contest") if name in request.POST), None)
    away = next((name for name in ("_back", "_later") if name in request.POST), None)
    itself = bool(getattr(request, "htmx", False))
    try:
        saved = actions.save_step(actor, case, step.key, data, files, final=not (change or away or itself))
        if change:
            return _changed(request, saved.case, service, step, change)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return redirect("cases:track", case.reference)
    case = saved.case
    if service.appointment:
        appointments.keep_longer(str(case), actor.key)
    if away and not saved.problems:
        return _leave(request, case, service, step, away)
    if itself:
        return _saved_itself(request, saved, service, step)
    if saved.problems or saved.revealed:
        # What has just come into view is asked, not complained about.
        told = [problem for problem in saved.problems if problem.path not in saved.revealed]
        context = _page(case, service, step, told, actor, saved.effects)
        return render(request, "cases/step.html", context, status=422 if told else 200)
    return go_on(request, case, service)


def _leave(request: HttpRequest, case: Case, service: Service, step: Step, away: str) -> HttpResponse:
    """One page back, or enough for today; what was typed is saved already."""
    if away == "_back":
        shown = shown_steps(service.form, case.answers)
        place = next((i for i, other in enumerate(shown) if other.key == step.key), 0)
        return redirect("cases:step", case.reference, shown[max(place - 1, 0)].key)
    messages.info(request, _("Ihr Entwurf ist gespeichert."))
    return redirect(settings.LOGIN_REDIRECT_URL) if case.account_id else redirect("services:page", service.key)


def _changed(request: HttpRequest, case: Case, service: Service, step: Step, change: str) -> HttpResponse:
    """A list grew or shrank, or a fact is wrong: the same page again, at the place."""
    actor, path = actor_of(request), request.POST[change]
    if change == "_contest":
        case = actions.contest(actor, case, path)
    else:
        act = actions.add_entry if change == "_add" else actions.remove_entry
        case = act(actor, case, step.key, path)
    place = path
    if change == "_add":
        entries = [int(found[1]) for at in case.answers if (found := re.match(re.escape(path) + r"\[(\d{1,3})\]", at))]
        place = f"{path}[{max(entries)}]" if entries else path
    elif change == "_remove":
        place = re.sub(r"\[\d+\]$", "", path)
    return redirect(f"{reverse('cases:step', args=[case.reference, step.key])}#{html_id(place)}")


def _saved_itself(request: HttpRequest, saved: actions.Saved, service: Service, step: Step) -> HttpResponse:
    """Answer to htmx: only the time of saving, or the page anew when other fields or pages are to be seen now."""
    case = saved.case
    shown = shown_steps(service.form, case.answers, saved.effects)
    seen = _seen(Walk(step, case.answers, saved.effects), shown)
    if not (saved.received or saved.problems) and request.POST.get("_seen") == seen:
        response = render(request, "cases/_saved.html", {"case": case, "oob": True})
        response["HX-Reswap"] = "none"
    else:
        context = _page(case, service, step, saved.problems, actor_of(request), saved.effects)
        response = render(request, "cases/_form.html", context)
    if case.reference not in request.path:  # it was the first page: reloading now leads to the draft
        response["HX-Replace-Url"] = reverse("cases:step", args=[case.reference, step.key])
    return response


def _whole(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A redirect moves the whole page, also when it was htmx that asked."""
    if not getattr(request, "htmx", False) or response.status_code != 302:
        return response
    told = HttpResponse(status=204)
    told["HX-Redirect"] = response["Location"]
    return told


def _seen(walk: Walk, shown: Sequence[Step]) -> str:
    """Which elements and pages there are to see, in a few characters: the page sends it back, so we know when it must change.

    Also what a rule requires or sets: the word "optional" and a value that is given change with it.
    """
    marks = [step.key for step in shown]
    for visit in walk.visits():
        element = visit.element
        fixed = element.default if isinstance(element, Field) and element.locked else ""
        marks.append(f"{visit.path} {min(element.minimum, 1)} {fixed}")
    return ids.digest("\n".join(marks))[:12]


def _page(
    case: Case,
    service: Service,
    step: Step,
    problems: Sequence[Problem] = (),
    actor: Actor | None = None,
    effects: Effects | None = None,
) -> dict[str, Any]:
    effects = effects or service.effects(case.answers)
    shown = shown_steps(service.form, case.answers, effects)
    has_files = case.pk is not None and any(f.kind is Kind.FILE for _path, f in fields(step))
    found = pages(case, service, step.key, shown)
    sources = {path: source_of(source) for path, source in case.sources.items()}
    return {
        "case": case,
        "service": service,
        "step": step,
        "pages": found,
        "previous": found[0].state != "current",
        "placed": placed(step, case.answers, problems, sources, file_names(case) if has_files else {}, effects),
        "seen": _seen(Walk(step, case.answers, effects), shown),
        "problems": list(problems),
        "action": reverse("cases:step", args=[case.reference, step.key]) if case.pk else "",
        "needs_sign_in": service.trust > Trust.NONE,
        "can_prefill": actor is not None and not case.assisted_by_id and worth_asking(service, case.answers, step),
    }
