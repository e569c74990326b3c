"""Joining a sign-in from elsewhere to an account, only by proof of both; and taking it away again."""

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from . import actions, arrival, notices
from .access import actor_of, everyone, signed_in
from .adapters import connected
from .models import ExternalIdentity, Person
from .residents import resident_of
from .stepup import ENDS

FRESH = 300  # seconds since this session last showed who it is


@everyone
@never_cache
def first_time(request: HttpRequest) -> HttpResponse:
    """A sign-in nobody has used here: a new account, or into the account one has already."""
    if actor_of(request).account is not None:
        return redirect("accounts:join")
    found = arrival.waiting(request)
    means = connected(found[0]) if found else None
    if found is None or means is None:
        return _over(request)
    _name, identity, target = found
    key = resident_of(identity)
    known = key is not None and Person.objects.filter(register_key=key).exists()
    if request.method == "POST" and not known:
        try:
            account = actions.open_account_with(means.NAME, identity, key)
        except (actions.IdentityTaken, actions.BelongsToOther):  # another tab was faster, or the account it opened is closed
            request.session.pop(arrival.OPEN, None)
            return _over(request)
        row = actions.find_identity(means.NAME, identity.subject)
        assert row is not None
        return arrival.enter(request, account, means, identity, row, target)
    context = {"means": means, "identity": identity, "resident": key is not None, "known": known, "target": target,
               "join": reverse("accounts:join")}  # fmt: skip
    return render(request, "accounts/first_time.html", context)


def _over(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("Das hat zu lange gedauert, oder es ist schon erledigt. Beginnen Sie bei Bedarf noch einmal."))
    return redirect("accounts:overview" if actor_of(request).account else "account_login")


def _join(request: HttpRequest) -> HttpResponse:
    account, found = actor_of(request).account, arrival.waiting(request)
    assert account is not None
    means = connected(found[0]) if found else None
    if found is None or means is None:
        return _over(request)
    _name, identity, target = found
    row = actions.find_identity(means.NAME, identity.subject)
    elsewhere = row is not None and row.account_id != account.pk
    context: dict[str, Any] = {"means": means, "identity": identity, "elsewhere": elsewhere, "row": row}
    if request.method == "POST":
        try:
            moved = actions.move_identity(account, means.NAME, identity, resident_of(identity))
        except actions.LastWayIn:
            return render(request, "accounts/join.html", {**context, "stuck": True}, status=409)
        except (actions.IdentityTaken, actions.BelongsToOther):
            messages.warning(request, ENDS[actions.IdentityTaken]())
            return redirect("accounts:overview")
        request.session.pop(arrival.OPEN, None)
        if moved.company is None and identity.trust > actor_of(request).trust:
            actions.raise_trust(request, identity.trust)
        notices.tell(account, "linked", means)
        messages.info(request, _("Verbunden. Sie können sich künftig auch damit anmelden."))
        return redirect(target)
    return render(request, "accounts/join.html", context)


@signed_in
@never_cache
def join(request: HttpRequest) -> HttpResponseBase:
    """Both are proved: this account by its session (shown again if that is long ago), the other sign-in a moment ago."""
    response: HttpResponseBase = _join(request) if _fresh(request) else reauthentication_required(_join)(request)
    return response


def _fresh(request: HttpRequest) -> bool:
    return any(time.time() - proof["at"] < FRESH for proof in get_authentication_records(request, request.user))


@reauthentication_required  # type: ignore[untyped-decorator]
def _unlink(request: HttpRequest, number: int) -> HttpResponse:
    account = actor_of(request).account
    assert account is not None
    row = get_object_or_404(ExternalIdentity, pk=number, account=account)
    try:
        actions.unlink_identity(account, row)
    except actions.LastWayIn:
        text = _("Das ist Ihr einziger Weg in dieses Konto. Geben Sie zuerst eine E-Mail-Adresse an, oder einen Passkey an.")
        messages.warning(request, text)
        return redirect("accounts:overview")
    messages.info(request, _("Getrennt. Damit kann sich niemand mehr in dieses Konto anmelden."))
    return redirect("accounts:overview")


@signed_in
@require_POST
def unlink(request: HttpRequest, number: int) -> HttpResponseBase:
    """This sign-in opens the account no longer."""
    response: HttpResponseBase = _unlink(request, number)
    return response
