"""A budget vote, for everybody: the ballot with its projects, voting in two steps, the receipt, the result with its reasons."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of, everyone

from ..actions import Refused, Voter, cast, has_voted, in_urn, replace
from ..actions.voting import admitted, clean_code, ticket
from ..ballots import NotAllowed, Vote, checked_vote, places_of, vote_from
from ..eligibility import in_words
from ..explaining import rule_in_words
from ..models import Phase, Poll, PollProject, Process
from ..results import pabulib, result_of
from .common import process_of

DOOR = "participation.code"
RECOUNT = Path(__file__).parents[1] / "recount.py"


def poll_of(process: Process) -> Poll:
    """The announced poll of a process; 404 before."""
    return get_object_or_404(Poll.objects.exclude(state=Poll.State.PREPARED), process=process)


def _voting(process: Process) -> Phase | None:
    return next((phase for phase in process.phases.all() if "vote" in phase.allows), None)


def _context(process: Process, poll: Poll) -> dict[str, Any]:
    phase, now = _voting(process), timezone.now()
    running = bool(phase and phase.starts_at <= now < phase.ends_at and poll.state == Poll.State.READY)
    return {
        "process": process, "poll": poll, "phase": phase, "running": running, "form": poll.form,
        "places": range(1, places_of(poll) + 1), "who": in_words(phase.who, process) if phase else "",
    }  # fmt: skip


@require_GET
@everyone
def poll(request: HttpRequest, key: str) -> HttpResponse:
    """What one votes on, by which rule, who may, and how it stays secret."""
    process = process_of(request, key)
    row = poll_of(process)
    context = _context(process, row) | {"rule": rule_in_words(row.rule, row.completion), "projects": admitted(row)}
    refused = PollProject.objects.filter(poll=row, verdict=PollProject.Verdict.REFUSED).select_related("contribution")
    return render(request, "participation/budget/poll.html", {**context, "refused": refused})


@never_cache
@everyone
def vote(request: HttpRequest, key: str) -> HttpResponse:
    """The ballot."""
    process = process_of(request, key)
    row = Poll.objects.filter(process=process).exclude(state=Poll.State.PREPARED).first()
    if row is None and _voting(process) is None:
        raise Http404
    if row is None:
        said = _("Der Stimmzettel ist noch nicht fertig. Das Amt prüft die Projekte und kündigt ihn hier an.")
        return render(request, "participation/budget/cannot.html", {"process": process, "refused": said}, status=403)
    voter = _voter(request, row)
    try:
        done = has_voted(voter, process, row)
    except Refused as refused:
        return _cannot(request, process, row, refused)
    if done and voter.code:  # somebody else may sit here now
        request.session.pop(_slot(row), None)
        if voter.actor.account:
            return redirect("participation:vote", key)
    if done:
        return render(request, "participation/budget/already.html", _context(process, row))
    return _ballot(request, process, row, Vote(), by_letter=bool(voter.code))


def _cannot(request: HttpRequest, process: Process, row: Poll, refused: Refused) -> HttpResponse:
    context = _context(process, row) | {"refused": str(refused), "sign_in": refused.sign_in, "letters": row.letters}
    if refused.field == "code":  # a code that was good in another session
        request.session.pop(_slot(row), None)
    return render(request, "participation/budget/cannot.html", context, status=403)


def _ballot(
    request: HttpRequest,
    process: Process,
    row: Poll,
    vote: Vote,
    wrong: str = "",
    receipt: str = "",
    *,
    by_letter: bool = False,
) -> HttpResponse:
    projects = admitted(row)
    points = dict(zip(vote.choices, vote.points, strict=False))
    lines = [{"project": one, "chosen": one.key in vote.choices, "points": points.get(one.key, 0)} for one in projects]
    ranks = [(at, vote.choices[at - 1] if at <= len(vote.choices) else "") for at in range(1, places_of(row) + 1)]
    context = _context(process, row) | {"lines": lines, "ranks": ranks, "wrong": wrong, "receipt": receipt}
    context["by_letter"] = by_letter
    return render(request, "participation/budget/vote.html", context, status=422 if wrong else 200)


def _read(request: HttpRequest, row: Poll) -> Vote:
    return vote_from(row, admitted(row), request.POST, request.POST.getlist("project"))


@require_POST
@never_cache
@everyone
def check(request: HttpRequest, key: str) -> HttpResponse:
    """What the ballot says, once more, before it is sent; or back to the ballot to change it."""
    process = process_of(request, key)
    row = poll_of(process)
    given, receipt = _read(request, row), clean_code(request.POST.get("receipt"))
    by_letter = False
    if not receipt:
        voter = _voter(request, row)
        by_letter = bool(voter.code)
        try:
            has_voted(voter, process, row)
        except Refused as refused:
            return _cannot(request, process, row, refused)
    if "aendern" in request.POST:
        return _ballot(request, process, row, given, receipt=receipt, by_letter=by_letter)
    try:
        given = checked_vote(row, admitted(row), given)
    except NotAllowed as wrong:
        return _ballot(request, process, row, given, str(wrong), receipt, by_letter=by_letter)
    code, signed = (receipt, "") if receipt else ticket(row)
    known = {one.key: one for one in admitted(row)}
    points = dict(zip(given.choices, given.points, strict=False))
    lines = [{"project": known[one], "points": points.get(one), "place": at} for at, one in enumerate(given.choices, 1)]
    context = _context(process, row) | {"lines": lines, "code": code, "ticket": signed, "receipt": receipt}
    context["by_letter"] = by_letter
    context["cost"] = sum(known[one].cost_cents for one in given.choices)
    return render(request, "participation/budget/check.html", context)


@require_POST
@never_cache
@everyone
def send(request: HttpRequest, key: str) -> HttpResponse:
    """Into the urn. Sent twice it is one vote."""
    process = process_of(request, key)
    row = poll_of(process)
    given, receipt = _read(request, row), clean_code(request.POST.get("receipt"))
    try:
        if receipt:
            code = _guessed(request, lambda: replace(process, receipt, given))
        else:
            code = cast(_voter(request, row), process, given, request.POST.get("ticket", "")[:500])
            request.session.pop(_slot(row), None)  # the next one at this screen is somebody else
    except Refused as refused:
        if refused.field == "projects":
            return _ballot(request, process, row, given, str(refused), receipt)
        return _cannot(request, process, row, refused)
    # No redirect: the code would have to wait in the session, beside the account. Loading this page again changes nothing.
    return render(request, "participation/budget/thanks.html", _context(process, row) | {"code": code})


# ---------------------------------------------------------------- codes


def _slot(row: Poll) -> str:
    return f"letter:{row.pk}"


def _voter(request: HttpRequest, row: Poll) -> Voter:
    """The code of a letter counts for who typed it: not for an account that signed in afterwards, or out."""
    actor, kept = actor_of(request), request.session.get(_slot(row))
    code, account = kept if isinstance(kept, list) and len(kept) == 2 else ("", None)
    return Voter(actor, str(code) if account == (actor.account.pk if actor.account else None) else "")


def _guessed(request: HttpRequest, act: Callable[[], str]) -> str:
    """An action that needs a code; whoever guesses is slowed down."""
    if throttle.misses(request, DOOR) > throttle.MISSES:
        raise Refused(_("Von hier kamen zu viele falsche Codes. Bitte warten Sie eine Minute."), "code")
    try:
        return act()
    except Refused as refused:
        if refused.field in ("code", "receipt"):
            throttle.miss(request, DOOR)
        raise


@never_cache
@everyone
def letter(request: HttpRequest, key: str) -> HttpResponse:
    """Vote with the code from the letter, without an account."""
    process = process_of(request, key)
    row = poll_of(process)
    context, typed = _context(process, row), request.POST.get("code", "")[:60]
    if request.method == "POST":
        try:
            voter = Voter(actor_of(request), clean_code(typed) or "-")
            _guessed(request, lambda: str(has_voted(voter, process, row)))
        except Refused as refused:
            return render(
                request, "participation/budget/letter.html", {**context, "wrong": str(refused), "typed": typed}, status=422
            )
        request.session[_slot(row)] = [voter.code, voter.actor.account.pk if voter.actor.account else None]
        return redirect("participation:vote", key)
    return render(request, "participation/budget/letter.html", context)


@never_cache
@everyone
def receipt(request: HttpRequest, key: str) -> HttpResponse:
    """With the receipt: is the ballot in the urn? Another one in its place."""
    process = process_of(request, key)
    row = poll_of(process)
    context, typed = _context(process, row), request.POST.get("receipt", "")[:60]
    if request.method == "POST":
        try:
            _guessed(request, lambda: _known(process, typed))
        except Refused as refused:
            context |= {"wrong": str(refused), "typed": typed}
            return render(request, "participation/budget/receipt.html", context, status=422)
        return _ballot(request, process, row, Vote(), receipt=clean_code(typed))
    return render(request, "participation/budget/receipt.html", context)


def _known(process: Process, typed: str) -> str:
    if not in_urn(process, typed):
        raise Refused(_("Zu diesem Quittungscode gibt es hier keinen Stimmzettel."), "receipt")
    return typed


# ---------------------------------------------------------------- result


@require_GET
@everyone
def result(request: HttpRequest, key: str) -> HttpResponse:
    """Who won, why, what another rule would have given, how many took part, and the ballots to count again."""
    process = process_of(request, key)
    row = poll_of(process)
    if row.state != Poll.State.COUNTED:
        return redirect("participation:poll", key)
    context = _context(process, row) | result_of(row)
    context["recount_url"] = reverse("participation:poll_recount")
    return render(request, "participation/budget/result.html", context)


@require_GET
@everyone
def export(request: HttpRequest, key: str) -> HttpResponse:
    """All ballots, under numbers drawn by lot, in the format of Pabulib."""
    row = poll_of(process_of(request, key))
    if row.state != Poll.State.COUNTED:
        raise Http404
    response = HttpResponse(pabulib(row), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}.pb"'
    return response


@require_GET
@everyone
def recount(request: HttpRequest) -> HttpResponse:
    """The program that counts an export again."""
    response = HttpResponse(RECOUNT.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="nachzaehlen.py"'
    return response
