"""Signing in at a machine without keyboard: the person types its code here and decides as always."""

from typing import Any

from allauth.core.internal import ratelimit
from allauth.idp.oidc.internal.oauthlib import device_codes
from allauth.idp.oidc.models import Client
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, signed_in
from stadtkern.kernel.accounts.stepup import require

from .. import actions, attributes
from ..request import enabled, wanted_trust
from .common import digest_of, signed_in_at
from .consent import choice

SALT = "provider.device"


@signed_in
@never_cache
def device(request: HttpRequest) -> HttpResponse:
    """Type the code, see who asks for what, decide."""
    code = (request.POST.get("code") or request.GET.get("code") or "").strip()[:20]
    if not code:
        return render(request, "provider/device_code.html")
    found = _find(request, code)
    if isinstance(found, str):
        return render(request, "provider/device_code.html", {"wrong": found}, status=400)
    shown, client, data = found
    if (detour := require(request, wanted_trust(client))) is not None:
        return detour
    if request.method == "POST" and request.POST.get("do") and _same(request, shown):
        return _decide(request, shown, client, data)
    account = actor_of(request).account
    assert account is not None
    context = {
        "client": client,
        "about": client.data or {},
        "attributes": attributes.shown(account, attributes.expand(data["scope"] or [])),
        "is_blocked": attributes.blocked(account),
        "granted": [],
        "who": Signer(salt=SALT).sign(f"{account.pk}:{shown}"),
        "code": code,
        "is_device": True,
        "action": request.path,
    }
    return render(request, "provider/consent.html", context)


def _find(request: HttpRequest, code: str) -> tuple[str, Client, dict[str, Any]] | str:
    """The machine behind a code; guessing is braked by address and by account (also on GET)."""
    if not code.isprintable() or not _allowed(request):
        return _("Das waren zu viele Versuche. Warten Sie einen Moment.") if code.isprintable() else _wrong()
    try:
        shown, client = device_codes.validate_user_code(code)
    except ValidationError:
        return _wrong()
    data: dict[str, Any] | None = cache.get(device_codes.cache_device_code_key(shown))
    return (shown, client, data) if data and enabled(client) else _wrong()


def _allowed(request: HttpRequest) -> bool:
    """Ten codes a minute from one address, and from one account wherever it sits; confirming counts, too."""
    account = actor_of(request).account
    rates = {"device_user_code": "10/m/ip,10/m/key"}
    key = str(account.pk if account else "")
    return bool(ratelimit.consume(
        request, app="provider", action="device_user_code", config=rates, key=key, limit_get=True
    ))  # fmt: skip


def _wrong() -> str:
    return _("Diesen Code gibt es nicht, oder er ist abgelaufen. Lesen Sie ihn am Gerät noch einmal ab.")


def _same(request: HttpRequest, shown: str) -> bool:
    account = actor_of(request).account
    try:
        return Signer(salt=SALT).unsign(request.POST.get("who", "")) == f"{account.pk if account else 0}:{shown}"
    except BadSignature:
        return False


def _decide(request: HttpRequest, shown: str, client: Client, data: dict[str, Any]) -> HttpResponse:
    actor = actor_of(request)
    assert actor.account is not None
    allowed = request.POST["do"] != "refuse"
    asked = attributes.expand(data["scope"] or [])
    if allowed:
        granted = choice(request, actor.account, asked)
        scopes = [attributes.OPENID, *granted]
        connection = actions.connect(actor, client, asked, granted)
        actions.begin(connection, digest_of(shown), trust=actor.trust, signed_in_at=signed_in_at(request), scopes=scopes)
        data["scope"] = scopes
        device_codes.update_device_state(shown, data)
    device_codes.confirm_or_deny_device_code(actor.account, shown, confirm=allowed)
    return render(request, "provider/device_done.html", {"client": client, "allowed": allowed})
