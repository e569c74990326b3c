"""Somebody comes back from a means with a proof: sign in, raise trust, join, or ask first; what is open waits."""

import dataclasses
import json
import time
import uuid
from datetime import date
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from . import actions, notices
from .access import actor_of
from .adapters import Identity, Means
from .models import Account, ExternalIdentity, Trust
from .residents import resident_of

OPEN = "proof"  # session key of a proof that waits for the person's word
OPEN_SECONDS = 900


class AnotherAccount(Exception):
    """Meanwhile somebody else is signed in here than the one who asked."""


def arrive(request: HttpRequest, means: Means, identity: Identity, question: dict[str, Any]) -> HttpResponse:
    """Raises AnotherAccount, and what the actions raise: IdentityTaken, NotAppointed."""
    account = actor_of(request).account
    if not identity.subject:  # the demo's card: a proof for this account, and nothing to sign in with
        return _proved_by_card(request, means, identity, question)
    if account is None or question["account"] is None:
        return _signing_in(request, means, identity, question, account)
    if account.pk != question["account"]:
        raise AnotherAccount
    fresh = actions.find_identity(means.NAME, identity.subject) is None
    try:
        linked = actions.link_identity(account, means.NAME, identity, resident_of(identity))
    except actions.BelongsToOther:
        return _ask_first(request, means, identity, question["next"])
    if fresh:
        notices.tell(account, "linked", means)
    _trust(request, identity)
    return _go(request, linked, question["next"])


def _proved_by_card(request: HttpRequest, means: Means, identity: Identity, question: dict[str, Any]) -> HttpResponse:
    account = actor_of(request).account
    if account is None or question["account"] != account.pk or identity.register_key is None:
        raise AnotherAccount
    actions.link_resident(account, identity.register_key, means.NAME, identity.trust, identity.facts)
    actions.raise_trust(request, identity.trust)
    return HttpResponseRedirect(question["next"])


def _signing_in(
    request: HttpRequest, means: Means, identity: Identity, question: dict[str, Any], now: Account | None
) -> HttpResponse:
    if question["account"] is not None:  # asked while signed in; the session ended meanwhile
        raise AnotherAccount
    if means.AUDIENCE == "staff":
        row: ExternalIdentity | None = actions.link_workplace(identity)
    else:
        row = actions.find_identity(means.NAME, identity.subject)
    if now is not None and (row is None or row.account_id != now.pk):
        raise AnotherAccount  # signed in otherwise in another tab
    if row is None or not row.account.is_active:
        return _ask_first(request, means, identity, question["next"])
    if means.AUDIENCE != "staff":
        row = actions.link_identity(row.account, means.NAME, identity, resident_of(identity))
    return (
        enter(request, row.account, means, identity, row, question["next"])
        if now is None
        else _go(request, row, question["next"])
    )


def enter(
    request: HttpRequest, account: Account, means: Means, identity: Identity, row: ExternalIdentity, target: str
) -> HttpResponse:
    """Open the session. A weak proof does not go around the second step the person has set up."""
    request.session.pop(OPEN, None)
    strong = identity.trust >= Trust.SUBSTANTIAL and means.AUDIENCE != "staff"
    if not strong and not identity.second_factor and is_mfa_enabled(account):
        record_authentication(request, account, method=means.NAME)
        response: HttpResponse = perform_login(request, Login(user=account, email_verification="none", redirect_url=target))
        return response
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, account, method=means.NAME)
    if identity.second_factor:
        record_authentication(request, account, method="mfa", type=means.NAME)
    actions.note_sign_in(account)
    if hasattr(request, "_actor"):
        del request._actor
    _trust(request, identity)
    response = _go(request, row, target)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, account.language, max_age=365 * 86400, samesite="Lax", secure=settings.PRODUCTION
    )
    return response


def _trust(request: HttpRequest, identity: Identity) -> None:
    """A proof by organisation account says who the company is, not who the person is: it raises nothing."""
    if identity.trust > actor_of(request).trust and identity.company is None:
        actions.raise_trust(request, identity.trust)


def _go(request: HttpRequest, row: ExternalIdentity, target: str) -> HttpResponse:
    if row.company is not None:
        actions.act_for(request, row.company)
    return HttpResponseRedirect(target)


# ------------------------------------------------------------------ what the person must say first


def _ask_first(request: HttpRequest, means: Means, identity: Identity, target: str) -> HttpResponse:
    """A first sign-in, or one that opens another account: the proof waits in the session until the person has chosen."""
    values = dataclasses.asdict(identity)
    if isinstance(born := values["facts"].get("birth_date"), date):
        values["facts"]["birth_date"] = born.isoformat()
    kept = {"means": means.NAME, "identity": json.loads(json.dumps(values, default=str)), "at": time.time(), "next": target}
    request.session[OPEN] = kept
    return redirect("accounts:join" if actor_of(request).account else "accounts:first_time")


def waiting(request: HttpRequest) -> tuple[str, Identity, str] | None:
    """Means, proof and way back of what still waits; None when there is nothing, or it waited too long."""
    kept = request.session.get(OPEN)
    if not kept or kept["at"] < time.time() - OPEN_SECONDS:
        request.session.pop(OPEN, None)
        return None
    values = {**kept["identity"], "facts": dict(kept["identity"]["facts"])}
    if born := values["facts"].get("birth_date"):
        values["facts"]["birth_date"] = date.fromisoformat(born)
    key = values["register_key"]
    identity = Identity(**{**values, "trust": Trust(values["trust"]), "register_key": uuid.UUID(key) if key else None})
    return kept["means"], identity, kept["next"]
