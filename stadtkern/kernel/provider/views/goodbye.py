"""Signing out from an app, and of the city if the person wants (OpenID Connect RP-Initiated Logout)."""

from urllib.parse import urlencode

from allauth.idp.oidc.internal.tokens import decode_jwt_token
from allauth.idp.oidc.models import Client
from django.contrib.auth import logout as sign_out_here
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from stadtkern.kernel.accounts.access import actor_of, everyone

from .. import actions
from .common import leave


@everyone
@never_cache
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """Always asks: an address that signs people out would be a toy for others."""
    client, target = _read(request)
    account = actor_of(request).account
    if request.method == "GET" and account is not None:
        action = f"{request.path}?{request.GET.urlencode()}"
        return render(request, "provider/logout.html", {"client": client, "action": action})
    if account is not None:
        if client:
            actions.sign_out(account, client)
        if request.POST.get("do") == "everywhere":
            sign_out_here(request)
    if target and client:
        return leave(request, target, client.name)
    return redirect("portal:start")


def _read(request: HttpRequest) -> tuple[Client | None, str]:
    """Who says goodbye and where it wants people back: only to a registered address, letter by letter."""
    given = {name: values[0] for name, values in request.GET.lists() if len(values) == 1 and values[0].isprintable()}
    hint = decode_jwt_token(given.get("id_token_hint", ""), verify_exp=False, verify_iss=True)
    named = given.get("client_id", "")
    if given.get("id_token_hint") and (hint is None or (named and named != hint.get("aud"))):
        return None, ""
    client = Client.objects.filter(pk=named or str(hint.get("aud") if hint else "")).first()
    target = given.get("post_logout_redirect_uri", "")
    if client is None or target not in client.get_post_logout_redirect_uris():
        return client, ""
    state = f"{'&' if '?' in target else '?'}{urlencode({'state': given['state']})}" if given.get("state") else ""
    return client, target + state
