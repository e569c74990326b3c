"""The second screen: open the code, see who asks for what, choose the number."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.lib import ids

from .. import actions, draft_cookie
from ..access import actor_of, everyone
from ..models import Pairing
from . import brake, codes

State, Kind = Pairing.State, Pairing.Kind


@everyone
@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """Type the short code where no camera helps."""
    if request.method != "POST":
        return render(request, "accounts/pairing_enter.html")
    if brake.stopped(request):
        return render(request, "accounts/pairing_brake.html", status=429)
    typed = request.POST.get("code", "").replace("\x00", "")[:40]
    letters = codes.read(typed)
    row = Pairing.objects.filter(short_digest=ids.digest(letters)).first() if letters else None
    if row is not None and not row.over:
        return redirect("pairing:open", codes.code(row.nonce))
    if letters and brake.too_many(request, "miss"):
        return render(request, "accounts/pairing_brake.html", status=429)
    wrong = (
        _("Diesen Code gibt es nicht, oder seine zwei Minuten sind um. Vergleichen Sie ihn mit dem anderen Bildschirm.")
        if letters
        else _("Der Code hat acht Buchstaben, zum Beispiel WDJB-MJHT.")
    )
    return render(request, "accounts/pairing_enter.html", {"wrong": wrong, "typed": typed}, status=422)


@everyone
@never_cache
def open_(request: HttpRequest, code: str) -> HttpResponse:
    """Who asks, for what, and the three numbers."""
    row = _found(request, code)
    if row is None:
        return _over(request, None)
    if row.first_digest == codes.browser(request):
        return redirect("pairing:screen", row.pk)
    if row.second_digest == codes.browser(request) and row.state in (State.MATCHED, State.CONFIRMED, State.USED):
        return redirect("pairing:wait", code)  # the back button
    if row.kind == Kind.SIGN_IN and actor_of(request).account is None and not row.over:
        return redirect_to_login(request.get_full_path())
    try:
        row = actions.open_pairing(request, row)
    except actions.PairingOver:
        return _over(request, row)
    context = _shown(row, code) | {"numbers": codes.numbers(row.nonce, row.number)}
    return render(request, "accounts/pairing_choose.html", context)


@everyone
@require_POST
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """The number from the other screen; a wrong one ends it."""
    row = _found(request, code)
    if row is None:
        return _over(request, None)
    if row.kind == Kind.SIGN_IN and actor_of(request).account is None:
        return redirect("pairing:open", code)
    try:
        row = actions.choose_number(request, row, request.POST.get("number", ""))
    except actions.PairingOver:
        row.refresh_from_db()
        return _over(request, row)
    return _collect(request, row, code) if row.kind == Kind.CONTINUE else redirect("pairing:wait", code)


@everyone
@never_cache
def wait(request: HttpRequest, code: str) -> HttpResponse:
    """After the number: wait for the yes of the first screen, or read that it is done."""
    row = _found(request, code)
    if row is None or row.second_digest != codes.browser(request):
        return _over(request, row)
    if request.method == "POST":
        return _collect(request, row, code)
    if row.over and row.state not in (State.USED, State.FINISHED):
        return _over(request, row)
    fragment = bool(getattr(request, "htmx", False))
    return render(request, "accounts/_pairing_wait.html" if fragment else "accounts/pairing_wait.html", _shown(row, code))


@everyone
@require_POST
def refuse(request: HttpRequest, code: str) -> HttpResponse:
    """ "Das war ich nicht"."""
    row = _found(request, code)
    if row is not None:
        actions.refuse_pairing(request, row)
        row.refresh_from_db()
    return _over(request, row)


def _collect(request: HttpRequest, row: Pairing, code: str) -> HttpResponse:
    """The phone goes on with what the first screen showed."""
    if row.kind != Kind.CONTINUE:
        raise Http404
    if row.state == State.MATCHED and request.POST.get("without") != "1":
        return redirect("pairing:wait", code)
    if row.state in (State.USED, State.FINISHED) and row.second_digest == codes.browser(request):  # a second click
        return _going(request, HttpResponseRedirect(row.target))
    try:
        collected = actions.collect_pairing(request, row, alone=request.POST.get("without") == "1")
    except actions.PairingOver:
        row.refresh_from_db()
        return _over(request, row)
    response = HttpResponseRedirect(collected.target)
    if collected.drafts:
        draft_cookie.remember(response, draft_cookie.joined(draft_cookie.secret_of(request), collected.drafts))
    return _going(request, response)


def _going(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A redirect moves the whole page, also when it was htmx that asked."""
    if not getattr(request, "htmx", False):
        return response
    told = HttpResponse(status=204)
    told["HX-Redirect"] = response["Location"]
    told.cookies = response.cookies
    return told


def _found(request: HttpRequest, code: str) -> Pairing | None:
    row = Pairing.objects.filter(code_digest=ids.digest(code)).select_related("owner").first()
    if row is None and brake.too_many(request, "miss"):
        raise Http404
    return row


def _over(request: HttpRequest, row: Pairing | None) -> HttpResponse:
    """What became of it and what to do now: 410 for all, so that nobody learns from the status."""
    state = row.state if row else ""
    context = {"burnt": state == State.BURNT, "refused": state == State.REFUSED, "used": state in (State.USED, State.FINISHED)}
    return render(request, "accounts/pairing_over.html", context, status=410)


def _shown(row: Pairing, code: str) -> dict[str, Any]:
    return {"pairing": row, "code": code, "title": codes.title_of(row.target), "signs_in": row.kind == Kind.SIGN_IN}
