"""The first screen: a QR code and a number, what happens meanwhile, and what comes of it."""

from contextlib import suppress
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.lib import qr

from .. import actions, draft_cookie
from ..access import actor_of, everyone
from ..models import Pairing
from ..stepup import safe_next
from . import brake, codes

State, Kind = Pairing.State, Pairing.Kind


@everyone
@never_cache
def go_on(request: HttpRequest) -> HttpResponse:
    """ "Auf dem Handy weitermachen" with the page at `?next=`, drafts of this browser included."""
    drafts = "" if actor_of(request).account else draft_cookie.secret_of(request) or ""
    return _begin(request, Kind.CONTINUE, safe_next(request), drafts)


@everyone
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """ "Mit dem Handy anmelden": a phone that is signed in lets this browser in."""
    if actor_of(request).account:
        return HttpResponseRedirect(safe_next(request))
    return _begin(request, Kind.SIGN_IN, safe_next(request))


def _begin(request: HttpRequest, kind: str, target: str, drafts: str = "") -> HttpResponse:
    if "\x00" in target or target.startswith(reverse("pairing:enter")):
        target = reverse("portal:my_city")
    if brake.too_many(request, "made"):
        return render(request, "accounts/pairing_brake.html", status=429)
    row = actions.ask_to_pair(request, kind, target[:500], drafts=drafts)
    return redirect("pairing:screen", row.pk)


@everyone
@never_cache
def screen(request: HttpRequest, number: int) -> HttpResponse:
    """The QR with its address, the number, the short code, and the progress."""
    return render(request, "accounts/pairing_screen.html", _shown(request, _mine(request, number)))


@everyone
@never_cache
def state(request: HttpRequest, number: int) -> HttpResponse:
    """The progress alone, asked for every two seconds; without JavaScript the page itself is loaded again."""
    shown = _shown(request, _mine(request, number))
    if request.GET.get("war") == shown["now"]:
        return HttpResponse(status=204)  # htmx leaves the page as it is
    return render(request, "accounts/_pairing_state.html", shown)


def _shown(request: HttpRequest, row: Pairing) -> dict[str, Any]:
    done = [State.WAITING, State.OPENED, State.MATCHED, State.CONFIRMED, State.USED, State.FINISHED]
    place = done.index(State(row.state)) if row.state in done else -1
    expired = row.expires_at <= timezone.now() and place in (0, 1, 2, 3)
    again = "pairing:sign_in" if row.kind == Kind.SIGN_IN else "pairing:go_on"
    scanned = {} if place not in (0, 1) or expired else _to_scan(request, row)
    return scanned | {
        "pairing": row,
        "now": "EXPIRED" if expired else row.state,
        "place": place,
        "expired": expired,
        "live": place >= 0 and not expired and row.state != State.FINISHED,
        "title": codes.title_of(row.target),
        "signs_in": row.kind == Kind.SIGN_IN,
        "again": reverse(again),
    }


def _to_scan(request: HttpRequest, row: Pairing) -> dict[str, Any]:
    address = request.build_absolute_uri(reverse("pairing:open", args=[codes.code(row.nonce)]))
    return {
        "qr": qr.svg(address, border=4),
        "address": address,
        "typed_at": request.build_absolute_uri(reverse("pairing:enter")),
        "short": codes.written(codes.short(row.nonce)),
    }


@everyone
@require_POST
def collect(request: HttpRequest, number: int) -> HttpResponse:
    """The phone has said yes: this browser is signed in and goes on."""
    row = _mine(request, number)
    if row.kind != Kind.SIGN_IN:
        raise Http404
    try:
        target = actions.collect_pairing(request, row).target
    except actions.PairingOver:
        if row.state == State.USED and actor_of(request).account:  # a second click
            return _away(request, row.target)
        return _away(request, reverse("pairing:screen", args=[row.pk]))
    return _away(request, target)


def _away(request: HttpRequest, target: str) -> HttpResponse:
    if not getattr(request, "htmx", False):
        return HttpResponseRedirect(target)
    told = HttpResponse(status=204)
    told["HX-Redirect"] = target
    return told


@everyone
@require_POST
def allow(request: HttpRequest, number: int) -> HttpResponse:
    """ "Ja, das ist mein Handy": sign it in, with the trust of a password and no more."""
    row = _mine(request, number)
    with suppress(actions.PairingOver):  # the page says what became of it
        actions.allow_pairing(request, row)
    return redirect("pairing:screen", row.pk)


@everyone
@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Back to where it was begun; the code is worth nothing any more."""
    row = _mine(request, number)
    actions.refuse_pairing(request, row)
    return HttpResponseRedirect(row.target if row.kind == Kind.CONTINUE else reverse("account_login"))


def _mine(request: HttpRequest, number: int) -> Pairing:
    row = Pairing.objects.filter(pk=number).first()
    if row is None or not request.session.session_key or row.first_digest != codes.browser(request):
        raise Http404
    return row
