"""A budget vote, for the office that runs it: check proposals, announce the ballot, letters, shut the urn, begin building."""

import csv
import io
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.ui.templatetags.kern import plain_euro

from ..actions import (
    Refused,
    announce_poll,
    begin_realisation,
    check_project,
    close_poll,
    issue_codes,
    recall_poll,
    tick_off,
)
from ..entitled import entitled_residents
from ..models import Contribution, Link, Phase, Poll, PollCount, PollProject, Process, Turnout
from ..results import realised, turnout_of
from .common import own_process

MOST = 200
WAITING = (Contribution.Kind.PROPOSAL, Contribution.Kind.IDEA)


def own_poll(request: HttpRequest, key: str) -> tuple[Process, Poll | None]:
    """A process of this clerk's office with a vote among its phases; 404 otherwise."""
    process = own_process(request, key)
    if not Phase.objects.filter(process=process, allows__contains=["vote"]).exists():
        raise Http404
    return process, Poll.objects.filter(process=process).first()


@staff(*DESK_ROLES)
def desk(request: HttpRequest, key: str) -> HttpResponse:
    """Where the vote stands and what is next."""
    process, poll = own_poll(request, key)
    projects = list(poll.projects.select_related("contribution")) if poll else []
    checked = [one.contribution_id for one in projects]
    sources = Link.objects.filter(target__in=checked, kind=Link.Kind.BECAME).values("source")
    waiting = Contribution.objects.filter(process=process, kind__in=WAITING, state=Contribution.State.PUBLISHED)
    waiting = waiting.exclude(pk__in=checked).exclude(pk__in=sources).defer("search", "text").order_by("-supports", "pk")
    tally = PollCount.objects.filter(poll=poll, decides=True).first() if poll else None
    built = realised([one.contribution_id for one in projects]) if tally else {}
    context: dict[str, Any] = {
        "process": process, "poll": poll, "waiting": list(waiting[:MOST]), "state": poll.state if poll else Poll.State.PREPARED,
        "projects": [
            {"project": one, "won": bool(tally and one.key in tally.winners), "built": built.get(one.contribution_id)}
            for one in projects
        ],
        "turnout": turnout_of(poll) if poll else None, "rules": list(Poll.Rule.choices), "tally": tally,
        "admitted": sum(1 for one in projects if one.verdict == PollProject.Verdict.ADMITTED),
        "recallable": bool(poll and poll.state == Poll.State.READY and not Turnout.objects.filter(poll=poll).exists()),
    }  # fmt: skip
    return render(request, "participation/budget/desk.html", context)


@staff(*DESK_ROLES)
def check(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """One proposal: what it costs, whether it can be done, and why."""
    process, poll = own_poll(request, key)
    rows = Contribution.objects.filter(process__office=process.office_id, kind__in=WAITING, state=Contribution.State.PUBLISHED)
    idea = get_object_or_404(rows.defer("search"), reference=reference.upper())
    became = Link.objects.filter(source=idea, kind=Link.Kind.BECAME).values_list("target", flat=True)
    known = PollProject.objects.filter(poll=poll, contribution__in=[idea.pk, *became]).first() if poll else None
    shown = {"title": idea.title, "cost": "", "reason": "", "admitted": ""}
    if known:
        admitted = "ja" if known.verdict == PollProject.Verdict.ADMITTED else "nein"
        shown = {"title": known.title, "cost": plain_euro(known.cost_cents), "reason": known.reason, "admitted": admitted}
    context: dict[str, Any] = {"process": process, "idea": idea, "shown": shown}
    if request.method != "POST":
        return render(request, "participation/budget/check_project.html", context)
    values = {
        "process": process, "title": request.POST.get("title", ""), "reason": request.POST.get("reason", ""),
        "cost_cents": euros(request.POST.get("cost", "")), "admitted": request.POST.get("admitted") == "ja",
    }  # fmt: skip
    try:
        if request.POST.get("admitted") not in ("ja", "nein"):
            raise Refused(_("Bitte wählen Sie, ob das Projekt auf den Stimmzettel kommt."), "admitted")
        check_project(actor_of(request), idea, values)
    except Refused as refused:
        context |= {"wrong": str(refused), "shown": {name: request.POST.get(name, "") for name in shown}}
        return render(request, "participation/budget/check_project.html", context, status=422)
    messages.success(request, _("Geprüft: %s") % idea.title)
    return redirect("participation:poll_desk", key)


def euros(text: str) -> int | None:
    """ "12.500,50" -> 1250050; None for what is no amount."""
    plain = text.strip().removesuffix("€").strip().replace(" ", "").replace(".", "")
    whole, _comma, part = plain.partition(",")
    good = (
        whole.isascii()
        and whole.isdigit()
        and len(whole) < 12
        and (not part or (part.isascii() and part.isdigit() and len(part) <= 2))
    )
    return int(whole) * 100 + int((part + "00")[:2] or 0) if good else None


@require_POST
@staff(*DESK_ROLES)
def step(request: HttpRequest, key: str) -> HttpResponse:
    """A button on the page."""
    process, poll = own_poll(request, key)
    actor, what = actor_of(request), request.POST.get("was", "")
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "ankuendigen": (lambda: announce_poll(actor, process), _("Stimmzettel und Regel sind angekündigt.")),
        "zurueck": (lambda: recall_poll(actor, process), _("Die Ankündigung ist zurückgenommen.")),
        "schliessen": (lambda: close_poll(actor, process), _("Die Urne ist geschlossen. Die Auszählung läuft.")),
        "umschlag": (lambda: tick_off(actor, process, request.POST.get("code", "")), _("Der Umschlag ist eingetragen.")),
        "umsetzen": (lambda: _build(request, process, poll), _("Die Umsetzung hat jetzt eine eigene Seite.")),
    }
    if what not in acts:
        raise Http404
    act, said = acts[what]
    try:
        act()
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("participation:poll_desk", key)


def _build(request: HttpRequest, process: Process, poll: Poll | None) -> None:
    project = get_object_or_404(PollProject, poll=poll, key=request.POST.get("projekt", "")[:8].replace("\x00", ""))
    begin_realisation(actor_of(request), process, project)


@never_cache
@require_POST
@staff(*DESK_ROLES)
def letters(request: HttpRequest, key: str) -> HttpResponse:
    """Codes for everybody entitled, for the printer: shown this once, in this file."""
    process, poll = own_poll(request, key)
    if poll is None or poll.state != Poll.State.READY:
        raise Http404
    people = entitled_residents(actor_of(request), process)
    try:
        codes = dict(issue_codes(actor_of(request), poll, [person.key for person in people], anew=True))
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("participation:poll_desk", key)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerow([_("Vornamen"), _("Name"), _("Straße"), _("Hausnummer"), _("PLZ"), _("Ort"), _("Code")])
    for person in people:
        home = person.household
        row = [
            person.given_names,
            person.family_name,
            home.street,
            home.house_number,
            home.postcode,
            home.town,
            codes[person.key],
        ]
        writer.writerow([f"'{cell}" if str(cell)[:1] in ("=", "+", "-", "@") else cell for cell in row])
    response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="briefe-{key}-{timezone.localdate():%Y-%m-%d}.csv"'
    return response
