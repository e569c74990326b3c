"""A credential of an invented city, with everything that is needed to take it apart."""

import json
import secrets
from collections.abc import Iterable
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey

from stadtkern.lib.sdjwt import Binding, Jwk, Parts, Reason, Refused, issue, new_key, present, public, split, thumbprint
from stadtkern.lib.sdjwt.issue import TYPE
from stadtkern.lib.sdjwt.parts import hashed
from stadtkern.lib.sdjwt.strict import decoded, encoded

NOW = 1_790_000_000
ISSUER, VCT = "https://stadt.example/nachweise", "https://stadt.example/nachweise/art/meldebescheinigung"
LIST = "https://stadt.example/nachweise/status/1"
CITY, HOLDER, THIEF = new_key(), new_key(), new_key()
KID = thumbprint(public(CITY))
AUD, NONCE = "x509_hash:abc", secrets.token_urlsafe(16)
WANTED = Binding(AUD, NONCE)
PERSON = {
    "given_name": "Zoë Łucja",
    "family_name": "Çelik-Müller",
    "birthdate": "1988-02-29",
    "address": {"street_address": "Lindenstraße", "house_number": "12a", "postal_code": "49999", "locality": "Musterstadt"},
    "nationalities": ["DE", "FR"],
}
ADDRESS = ("address",)


def frame(**changes: Any) -> dict[str, Any]:
    """What stands openly."""
    claims = {
        "iss": ISSUER,
        "iat": NOW - 3600,
        "exp": NOW + 86_400,
        "vct": VCT,
        "cnf": {"jwk": public(HOLDER)},
        "status": {"status_list": {"uri": LIST, "idx": 42}},
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def credential(**changes: Any) -> str:
    return issue({**frame(**changes), **PERSON}, key=CITY, kid=KID)


def shown(text: str, *reveal: tuple[str, ...], key: ECKey | None = HOLDER, **how: Any) -> str:
    """As a wallet presents it, to us and now unless said otherwise."""
    return present(text, reveal or (("given_name",), ADDRESS), key=key, **{"aud": AUD, "nonce": NONCE, "now": NOW, **how})


def keys_of(issuer: str, kid: str) -> Iterable[Jwk]:
    if issuer != ISSUER:
        raise Refused(Reason.UNKNOWN_ISSUER)
    if kid != KID:
        raise Refused(Reason.UNKNOWN_KEY)
    return [public(CITY)]


def signed(payload: dict[str, Any], key: ECKey = CITY, **header: Any) -> str:
    """A token with any payload and header, signed properly."""
    head = {"alg": "ES256", "typ": TYPE, "kid": KID, **header}
    return jws.serialize_compact(head, json.dumps(payload).encode(), key, registry=jws.JWSRegistry(strict_check_header=False))


def with_parts(text: str, *, token: str = "", disclosures: Iterable[str] | None = None, binding: str | None = None) -> str:
    """The same presentation with some of its pieces exchanged."""
    parts = split(text)
    listed = [one.text for one in parts.disclosures] if disclosures is None else list(disclosures)
    return "~".join([token or parts.token, *listed, parts.binding if binding is None else binding])


def disclosure(*content: Any) -> tuple[str, str]:
    """Text and digest of a disclosure with this content."""
    text = encoded(json.dumps(list(content)).encode())
    return text, hashed(text)


def bound(token: str, *disclosures: str, key: ECKey = HOLDER, typ: str = "kb+jwt", **changes: Any) -> str:
    """A presentation with a KB-JWT whose claims are changed (None takes one away)."""
    from stadtkern.lib.sdjwt.parts import Disclosure

    base = Parts(token, tuple(Disclosure(one) for one in disclosures), "").bound
    claims = {"iat": NOW, "aud": AUD, "nonce": NONCE, "sd_hash": hashed(base), **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    return base + jws.serialize_compact({"alg": "ES256", "typ": typ}, json.dumps(claims).encode(), key)


def payload_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(decoded(split(text).token.split(".")[1]))
    return found
