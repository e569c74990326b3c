"""The app of somebody else, played by the demo: the town's transport company signs people in with the city account."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlencode

import httpx
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.city.profile import city

from .. import actions
from ..attributes import LABELS
from ..openid import issuer
from ..request import ACR

CLIENT = "verkehrsbetriebe-demo"
SCOPE = "openid given_name family_name birthdate resident address email"


def return_uri() -> str:
    return issuer() + reverse("provider:demo_back")


def application() -> actions.Application:
    return actions.Application(
        name=f"Verkehrsbetriebe {city().name} (Demo)",
        purpose=_("Für Ihr Abo: Wir prüfen, ob Sie in der Stadt wohnen und welcher Tarif für Sie gilt."),
        redirect_uris=[return_uri()],
        attributes=SCOPE.split()[1:],
        public=True,
        key=CLIENT,
    )


@everyone
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """The app's own front page, or off to the city."""
    if request.method != "POST":
        return _page(request)
    actions.register_demo(CLIENT, application())
    verifier = secrets.token_urlsafe(48)
    mine = {"state": secrets.token_urlsafe(16), "nonce": secrets.token_urlsafe(16), "verifier": verifier}
    request.session["demo_app"] = mine
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    question = {"response_type": "code", "client_id": CLIENT, "redirect_uri": return_uri(), "scope": SCOPE}
    question |= {"state": mine["state"], "nonce": mine["nonce"], "code_challenge": challenge, "code_challenge_method": "S256"}
    return HttpResponseRedirect(f"{reverse('idp:oidc:authorization')}?{urlencode(question)}")


@everyone
@never_cache
def back(request: HttpRequest) -> HttpResponse:
    """Back from the city: check the answer as any app should, fetch what was allowed, show it."""
    mine = request.session.pop("demo_app", None)
    answer = request.GET
    if mine is None or answer.get("state") != mine["state"] or answer.get("iss") != issuer():
        return _page(request, 400, problem="state")
    if answer.get("error"):
        return _page(request, problem=answer["error"])
    try:
        said, told = _fetch(answer.get("code", ""), mine)
    except (httpx.HTTPError, JoseError, KeyError, ValueError):
        return _page(request, 502, problem="token")
    level = {uri: trust.label for trust, uri in ACR.items()}.get(said.get("acr", ""), "")
    return _page(request, told=_lines(told), sub=said["sub"], level=level)


def _page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "provider/demo.html", context, status=status)


def _fetch(code: str, mine: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the ID token says, checked against the city's keys, and what the userinfo endpoint tells."""
    with httpx.Client(base_url=str(settings.BASE_URL), timeout=10) as web:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": return_uri(), "client_id": CLIENT}
        tokens = web.post(reverse("idp:oidc:token"), data=form | {"code_verifier": mine["verifier"]}).raise_for_status().json()
        keys = KeySet.import_key_set(web.get(reverse("idp:oidc:jwks")).raise_for_status().json())
        said = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
        wanted = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": issuer()},
            aud={"essential": True, "value": CLIENT},
            nonce={"essential": True, "value": mine["nonce"]},
            exp={"essential": True},
        )
        wanted.validate(said)
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        told: dict[str, Any] = web.get(reverse("idp:oidc:userinfo"), headers=bearer).raise_for_status().json()
    if told["sub"] != said["sub"]:
        raise ValueError("userinfo speaks of somebody else")
    return said, told


def _lines(told: dict[str, Any]) -> list[tuple[str, str]]:
    """As an app would show it: known claims in words."""
    said = [(key, value["formatted"] if isinstance(value, dict) else value) for key, value in told.items() if key != "sub"]
    yes_no = {True: _("Ja"), False: _("Nein")}
    return [(str(LABELS.get(key, key)), yes_no[value] if isinstance(value, bool) else str(value)) for key, value in said]
