"""What anybody may fetch: metadata, keys, descriptions of types, status lists. Never a cookie, never a person."""

import json
import time
import uuid
from typing import Any

from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.credentials import keys, kinds, metadata, places
from stadtkern.kernel.credentials.models import StatusList
from stadtkern.lib.sdjwt import status as lists

TTL = 300  # seconds: how late a verifier may learn of a revocation
VALID = 86_400  # seconds: an outage of ours does not make every proof doubtful


@require_safe
@everyone
def issuer(request: HttpRequest) -> HttpResponse:
    return public_json(metadata.issuer())


@require_safe
@everyone
def authorization_server(request: HttpRequest) -> HttpResponse:
    return public_json(metadata.authorization_server())


@require_safe
@everyone
def vc_issuer(request: HttpRequest) -> HttpResponse:
    return public_json(metadata.vc_issuer())


@require_safe
@everyone
def jwks(request: HttpRequest) -> HttpResponse:
    return public_json(metadata.jwks())


@require_safe
@everyone
def type_metadata(request: HttpRequest, kind: str) -> HttpResponse:
    """The document behind the address in `vct`."""
    known = kinds.kinds().get(kind)
    if known is None:
        raise Http404
    return public_json(metadata.type_metadata(known))


@require_safe
@everyone
def status(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One status list, signed anew every few minutes or when something was revoked."""
    row = StatusList.objects.filter(key=key).values_list("pk", "version").first()
    if row is None:
        raise Http404
    made_at = int(time.time()) // TTL * TTL
    signer = keys.signing()
    etag = quote_etag(f"{key}-{row[1]}-{made_at}-{signer.kid[:12]}")
    if etag in request.headers.get("If-None-Match", ""):
        return _public(HttpResponse(status=304), etag)
    name = f"credentials:status:{etag}"
    token = caches["local"].get(name)
    if token is None:
        bits = bytes(StatusList.objects.values_list("bits", flat=True).get(pk=row[0]))
        uri = places.address("status", key)
        token = lists.token(bits, uri=uri, key=signer.private, kid=signer.kid, made_at=made_at, ttl=TTL, valid=VALID)
        caches["local"].set(name, token, TTL)
    return _public(HttpResponse(token, content_type=lists.MEDIA_TYPE), etag)


def _public(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={TTL}"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def public_json(data: dict[str, Any], seconds: int = 300) -> HttpResponse:
    """For everybody, also for scripts of other sites; it belongs to nobody."""
    response = HttpResponse(json.dumps(data, ensure_ascii=False), content_type="application/json")
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["Access-Control-Allow-Origin"] = "*"
    return response
