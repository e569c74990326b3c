"""A plan that lies open, for everybody: its papers and passages, the form for a statement, the outcome without names."""

import csv
import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from stadtkern.kernel.accounts import draft_cookie
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.lib import ids
from stadtkern.lib.forms.check import Problem
from stadtkern.lib.forms.check import problems as problems_of
from stadtkern.lib.forms.model import Answers, Field, Step
from stadtkern.lib.forms.read import from_post
from stadtkern.lib.forms.shape import add, placed, remove
from stadtkern.ui import words

from .. import actions, eligibility
from ..consultations import asking, rules, table
from ..models import Contribution, Plan, PlanDocument, Process
from ..models.contribution import SHOWN
from ..models.process import MOST_ID
from ..templating import template
from .common import browser_key, page_of, process_of, too_many

MOST_SHAPES = 2000


def consultation_of(request: HttpRequest, key: str) -> Process:
    """A consultation this reader may know of; 404 otherwise."""
    row = process_of(request, key)
    if not rules.is_consultation(row):
        raise Http404
    return row


def plan_of(row: Process) -> Plan:
    """The plan without its sealed paper; before anybody has written anything an empty one."""
    return Plan.objects.filter(pk=row.pk).defer("paper").first() or Plan(process=row)


@require_GET
@everyone
def plan(request: HttpRequest, key: str) -> HttpResponse:
    """The papers with their numbered passages, each with a way to a statement about it."""
    row = consultation_of(request, key)
    running = eligibility.current(row.phases.all())
    context = {
        "process": row, "plan": plan_of(row), "papers": table.documents_with_passages(row), "last_day": rules.last_day(row),
        "may": eligibility.may(actor_of(request), running, "contribute", process=row), "kind": template(row.kind),
    }  # fmt: skip
    return render(request, "participation/consultation/plan.html", context)


@require_GET
@everyone
def file(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A paper of the plan as it was laid open."""
    row = consultation_of(request, key)
    paper = get_object_or_404(PlanDocument, process=row, pk=pk if pk <= MOST_ID else 0, data__isnull=False)
    response = HttpResponse(bytes(paper.data or b""), content_type=paper.media_type)
    response["Content-Disposition"] = f'inline; filename="{ascii_name(paper)}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def ascii_name(paper: PlanDocument) -> str:
    ending = paper.file_name.rpartition(".")[2] or "pdf"
    return f"unterlage-{paper.pk}.{ending if ending.isalnum() and ending.isascii() else 'pdf'}"


@require_GET
@everyone
def shapes_of(request: HttpRequest, key: str) -> JsonResponse:
    """Where the plan holds, and what was drawn to statements that may be read."""
    row, found = consultation_of(request, key), []
    if area := plan_of(row).area:
        found.append({"type": "Feature", "geometry": area, "properties": {"title": row.title, "kind": "area"}})
    rows = Contribution.objects.filter(process=row, state__in=SHOWN, geometry__isnull=False, statement__confidential=False)
    for title, reference, geometry in rows.order_by("-pk").values_list("title", "reference", "geometry")[:MOST_SHAPES]:
        url = f"/beteiligung/{row.key}/{reference}/"
        found.append({"type": "Feature", "geometry": geometry, "properties": {"title": title, "url": url}})
    return JsonResponse({"type": "FeatureCollection", "features": found}, content_type="application/geo+json")


@everyone
@never_cache
def write(request: HttpRequest, key: str) -> HttpResponse:
    """The form: kept as a draft, sent, confirmed."""
    process, actor = consultation_of(request, key), actor_of(request)
    running = eligibility.current(process.phases.all())
    verdict = eligibility.may(actor, running, "contribute", process=process)
    if not verdict:
        return render(request, "participation/core/cannot.html", {"process": process, "verdict": verdict}, status=403)
    secret = "" if actor.owner else draft_cookie.secret_of(request) or ids.secret()
    key_here = browser_key(request, actor)
    draft = actions.draft_of(Contribution.objects.all(), actor, process, key_here)
    if request.method == "POST":
        response = _sent(request, actor, process, draft, key_here)
    else:
        response = form(request, process, asking.asked(process, actor), _begun(request, process, draft), draft=draft)
    if secret:
        draft_cookie.remember(response, secret)
    return response


def _begun(request: HttpRequest, process: Process, draft: Contribution | None) -> Answers:
    """The draft; else an empty form with the passage somebody came from."""
    if draft is not None:
        return asking.answers_of(draft.title, draft.text, draft.address, draft.details)
    wanted = asking.picked(request.GET.getlist("stelle"))
    known = [one.pk for one in asking.passages_of(process) if one.pk in wanted] if wanted else []
    return {f"passages[{place}]": str(pk) for place, pk in enumerate(known)}


def read(request: HttpRequest, step: Step) -> Answers:
    data = {key: [text.replace("\0", "") for text in request.POST.getlist(key)] for key in request.POST}
    return {path: value for path, value in from_post(step, data, {}).items() if value is not None}


def changed(request: HttpRequest, step: Step, answers: Answers) -> Answers | None:
    """One more passage, or one less, where there are too many to tick; None where another button was pressed."""
    if wanted := request.POST.get("_add", ""):
        return add(step, answers, wanted[:100])
    gone = request.POST.get("_remove", "")
    return remove(step, answers, gone[:100]) if gone else None


def _sent(request: HttpRequest, actor: Actor, process: Process, draft: Contribution | None, key_here: str) -> HttpResponse:
    step = asking.asked(process, actor)
    answers = read(request, step)
    values = asking.values_of(answers, request.POST)
    if (other := changed(request, step, answers)) is not None:
        return form(request, process, step, other, draft=draft)
    if "_verwerfen" in request.POST and draft is not None:
        actions.discard(actor, draft)
        messages.success(request, _("Der Entwurf ist gelöscht."))
        return redirect("participation:process", process.key)
    keeps = "_entwurf" in request.POST
    if not keeps and (wrong := problems_of(step, answers)):
        return form(request, process, step, answers, wrong, draft=draft, status=422)
    try:
        if refused := too_many(request):
            raise actions.Refused(refused)
        if keeps:
            kept = actions.save_draft(actor, process, values, draft, key_here)
            messages.success(
                request, _("Gespeichert, %s. Hier geht es weiter, wenn Sie wiederkommen.") % words.clock(kept.created_at)
            )
            return redirect("participation:statement_write", process.key)
        row = actions.contribute(actor, process, values, draft=draft, draft_key=key_here)
    except actions.Refused as error:
        return refused_form(request, process, step, answers, error, draft=draft)
    if row.account_id:
        said = _("Danke. Ihre Stellungnahme ist da. Die Bestätigung kommt in wenigen Minuten in Ihr Postfach.")
    else:
        said = _("Danke. Ihre Stellungnahme ist da. Die Bestätigung steht in wenigen Minuten unter „Stand und Nachrichten“.")
    messages.success(request, said)
    return page_of(row)


def refused_form(
    request: HttpRequest, process: Process, step: Step, answers: Answers, error: actions.Refused, **more: Any
) -> HttpResponse:
    """The form again with everything in it, and why it did not go."""
    labels = {child.key: child.label for child in step.children if isinstance(child, Field)}
    if error.field in labels:
        wrong = [Problem(error.field, str(error), labels[error.field])]
        return form(request, process, step, answers, wrong, status=422, **more)
    return form(request, process, step, answers, refused=str(error), status=409, **more)


def form(
    request: HttpRequest, process: Process, step: Step, answers: Answers, wrong: list[Problem] | None = None, *,
    refused: str = "", status: int = 200, **more: Any,
) -> HttpResponse:  # fmt: skip
    draft = more.get("draft")
    drawn = (
        request.POST.get("geometry", "")[:30_000] if request.method == "POST" else words_of(draft.geometry if draft else None)
    )
    context = {
        "process": process, "kind": template(process.kind), "step": step, "placed": placed(step, answers, wrong or []),
        "problems": wrong or [], "refused": refused, "drawn": drawn, "plan": plan_of(process),
        "last_day": rules.last_day(process), "anonymous": actor_of(request).owner is None, **more,
    }  # fmt: skip
    return render(request, "participation/consultation/write.html", context, status=status)


def words_of(geometry: Any) -> str:
    """A shape as the map's field takes it."""
    return json.dumps(geometry) if geometry else ""


def _decided(request: HttpRequest, key: str) -> tuple[Process, Plan]:
    row = consultation_of(request, key)
    found = Plan.objects.filter(pk=row.pk, decided_at__isnull=False).first()
    if found is None:
        raise Http404
    return row, found


@require_GET
@everyone
def outcome(request: HttpRequest, key: str) -> HttpResponse:
    """What was said and what became of it, without names."""
    row, found = _decided(request, key)
    lines = [(line, table.told(line, public=True)) for line in table.lines(row, public=True)]
    context = {"process": row, "plan": found, "lines": lines, "figures": table.figures(row), "paper": found.paper is not None}
    return render(request, "participation/consultation/outcome.html", context)


@require_GET
@everyone
def outcome_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """The sealed table."""
    row, found = _decided(request, key)
    if found.paper is None:
        raise Http404
    return pdf(bytes(found.paper), f"abwaegung-{row.key}.pdf")


def pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@everyone
def outcome_csv(request: HttpRequest, key: str) -> HttpResponse:
    """The same as open data."""
    row, _found = _decided(request, key)
    return spreadsheet(f"abwaegung-{row.key}.csv", table.csv_rows(row, public=True))


def spreadsheet(name: str, rows: Any) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")  # spreadsheets read umlauts right only with it
    csv.writer(response, delimiter=";").writerows(rows)
    return response
