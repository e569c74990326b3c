"""Paper ballots at the desk: piles, entered by one person and compared by another."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import DESK_ROLES

from ..actions import Refused, confirm_batch, drop_batch, drop_last_sheet, enter_sheet, finish_batch, open_batch
from ..actions.papering import VOID
from ..actions.voting import admitted
from ..ballots import Vote, places_of, vote_from
from ..models import Ballot, PaperBatch, Poll, Process, Turnout
from .budget_desk import own_poll

MOST_ID = 2**63 - 1


def _with_paper(request: HttpRequest, key: str) -> tuple[Process, Poll]:
    process, poll = own_poll(request, key)
    if poll is None or not poll.paper or poll.state == Poll.State.PREPARED:
        raise Http404
    return process, poll


@staff(*DESK_ROLES)
def home(request: HttpRequest, key: str) -> HttpResponse:
    """All piles; a new one."""
    process, poll = _with_paper(request, key)
    wrong = ""
    if request.method == "POST":
        try:
            row = open_batch(actor_of(request), process, request.POST.get("label", ""))
            return redirect("participation:paper_batch", key, row.pk)
        except Refused as refused:
            wrong = str(refused)
    rows = PaperBatch.objects.filter(poll=poll).select_related("entered_by__account", "checked_by__account")
    context: dict[str, Any] = {
        "process": process, "poll": poll, "batches": rows, "wrong": wrong,
        "envelopes": Turnout.objects.filter(poll=poll, way=Turnout.Way.PAPER).count(),
        "counted": Ballot.objects.filter(poll=poll, paper=True).count() + poll.void,
    }  # fmt: skip
    return render(request, "participation/budget/paper.html", context, status=422 if wrong else 200)


@staff(*DESK_ROLES)
def batch(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """One pile: enter, finish, compare, confirm."""
    process, poll = _with_paper(request, key)
    row = get_object_or_404(PaperBatch.objects.select_related("entered_by"), poll=poll, pk=pk if pk <= MOST_ID else 0)
    if request.method != "POST":
        return _page(request, process, poll, row)
    try:
        _act(request, process, poll, row)
    except Refused as refused:
        return _page(
            request,
            process,
            poll,
            row,
            str(refused),
            vote_from(poll, admitted(poll), request.POST, request.POST.getlist("project")),
        )
    return redirect("participation:paper_batch", key, pk)


def _act(request: HttpRequest, process: Process, poll: Poll, row: PaperBatch) -> None:
    actor, what = actor_of(request), request.POST.get("was", "")
    given = request.POST.get("version", "")
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    if what == "zettel":
        vote = vote_from(poll, admitted(poll), request.POST, request.POST.getlist("project"))
        enter_sheet(actor, process, row.pk, version, vote, request.POST.get("void", "")[:20])
        return
    acts = {"letzten": drop_last_sheet, "fertig": finish_batch, "verwerfen": drop_batch, "bestaetigen": confirm_batch}
    if what not in acts:
        raise Http404
    acts[what](actor, process, row.pk, version)
    if what == "bestaetigen":
        messages.success(request, _("Der Stapel liegt jetzt in der Urne."))


def _page(
    request: HttpRequest, process: Process, poll: Poll, row: PaperBatch, wrong: str = "", given: Vote | None = None
) -> HttpResponse:
    given = given or Vote()
    points = dict(zip(given.choices, given.points, strict=False))
    member = actor_of(request).staff
    context = {
        "process": process, "poll": poll, "batch": row, "wrong": wrong, "form": poll.form, "void": VOID.items(),
        "lines": [
            {"project": one, "chosen": one.key in given.choices, "points": points.get(one.key, 0)} for one in admitted(poll)
        ],
        "ranks": [(at, given.choices[at - 1] if at <= len(given.choices) else "") for at in range(1, places_of(poll) + 1)],
        "sheets": [_sheet(at, sheet) for at, sheet in enumerate(row.sheets, 1)],
        "mine": bool(member and member.pk == row.entered_by_id),
    }  # fmt: skip
    return render(request, "participation/budget/batch.html", context, status=422 if wrong else 200)


def _sheet(at: int, sheet: dict[str, Any]) -> dict[str, Any]:
    pairs = list(zip(sheet["choices"], sheet["points"], strict=True)) if sheet["points"] else []
    text = ", ".join(f"{key}: {value}" for key, value in pairs) or ", ".join(sheet["choices"])
    return {"number": at, "text": text, "void": VOID.get(sheet["void"], "")}
