"""A contribution is written, kept as a draft, sent, changed, taken back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import draft_cookie
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.lib import ids
from stadtkern.lib.forms.check import Problem
from stadtkern.lib.forms.check import problems as problems_of
from stadtkern.lib.forms.model import Answers, Step
from stadtkern.lib.forms.read import from_post
from stadtkern.lib.forms.shape import placed
from stadtkern.ui import words

from .. import actions, eligibility, parts
from ..actions import pictures
from ..models import Contribution, Process
from ..questions import answers_of, asked, values_of
from ..templating import template
from .common import browser_key, contribution_of, page_of, process_of, too_many

SIMILAR = 5


@everyone
@never_cache
def new(request: HttpRequest, key: str) -> HttpResponse:
    """The short form: saved as a draft, shown with what is like it, sent."""
    process, actor = process_of(request, key), actor_of(request)
    if own := parts.OWN_DOORS.get((process.kind, "contribute")):
        return redirect(own, process.key)
    running = eligibility.current(process.phases.all())
    verdict = eligibility.may(actor, running, "contribute", process=process)
    if not verdict:
        return _cannot(request, process, verdict)
    secret = "" if actor.owner else draft_cookie.secret_of(request) or ids.secret()
    key_here = browser_key(request, actor)
    draft = actions.draft_of(Contribution.objects.all(), actor, process, key_here)
    if request.method == "POST":
        response = _sent(request, actor, process, draft, key_here)
    else:
        response = _form(request, process, asked(process, actor), answers_of(draft, process) if draft else {}, draft=draft)
    if secret:
        draft_cookie.remember(response, secret)
    return response


def _cannot(request: HttpRequest, process: Process, verdict: eligibility.Verdict) -> HttpResponse:
    return render(request, "participation/core/cannot.html", {"process": process, "verdict": verdict}, status=403)


def _sent(request: HttpRequest, actor: Actor, process: Process, draft: Contribution | None, key_here: str) -> HttpResponse:
    step = asked(process, actor)
    answers = _read(request, step)
    values = values_of(process, answers, request.POST)
    if "_verwerfen" in request.POST and draft is not None:
        actions.discard(actor, draft)
        messages.success(request, _("Der Entwurf ist gelöscht."))
        return redirect("participation:process", process.key)
    if "_entwurf" in request.POST:
        if refused := too_many(request):
            return _form(request, process, step, answers, refused=refused, draft=draft, status=429)
        return _kept(request, actor, process, step, answers, values, draft, key_here)
    wrong = problems_of(step, answers)
    if wrong:
        return _form(request, process, step, answers, wrong, draft=draft, status=422)
    if "_trotzdem" not in request.POST and (like := similar(process, values)):
        return _form(request, process, step, answers, draft=draft, similar=like)
    if refused := too_many(request):
        return _form(request, process, step, answers, refused=refused, draft=draft, status=429)
    try:
        files = pictures.read(request.FILES.getlist("pictures")) if process.settings.get("pictures") else []
        row = actions.contribute(actor, process, values, draft=draft, draft_key=key_here)
        if files:
            pictures.add(actor, row, files)
    except actions.Refused as error:
        return _refused(request, process, step, answers, error, draft)
    messages.success(request, _said(row))
    return page_of(row)


def _said(row: Contribution) -> str:
    if row.state == Contribution.State.PUBLISHED:
        return _("Danke. Ihr Beitrag ist veröffentlicht. Sie können ihn ändern, bis jemand darauf antwortet.")
    return _("Danke. Wir lesen Ihren Beitrag und veröffentlichen ihn dann. Die Nummer %s brauchen Sie nur für Rückfragen.") % (
        row.reference
    )


def _kept(
    request: HttpRequest, actor: Actor, process: Process, step: Step, answers: Answers, values: dict[str, Any],
    draft: Contribution | None, key_here: str,
) -> HttpResponse:  # fmt: skip
    try:
        kept = actions.save_draft(actor, process, values, draft, key_here)
    except actions.Refused as error:
        return _refused(request, process, step, answers, error, draft)
    messages.success(request, _("Gespeichert, %s. Hier geht es weiter, wenn Sie wiederkommen.") % words.clock(kept.created_at))
    return redirect("participation:new", process.key)


def _refused(
    request: HttpRequest, process: Process, step: Step, answers: Answers, error: actions.Refused,
    draft: Contribution | None = None, **more: Any,
) -> HttpResponse:  # fmt: skip
    fields = {child.key: child.label for child in step.children if hasattr(child, "label")}
    if error.field in fields:
        wrong = [Problem(error.field, str(error), fields[error.field])]
        return _form(request, process, step, answers, wrong, draft=draft, status=422, **more)
    return _form(request, process, step, answers, refused=str(error), draft=draft, status=409, **more)


def similar(process: Process, values: dict[str, Any]) -> list[Contribution]:
    """What says much the same already, by the part that compares texts; nothing where it is not there."""
    found: list[Contribution] = []
    for ask in parts.SIMILAR:
        found += ask(process, str(values.get("title") or ""), str(values.get("text") or ""))
    return found[:SIMILAR]


def _read(request: HttpRequest, step: Step) -> Answers:
    data = {key: [text.replace("\0", "") for text in request.POST.getlist(key)] for key in request.POST}
    return {path: value for path, value in from_post(step, data, {}).items() if value is not None}


def _form(
    request: HttpRequest, process: Process, step: Step, answers: Answers, wrong: list[Problem] | None = None, *,
    refused: str = "", status: int = 200, **more: Any,
) -> HttpResponse:  # fmt: skip
    actor = actor_of(request)
    position = {"lat": request.POST.get("lat", ""), "long": request.POST.get("long", "")}
    draft = more.get("draft") or more.get("row")
    if request.method == "GET" and draft is not None and draft.lat is not None:
        position = {"lat": f"{draft.lat:.6f}", "long": f"{draft.long:.6f}"}
    context = {
        "process": process, "kind": template(process.kind), "step": step, "placed": placed(step, answers, wrong or []),
        "problems": wrong or [], "refused": refused, "position": position,
        "asks_place": process.settings.get("place") != "none",
        "pictures": bool(process.settings.get("pictures")) and not more.get("row"), "anonymous": actor.owner is None,
        "office": process.office, "before": process.settings.get("moderation", "before") == "before", **more,
    }  # fmt: skip
    return render(request, "participation/core/write.html", context, status=status)


def _own(request: HttpRequest, key: str, reference: str) -> Contribution:
    row = contribution_of(request, key, reference)
    if not Contribution.objects.of_author(actor_of(request)).filter(pk=row.pk).exists():
        raise Contribution.DoesNotExist
    return row


@everyone
@never_cache
def edit(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """The author changes the text, as long as nobody has answered."""
    process, actor = process_of(request, key), actor_of(request)
    try:
        row = _own(request, key, reference)
    except Contribution.DoesNotExist:
        return render(request, "participation/core/not_yours.html", {"process": process}, status=404)
    step = asked(process, actor)
    if request.method != "POST":
        return _form(request, process, step, answers_of(row, process), row=row, version=row.version)
    answers = _read(request, step)
    given = request.POST.get("_version", "")
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    if wrong := problems_of(step, answers):
        return _form(request, process, step, answers, wrong, row=row, version=version, status=422)
    try:
        actions.edit(actor, row, values_of(process, answers, request.POST), version)
    except actions.Refused as error:
        return _refused(request, process, step, answers, error, row=row, version=version)
    messages.success(request, _("Geändert."))
    return page_of(row)


@everyone
@require_POST
def withdraw(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """Take it back; asked once more by the page before."""
    process = process_of(request, key)
    try:
        actions.withdraw(actor_of(request), contribution_of(request, key, reference))
    except Contribution.DoesNotExist:
        return render(request, "participation/core/not_yours.html", {"process": process}, status=404)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return redirect("participation:contribution", key, reference)
    messages.success(request, _("Zurückgezogen. Andere können den Text nicht mehr lesen."))
    return redirect("participation:process", process.key)
