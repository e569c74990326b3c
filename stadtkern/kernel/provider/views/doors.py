"""The doors for programs. allauth and oauthlib do the work; what they leave open is closed here first."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from allauth.core.internal.httpkit import extract_basic_auth
from allauth.idp.oidc import app_settings
from allauth.idp.oidc import views as allauth
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import View, everyone

from .. import actions, throttle
from ..attributes import LABELS, OPENID, expand
from ..models import Grant, SpentKey
from ..request import enabled
from .common import digest_of

DEVICE = str(Client.GrantType.DEVICE_CODE)
GRANT_TYPES = ("authorization_code", "refresh_token", DEVICE)


def problem(code: str, text: str, status: int = 400) -> HttpResponse:
    response = JsonResponse({"error": code, "error_description": text}, status=status)
    if status == 401:
        response["WWW-Authenticate"] = f'Bearer error="{code}"'
    return response


def door(view: Callable[[HttpRequest], HttpResponse]) -> View:
    """For programs: no cookies, no CSRF; every parameter once, readable, and never in the address."""

    @everyone
    @csrf_exempt
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        if throttle.too_many(request, "client"):
            return problem("temporarily_unavailable", "too many wrong attempts, wait a minute", 429)
        if request.GET:
            return problem("invalid_request", "nothing stands in the address")
        posted = [*request.POST.lists()]
        if any(len(values) > 1 for _name, values in posted):
            return problem("invalid_request", "a parameter stands twice")
        if any(len(text) > 4000 or not text.isprintable() for name, values in posted for text in (name, *values)):
            return problem("invalid_request", "a parameter is too long or holds control characters")
        if {"resource", "client_assertion", "client_assertion_type"} & set(request.POST):
            return problem("invalid_request", "resource and client_assertion are not supported")
        client = Client.objects.filter(pk=client_id(request)).first()
        if client is not None and not enabled(client):
            return problem("invalid_client", "this client is closed", 401)
        response = view(request)
        if response.status_code == 401:
            throttle.note(request, "client")
        response.headers.setdefault("Pragma", "no-cache")
        return response

    return guarded


def client_id(request: HttpRequest) -> str:
    """Who the caller says it is; proved by allauth afterwards."""
    named, _secret = extract_basic_auth({"Authorization": request.headers.get("Authorization", "")})
    said = named or request.POST.get("client_id", "")
    return said if isinstance(said, str) and said.isprintable() else ""


@door
def token(request: HttpRequest) -> HttpResponse:
    """A code, a refresh token or a device becomes tokens, once."""
    if request.method != "POST":
        return problem("invalid_request", "POST only", 405)
    if request.POST.get("grant_type") not in GRANT_TYPES:
        return problem("unsupported_grant_type", "authorization_code, refresh_token or device_code")
    with transaction.atomic():
        grant, refused = _grant(request)
        if refused:
            return problem("invalid_grant", refused)
        request._grant = grant  # type: ignore[attr-defined]
        _narrow(request, grant)
        response: HttpResponse = allauth.token(request)
        if response.status_code != 200:
            return response
        if grant is None:  # a token that hangs on no consent is worth nothing
            transaction.set_rollback(True)
            return problem("invalid_grant", "nobody allowed this")
        return _note(request, grant, response)


def _narrow(request: HttpRequest, grant: Grant | None) -> None:
    """Many apps repeat at every refresh what they once asked for; they get what was allowed of it, never more."""
    if grant is not None and request.POST["grant_type"] == "refresh_token" and request.POST.get("scope"):
        asked = request.POST["scope"].split()
        form = request.POST.copy()
        form["scope"] = " ".join(scope for scope in grant.scopes if scope in {*asked, *expand(asked)})
        request.POST = form  # type: ignore[assignment]


def _grant(request: HttpRequest) -> tuple[Grant | None, str]:
    """The sign-in behind what is shown, locked; or why it is worth nothing."""
    kind = request.POST["grant_type"]
    rows = Grant.objects.select_for_update(of=("self",)).select_related("connection__account", "connection__consent")
    if kind == "refresh_token":
        return _of_refresh(request.POST.get("refresh_token", ""), rows)
    shown = request.POST.get("code" if kind == "authorization_code" else "device_code", "")
    grant = rows.filter(digest=digest_of(shown)).first()
    if grant is None:
        return None, ""  # allauth knows the right words
    if grant.redeemed_at:
        actions.end_grant(grant, replayed=True)
        return grant, "used before; everything that came of it is void"
    oldest = app_settings.DEVICE_CODE_EXPIRES_IN if kind == DEVICE else app_settings.AUTHORIZATION_CODE_EXPIRES_IN
    if grant.created_at < timezone.now() - timedelta(seconds=oldest):
        return grant, "expired"
    return grant, "" if live(grant) else "ended"


def _of_refresh(shown: str, rows: Any) -> tuple[Grant | None, str]:
    hashed = get_adapter().hash_token(shown)
    if spent := SpentKey.objects.filter(digest=hashed).first():
        grant = rows.get(pk=spent.grant_id)
        actions.end_grant(grant, replayed=True)
        return grant, "used before; everything that came of it is void"
    row = Token.objects.filter(type=Token.Type.REFRESH_TOKEN, hash=hashed).first()
    grant = rows.filter(pk=(row.data or {}).get("grant")).first() if row else None
    if grant is not None and not Token.objects.filter(type=Token.Type.REFRESH_TOKEN, hash=hashed).exists():
        return _of_refresh(shown, rows)  # another call was quicker while we waited for the lock
    return grant, "" if grant is None or live(grant) else "ended"


def live(grant: Grant) -> bool:
    connection = grant.connection
    return grant.ended_at is None and connection.live and connection.account.is_active


def _note(request: HttpRequest, grant: Grant, response: HttpResponse) -> HttpResponse:
    """Tie the new tokens to the sign-in; an app that may not stay gets no refresh token."""
    said, hashed = json.loads(response.content), get_adapter().hash_token
    dropped = []
    client = Client.objects.get(pk=grant.connection.client_id)
    if "refresh_token" in said and "refresh_token" not in client.get_grant_types():
        dropped.append(hashed(said.pop("refresh_token")))
        said.pop("refresh_expires_in", None)
    tokens = [hashed(said[name]) for name in ("access_token", "refresh_token") if name in said]
    spent = hashed(request.POST["refresh_token"]) if request.POST["grant_type"] == "refresh_token" else ""
    actions.redeem(grant, tokens=tokens, dropped=dropped, spent=spent)
    fresh = JsonResponse(said)
    for name, value in response.items():
        if name.lower() not in ("content-length", "content-type"):
            fresh[name] = value
    return fresh


@door
def userinfo(request: HttpRequest) -> HttpResponse:
    """What the person allowed, as it is now; every answer is noted for them."""
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if request.method not in ("GET", "POST"):
        return problem("invalid_request", "GET or POST", 405)
    row = Token.objects.lookup(Token.Type.ACCESS_TOKEN, shown.strip()) if scheme.lower() == "bearer" else None
    if row is None or request.POST.get("access_token"):
        return problem("invalid_token", "no valid access token in the Authorization header", 401)
    rows = Grant.objects.select_related("connection__account__person", "connection__consent", "connection__client")
    grant = rows.filter(pk=int((row.data or {}).get("grant") or 0)).first()
    if grant is None or not live(grant) or not enabled(grant.connection.client):
        return problem("invalid_token", "the person ended the connection", 401)
    if OPENID not in row.get_scopes():
        return problem("insufficient_scope", "openid is missing", 403)
    with transaction.atomic():
        response: HttpResponse = allauth.user_info(request)
        if response.status_code == 200:
            told = json.loads(response.content)
            actions.note_release(grant, [key for key in LABELS if key in told])
    return response


@door
def revoke(request: HttpRequest) -> HttpResponse:
    """An app gives a token back; that of another app is not its business (RFC 7009, 2.1)."""
    if request.method != "POST":
        return problem("invalid_request", "POST only", 405)
    row = Token.objects.by_value(request.POST.get("token", "")).first()
    if row is not None and row.client_id != client_id(request):
        return problem("invalid_grant", "this token was not issued to this client")
    response: HttpResponse = allauth.revoke(request)
    return response


configuration = everyone(require_safe(allauth.configuration))
jwks = everyone(require_safe(allauth.jwks))


@door
def device_code(request: HttpRequest) -> HttpResponse:
    """A machine without keyboard asks for a code to show."""
    if request.method != "POST":
        return problem("invalid_request", "POST only", 405)
    if throttle.too_many(request, "device", 10):
        return problem("temporarily_unavailable", "too many codes, wait a minute", 429)
    throttle.note(request, "device")
    client = Client.objects.filter(pk=request.POST.get("client_id", "")).first()
    if client is None or DEVICE not in client.get_grant_types():
        return problem("unauthorized_client", "not registered for devices")
    scopes = request.POST.get("scope", "").split()
    if OPENID not in scopes or not set(scopes) <= set(client.get_scopes()):
        return problem("invalid_scope", "a scope is not registered for this client")
    response: HttpResponse = allauth.device_code(request)
    return response
