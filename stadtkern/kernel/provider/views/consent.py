"""The door people come through: what an app asks, attribute by attribute, and the way back to it."""

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from allauth.idp.oidc.internal.oauthlib.server import get_server
from django.contrib.auth.views import redirect_to_login
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.accounts.stepup import require

from .. import actions, attributes
from ..models import Connection
from ..openid import issuer
from ..request import Asked, Refused, Untrusted, read
from .common import app_origin, covers, digest_of, leave, remember_visitor, signed_in_at, tell

SALT = "provider.consent"


@everyone
@csrf_exempt  # an app may send its question by POST; it is answered with a GET of the same, nothing happens here
@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """An app asks who is there."""
    if request.method == "POST":
        response = HttpResponseRedirect(f"{request.path}?{request.POST.urlencode()}")
        response.status_code = 303
        return response
    try:
        asked = read(request.GET)
        if (detour := _detour(request, asked)) is not None:
            return detour
        account = _account(request)
        connection = Connection.objects.select_related("consent").filter(account=account, client=asked.client).first()
        if covers(connection, asked) and not asked.prompt & {"consent", "select_account"}:
            assert connection is not None
            return leave(request, _hand_over(request, asked, connection), asked.client.name)
        if "none" in asked.prompt:
            raise Refused("consent_required", "the person was not asked yet", asked)
        return page(request, asked, connection)
    except Untrusted as problem:
        return render(request, "provider/error.html", {"problem": str(problem)}, status=400)
    except Refused as refused:
        return tell(request, refused)


@signed_in
@never_cache
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """The person decided. The question stands in the address and is read as strictly as the first time."""
    try:
        asked = read(request.GET)
        if (detour := _detour(request, asked)) is not None:
            return detour
        account = _account(request)
        if not _same_person(request, account, asked):
            return page(request, asked, None)
        if request.POST.get("do") == "refuse":
            raise Refused("access_denied", "the person refused", asked)
        connection = actions.connect(
            actor_of(request), asked.client, asked.attributes, choice(request, account, asked.attributes)
        )
        return leave(request, _hand_over(request, asked, connection), asked.client.name)
    except Untrusted as problem:
        return render(request, "provider/error.html", {"problem": str(problem)}, status=400)
    except Refused as refused:
        return tell(request, refused)


def choice(request: HttpRequest, account: Account, keys: list[str]) -> list[str]:
    """What was allowed of what was asked, and is there to give."""
    ticked = set(keys) if request.POST.get("do") == "all" else set(request.POST.getlist("grant"))
    return [one.key for one in attributes.shown(account, keys) if one.key in ticked and one.known]


def page(request: HttpRequest, asked: Asked, connection: Connection | None) -> HttpResponse:
    account = _account(request)
    data: dict[str, Any] = asked.client.data or {}
    context = {
        "client": asked.client,
        "about": data,
        "place": app_origin(asked.redirect_uri),
        "attributes": attributes.shown(account, asked.attributes),
        "granted": connection.granted if connection and connection.live else [],
        "is_blocked": attributes.blocked(account),
        "who": mark(account, asked),
        "action": f"{reverse('idp:oidc:decide')}?{request.GET.urlencode()}",
        "other_account": f"{reverse('account_logout')}?{urlencode({'next': request.get_full_path()})}",
    }
    return render(request, "provider/consent.html", context)


def mark(account: Account, asked: Asked) -> str:
    """Binds the page to whom and what it showed: a decision made as somebody else does not count."""
    return Signer(salt=SALT).sign(f"{account.pk}:{asked.client.pk}")


def _same_person(request: HttpRequest, account: Account, asked: Asked) -> bool:
    try:
        return Signer(salt=SALT).unsign(request.POST.get("who", "")) == f"{account.pk}:{asked.client.pk}"
    except BadSignature:
        return False


def _account(request: HttpRequest) -> Account:
    account = actor_of(request).account
    assert account is not None
    return account


def _detour(request: HttpRequest, asked: Asked) -> HttpResponse | None:
    """Sign in, sign in again, or prove who one is first; silent questions get an error instead of a page."""
    silent = "none" in asked.prompt
    here = f"{reverse('idp:oidc:authorization')}?{request.GET.urlencode()}"
    actor = actor_of(request)
    if actor.account is None:
        if silent:
            raise Refused("login_required", "nobody is signed in", asked)
        remember_visitor(request)
        return redirect_to_login(here)
    if (
        asked.hinted_sub
        and not Connection.objects.filter(account=actor.account, client=asked.client, sub=asked.hinted_sub).exists()
    ):
        raise Refused("login_required", "somebody else is signed in", asked)
    if not _recent_enough(request, asked):
        if silent:
            raise Refused("login_required", "the sign-in is too old", asked)
        return _again(request, actor.account)
    if actor.trust < asked.trust and silent:
        raise Refused("interaction_required", "a proof of identity is needed", asked)
    if request.method == "GET":
        return require(request, asked.trust)
    return HttpResponseRedirect(here) if actor.trust < asked.trust else None


def _recent_enough(request: HttpRequest, asked: Asked) -> bool:
    """`prompt=login` and `max_age`; `since` is our own mark of when we asked to sign in again."""
    proved = signed_in_at(request)
    since = request.GET.get("since", "")
    if since.isascii() and since.isdecimal() and len(since) < 12:
        return proved is not None and proved.timestamp() >= int(since)
    if "login" in asked.prompt:
        return False
    return asked.max_age is None or (proved is not None and (datetime.now(UTC) - proved).total_seconds() <= asked.max_age)


def _again(request: HttpRequest, account: Account) -> HttpResponse:
    query: QueryDict = request.GET.copy()
    query["since"] = str(int(time.time()))
    here = f"{reverse('idp:oidc:authorization')}?{query.urlencode()}"
    door = "account_reauthenticate" if account.has_usable_password() else "account_logout"
    return HttpResponseRedirect(f"{reverse(door)}?{urlencode({'next': here})}")


def _hand_over(request: HttpRequest, asked: Asked, connection: Connection) -> str:
    """A fresh code for what is allowed and asked now; the address to leave to."""
    known = {one.key for one in attributes.shown(connection.account, asked.attributes) if one.known}
    granted = [key for key in asked.attributes if key in connection.granted and key in known]
    uri = f"{reverse('idp:oidc:authorization')}?{asked.canonical(granted)}"
    headers, _body, _status = get_server().create_authorization_response(
        uri, "GET", "", {}, scopes=[attributes.OPENID, *granted], credentials={"user": request.user}
    )
    code = parse_qs(urlsplit(headers["Location"]).query)["code"][-1]
    actions.begin(
        connection,
        digest_of(code),
        trust=actor_of(request).trust,
        signed_in_at=signed_in_at(request),
        scopes=[attributes.OPENID, *granted],
    )
    return asked.back(issuer(), code=code)
