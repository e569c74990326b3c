"""The doors for wallets (OpenID4VCI 1.0, pre-authorised code): offer, token, nonce, credential, notification."""

import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.credentials import actions, codes, metadata, places, throttle
from stadtkern.kernel.credentials.actions import Denied
from stadtkern.kernel.credentials.models import Grant
from stadtkern.lib.sdjwt import Jwk, Refused, jose
from stadtkern.lib.sdjwt.strict import read_object

PROOF = "openid4vci-proof+jwt"
PROOF_SECONDS = 300
MOST_BYTES = 100_000
EVENTS = ("credential_accepted", "credential_failure", "credential_deleted")

Door = Callable[..., HttpResponseBase]


def door(name: str) -> Callable[[Door], Door]:
    """POST without cookie; errors as the specification words them; who fails too often waits."""

    def decorate(view: Door) -> Door:
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponseBase:
            if throttle.too_many(request, name):
                response = _json({"error": "temporarily_unavailable", "error_description": "too many attempts"}, 429)
                response["Retry-After"] = str(throttle.WINDOW)
                return response
            try:
                return view(request)
            except Denied as denied:
                throttle.miss(request, name)
                return _denied(denied)

        return csrf_exempt(require_POST(everyone(guarded)))

    return decorate


def _json(data: dict[str, Any], status: int = 200) -> HttpResponse:
    response = HttpResponse(json.dumps(data), content_type="application/json", status=status)
    response["Cache-Control"] = "no-store"
    return response


def _denied(denied: Denied) -> HttpResponse:
    body = {"error": denied.error, **({"error_description": denied.description} if denied.description else {})}
    response = _json(body, denied.status)
    if denied.status == 401:
        response["WWW-Authenticate"] = f'Bearer error="{denied.error}"'
    return response


@require_safe
@everyone
def offer(request: HttpRequest, key: str) -> HttpResponse:
    """The offer behind the QR code (credential_offer_uri). Worth nothing without the PIN."""
    grant = Grant.objects.select_related("credential").filter(key_digest=codes.digest(key)).first()
    if grant is None or grant.expires_at < timezone.now() or grant.exchanged_at:
        raise Http404
    return _json(metadata.offer(grant.credential.kind, codes.code_of(key)))


@door("token")
def token(request: HttpRequest) -> HttpResponse:
    """Code and PIN for a token."""
    if request.POST.get("grant_type") != metadata.PRE_AUTHORISED:
        raise Denied("unsupported_grant_type" if request.POST.get("grant_type") else "invalid_request")
    code = request.POST.get("pre-authorized_code", "")
    if not code or len(code) > 200 or len(request.POST.getlist("pre-authorized_code")) != 1:
        raise Denied("invalid_request", "pre-authorized_code is required")
    made = actions.exchange(_plain(code), _plain(request.POST["tx_code"]) if "tx_code" in request.POST else None)
    return _json({"access_token": made, "token_type": "Bearer", "expires_in": actions.TOKEN_SECONDS})


@door("nonce")
def nonce(request: HttpRequest) -> HttpResponse:
    """A challenge for the next proof; costs no row."""
    throttle.miss(request, "nonce")
    return _json({"c_nonce": codes.nonce()})


@door("credential")
def credential(request: HttpRequest) -> HttpResponse:
    """The signed credential, for every key of the wallet one."""
    grant = actions.grant_of(_bearer(request))
    asked = _body(request, "invalid_credential_request")
    if "credential_identifier" in asked:
        raise Denied("unknown_credential_identifier")
    if not isinstance(asked.get("credential_configuration_id"), str):
        raise Denied("invalid_credential_request", "credential_configuration_id is required")
    if asked["credential_configuration_id"] != grant.credential.kind:
        raise Denied("unknown_credential_configuration", "this token is for another credential")
    if "credential_response_encryption" in asked:
        raise Denied("invalid_encryption_parameters", "encryption is not supported")
    holders, nonces = _proven(asked.get("proofs"))
    handed = actions.hand_over(grant, holders, nonces)
    listed = [{"credential": one} for one in handed.credentials]
    return _json({"credentials": listed, "notification_id": handed.notification_id})


@door("credential")
def notification(request: HttpRequest) -> HttpResponse:
    """The wallet tells whether it kept what it got."""
    grant = actions.grant_of(_bearer(request))
    told = _body(request, "invalid_notification_request")
    number, event = told.get("notification_id"), told.get("event")
    if not isinstance(number, str) or event not in EVENTS:
        raise Denied("invalid_notification_request")
    actions.take_notice(grant, number, str(event))
    response = HttpResponse(status=204)
    response["Cache-Control"] = "no-store"
    return response


def _bearer(request: HttpRequest) -> str:
    scheme, _, found = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 20 <= len(found) <= 200:
        raise Denied("invalid_token", status=401)
    return _plain(found)


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _body(request: HttpRequest, error: str) -> dict[str, Any]:
    try:
        return read_object(request.body, MOST_BYTES)
    except Refused as refused:
        raise Denied(error, refused.detail.encode("ascii", "replace").decode() or "not JSON") from None


def _proven(proofs: Any) -> tuple[list[Jwk], list[str]]:
    """The keys whose possession the wallet proved, and the challenges it answered."""
    listed = proofs.get("jwt") if isinstance(proofs, dict) and len(proofs) == 1 else None
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) for one in listed):
        raise Denied("invalid_proof", "proofs.jwt is required")
    if len(listed) > metadata.BATCH:
        raise Denied("invalid_proof", f"at most {metadata.BATCH} proofs")
    pairs = [_proof(one) for one in listed]
    holders = {jose.thumbprint(jwk): jwk for jwk, _ in pairs}
    if len(holders) != len(pairs):
        raise Denied("invalid_proof", "one key twice")
    return list(holders.values()), [nonce for _, nonce in pairs]


def _proof(text: str) -> tuple[Jwk, str]:
    """One key proof: signed by the key it names, for us, now, over a challenge of ours."""
    try:
        header, _ = jose.unverified(text)
        jwk = header.get("jwk")
        if not isinstance(jwk, dict) or "kid" in header or "x5c" in header:
            raise Denied("invalid_proof", "the key has to stand in the header as jwk")
        _, claims = jose.check(text, [jose.public(jose.key_of(jwk))], typ=[PROOF])
        made = jose.moment(claims, "iat")
    except Refused as refused:
        raise Denied("invalid_proof", str(refused.reason)) from None
    if claims.get("aud") != places.issuer():
        raise Denied("invalid_proof", "aud is not this issuer")
    if made is None or abs(time.time() - made) > PROOF_SECONDS:
        raise Denied("invalid_proof", "iat is too old, or in the future")
    challenge = claims.get("nonce")
    if not isinstance(challenge, str):
        raise Denied("invalid_proof", "nonce is missing")
    if not codes.nonce_is_ours(challenge):
        raise Denied("invalid_nonce")
    return jwk, challenge
