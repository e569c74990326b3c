"""What machines read about us: kinds of proof, endpoints, keys, descriptions of types."""

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.city.profile import city
from stadtkern.lib.sdjwt import Jwk

from . import keys, kinds, places
from .kinds import Kind
from .models import Copy

PRE_AUTHORISED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
BATCH = 4  # copies with different keys at once, so that verifiers cannot link them
SIGNING = ["ES256"]
OVERLAP = timedelta(days=1)  # a replaced key stays published so long in any case: caches


def issuer() -> dict[str, Any]:
    """Credential Issuer Metadata (OpenID4VCI 1.0, 12.2)."""
    name = city().texts.get("title", city().name)
    english = city().raw.get("texts_en", {}).get("title", name)
    return {
        "credential_issuer": places.issuer(),
        "credential_endpoint": places.address("credential"),
        "nonce_endpoint": places.address("nonce"),
        "notification_endpoint": places.address("notification"),
        "batch_credential_issuance": {"batch_size": BATCH},
        "display": [{"name": name, "locale": "de"}, {"name": english, "locale": "en"}],
        "credential_configurations_supported": {key: _configuration(kind) for key, kind in kinds.kinds().items()},
    }


def _configuration(kind: Kind) -> dict[str, Any]:
    return {
        "format": "dc+sd-jwt",
        "scope": kind.key,
        "vct": places.vct(kind.key),
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": SIGNING,
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": SIGNING}},
        "credential_metadata": {
            "display": [_shown(kind, language) for language in kind.titles],
            "claims": [
                {"path": name.split("."), "display": [{"name": kinds.label(name, kind), "locale": "de"}]}
                for name in kind.claims
            ],
        },
    }


def _shown(kind: Kind, language: str) -> dict[str, Any]:
    colours = {"background_color": city().colours.get("primary", "#171a2b"), "text_color": "#ffffff"}
    return {"name": kind.titles[language], "locale": language, **colours}


def authorization_server() -> dict[str, Any]:
    """OAuth 2.0 Authorization Server Metadata (RFC 8414): only the pre-authorised code."""
    return {
        "issuer": places.issuer(),
        "token_endpoint": places.address("token"),
        "grant_types_supported": [PRE_AUTHORISED],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def offer(kind: str, code: str) -> dict[str, Any]:
    """The Credential Offer a wallet reads out of the QR code."""
    pin = {"input_mode": "numeric", "length": 6, "description": "Die PIN steht auf der Seite der Stadt neben dem QR-Code."}
    return {
        "credential_issuer": places.issuer(),
        "credential_configuration_ids": [kind],
        "grants": {PRE_AUTHORISED: {"pre-authorized_code": code, "tx_code": pin}},
    }


def offer_text(kind: str, code: str) -> str:
    """The same as text, for a link that carries it itself."""
    return json.dumps(offer(kind, code), separators=(",", ":"), ensure_ascii=False)


def jwks() -> dict[str, list[Jwk]]:
    """The keys that sign or have signed something that still holds."""
    ring, now = keys.ring(), timezone.now()
    needed = set(Copy.objects.filter(Q(valid_until=None) | Q(valid_until__gt=now)).values_list("kid", flat=True).distinct())
    published = [ring[0]]
    for newer, key in pairwise(ring):
        if key.kid in needed or newer.since > now - OVERLAP:
            published.append(key)
    return {"keys": [key.jwk for key in published]}


def vc_issuer() -> dict[str, Any]:
    """JWT VC Issuer Metadata."""
    return {"issuer": places.issuer(), "jwks": jwks()}


def type_metadata(kind: Kind) -> dict[str, Any]:
    """The document behind `vct`."""
    names = [*dict.fromkeys(part for name in kind.claims for part in _with_parents(name))]
    return {
        "vct": places.vct(kind.key),
        "name": kind.titles["de"],
        "description": f"{kind.titles['de']} ({city().name})",
        "display": [{"locale": language, "name": title} for language, title in kind.titles.items()],
        "claims": [
            {"path": name.split("."), "sd": "always", "display": [{"locale": "de", "label": kinds.label(name, kind)}]}
            for name in names
        ],
    }


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]
