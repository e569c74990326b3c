"""The holder's signature (KB-JWT): this presentation, for this verifier, now."""

import time
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import ECKey

from . import jose
from .parts import HASHES, Parts, hashed
from .refused import Reason, Refused

TYPE = "kb+jwt"


@dataclass(frozen=True)
class Binding:
    """What a verifier asked for: `aud` is who it is, `nonce` the question; no older than `within` seconds."""

    aud: str
    nonce: str
    within: int = 300
    leeway: int = 60


def bind(parts: Parts, key: ECKey, *, aud: str, nonce: str, algorithm: str = "sha-256", now: float | None = None) -> str:
    """The whole presentation with the holder's signature over it."""
    claims = {
        "iat": int(time.time() if now is None else now),
        "aud": aud,
        "nonce": nonce,
        "sd_hash": hashed(parts.bound, algorithm),
    }
    return parts.bound + jose.sign(claims, key, TYPE)


def check(parts: Parts, payload: dict[str, Any], wanted: Binding | None, now: float) -> dict[str, Any] | None:
    """The claims of the KB-JWT; None without one. `wanted` None: the holder's key is checked, not for whom or when.

    A credential without a holder's key satisfies nobody who wanted a binding.
    """
    if not parts.binding:
        if wanted:
            raise Refused(Reason.BINDING, "missing")
        return None
    holder = _holder(payload)
    if holder is None:
        raise Refused(Reason.BINDING, "no holder's key in the credential")
    try:
        _, claims = jose.check(parts.binding, [holder], typ=[TYPE])
    except Refused as refused:
        raise Refused(Reason.BINDING, str(refused)) from None
    algorithm = payload.get("_sd_alg", "sha-256")
    if algorithm not in HASHES or claims.get("sd_hash") != hashed(parts.bound, algorithm):
        raise Refused(Reason.BINDING, "signed over something else")
    if not isinstance(claims.get("aud"), str) or not isinstance(claims.get("nonce"), str):
        raise Refused(Reason.BINDING, "aud or nonce missing")
    at = jose.moment(claims, "iat")
    if at is None:
        raise Refused(Reason.BINDING, "iat missing")
    if wanted:
        _fits(claims, at, wanted, now)
    return claims


def _fits(claims: dict[str, Any], at: float, wanted: Binding, now: float) -> None:
    if claims["aud"] != wanted.aud:
        raise Refused(Reason.BINDING, "for somebody else")
    if not wanted.nonce or claims["nonce"] != wanted.nonce:
        raise Refused(Reason.BINDING, "the answer to another question")
    if not now - wanted.within - wanted.leeway <= at <= now + wanted.leeway:
        raise Refused(Reason.BINDING, "too old, or from the future")


def _holder(payload: dict[str, Any]) -> dict[str, Any] | None:
    confirmation = payload.get("cnf")
    jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    return jwk if isinstance(jwk, dict) else None
