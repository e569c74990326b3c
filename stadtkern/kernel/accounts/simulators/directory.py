"""An invented staff directory (OpenID provider): one page, one token endpoint, keys. Codes live five minutes and count once."""

import base64
import hashlib
import json
import secrets
import time
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.core.cache import cache as shared
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from joserfc import jwt
from joserfc.jwk import RSAKey

from stadtkern.kernel.accounts.saml.keys import simulator
from stadtkern.kernel.city.profile import city

from ..access import everyone
from ..adapters import load
from ..adapters.staff import DEMO_CLIENT, DEMO_SECRET

SALT = "accounts.directory"
SECONDS = 300


def issuer() -> str:
    return settings.BASE_URL.rstrip("/") + reverse("accounts:directory")


@cache
def _key() -> RSAKey:
    return RSAKey.import_key(simulator("directory").key, {"kid": "directory-1", "use": "sig", "alg": "RS256"})


@everyone
@require_GET
def discovery(request: HttpRequest) -> HttpResponse:
    base = settings.BASE_URL.rstrip("/")
    return JsonResponse({
        "issuer": issuer(), "authorization_endpoint": base + reverse("accounts:directory"),
        "token_endpoint": base + reverse("accounts:directory_token"), "jwks_uri": base + reverse("accounts:directory_keys"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    })  # fmt: skip


@everyone
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"keys": [_key().as_dict(private=False)]})


@csrf_exempt  # bound to the question by a signature, like the other simulators
@everyone
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Choose a colleague, with or without a second step."""
    back = settings.BASE_URL.rstrip("/") + reverse("accounts:identified")
    asked = request.GET.dict()
    if request.method == "POST":
        try:
            asked = signing.loads(request.POST.get("question", ""), salt=SALT, max_age=SECONDS)
        except signing.BadSignature:
            asked = {}
    needed = asked.get("client_id") == DEMO_CLIENT and asked.get("redirect_uri") == back
    if not needed or asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
        return render(request, "accounts/directory.html", {"means": load("staff"), "over": True}, status=400)
    colleagues = {one["email"]: one for one in city().raw.get("personas", []) if "office" in one}
    if request.method != "POST":
        context = {"means": load("staff"), "colleagues": colleagues.values(), "question": signing.dumps(asked, salt=SALT)}
        return render(request, "accounts/directory.html", context)
    return HttpResponseRedirect(f"{back}?{urlencode(_answer(request, asked, colleagues))}")


def _answer(request: HttpRequest, asked: dict[str, str], colleagues: dict[str, Any]) -> dict[str, str]:
    always = {"state": asked.get("state", ""), "iss": issuer()}
    if request.POST.get("do") in ("access_denied", "server_error"):
        return {**always, "error": request.POST["do"]}
    one = colleagues.get(request.POST.get("who", ""))
    if one is None:
        return {**always, "error": "access_denied"}
    code = signing.dumps(
        {"email": one["email"], "nonce": asked.get("nonce", ""), "challenge": asked.get("code_challenge", ""),
         "mfa": request.POST.get("mfa") == "yes", "once": secrets.token_hex(8)}, salt=f"{SALT}.code")  # fmt: skip
    return {**always, "code": code}


@csrf_exempt  # a program asks, with the secret of a client
@everyone
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    given = base64.b64encode(f"{DEMO_CLIENT}:{DEMO_SECRET}".encode()).decode()
    if request.headers.get("Authorization") != f"Basic {given}":
        return JsonResponse({"error": "invalid_client"}, status=401)
    try:
        kept: dict[str, Any] = signing.loads(request.POST.get("code", ""), salt=f"{SALT}.code", max_age=SECONDS)
    except signing.BadSignature:
        return JsonResponse({"error": "invalid_grant"}, status=400)
    digest = hashlib.sha256(request.POST.get("code_verifier", "").encode()).digest()
    proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if proof != kept["challenge"] or not shared.add(f"directory:{kept['once']}", True, SECONDS):
        return JsonResponse({"error": "invalid_grant"}, status=400)
    return JsonResponse(_tokens(kept))


def _tokens(kept: dict[str, Any]) -> dict[str, Any]:
    access, now = secrets.token_urlsafe(24), int(time.time())
    half = base64.urlsafe_b64encode(hashlib.sha256(access.encode()).digest()[:16]).rstrip(b"=").decode()
    subject = hashlib.sha256(f"directory:{kept['email']}".encode()).hexdigest()[:32]
    told = {
        "iss": issuer(), "sub": subject, "aud": DEMO_CLIENT, "iat": now, "exp": now + 300, "nonce": kept["nonce"],
        "email": kept["email"], "email_verified": True, "at_hash": half, "amr": ["pwd", "mfa"] if kept["mfa"] else ["pwd"],
    }  # fmt: skip
    signed = jwt.encode({"alg": "RS256", "kid": "directory-1"}, json.loads(json.dumps(told)), _key())
    return {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": signed}
