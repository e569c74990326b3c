"""Signed tokens (JWS, compact) with ES256 on P-256, and nothing else."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from .refused import Reason, Refused
from .strict import MOST_BYTES, decoded, read_object

ALG = "ES256"
Jwk = Mapping[str, Any]
_PUBLIC = ("kty", "crv", "x", "y")


class _Registry(jws.JWSRegistry):
    """The library's own bounds are for small tokens; ours stand in `unverified`."""

    max_header_length = max_payload_length = 4_000_000


_REGISTRY = _Registry(algorithms=[ALG], strict_check_header=False)  # headers of others may hold more than we know


def new_key() -> ECKey:
    """A fresh private key."""
    return ECKey.generate_key("P-256", private=True)


def public(key: ECKey) -> dict[str, Any]:
    """The half that may be shown."""
    return {name: key.as_dict(private=False)[name] for name in _PUBLIC}


def thumbprint(jwk: Jwk) -> str:
    """RFC 7638: the name of a key, the same for everybody who has it."""
    return key_of(jwk).thumbprint()


def key_of(jwk: Any) -> ECKey:
    """The public key of a JWK; a private one, another curve, or a point beside the curve is refused."""
    if not isinstance(jwk, Mapping) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise Refused(Reason.MALFORMED, "no P-256 key")
    if any(name in jwk for name in ("d", "k", "p")):
        raise Refused(Reason.MALFORMED, "a private key")
    if not all(isinstance(jwk.get(name), str) and len(jwk[name]) == 43 for name in ("x", "y")):
        raise Refused(Reason.MALFORMED, "no P-256 key")
    return _imported(json.dumps({name: jwk[name] for name in _PUBLIC}))


@lru_cache(maxsize=256)
def _imported(text: str) -> ECKey:
    try:
        key = ECKey.import_key(json.loads(text))
        _ = key.raw_value
    except (JoseError, ValueError, TypeError, KeyError):
        raise Refused(Reason.MALFORMED, "no P-256 key") from None
    return key


def sign(payload: Mapping[str, Any], key: ECKey, typ: str, **header: Any) -> str:
    """A token of this type; `header` adds kid, jwk or x5c."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact({"alg": ALG, "typ": typ, **header}, body, key, registry=_REGISTRY)


def unverified(token: str, most: int = MOST_BYTES) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload, to find the key by; nothing in them is believed before `demand_signature`."""
    if len(token) > most:
        raise Refused(Reason.TOO_LARGE)
    pieces = token.split(".")
    if len(pieces) != 3:
        raise Refused(Reason.MALFORMED, "not three parts")
    header, payload = (read_object(decoded(piece), most) for piece in pieces[:2])
    decoded(pieces[2])
    if header.get("alg") != ALG:
        raise Refused(Reason.ALGORITHM, str(header.get("alg"))[:20])
    if "crit" in header or "b64" in header:
        raise Refused(Reason.MALFORMED, "demands something we do not know")
    return header, payload


def check(
    token: str, keys: Iterable[Jwk], *, typ: Iterable[str], most: int = MOST_BYTES
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a token signed by one of `keys`; otherwise Refused."""
    header, payload = unverified(token, most)
    demand_signature(token, header, keys, typ)
    return header, payload


def demand_signature(token: str, header: Mapping[str, Any], keys: Iterable[Jwk], typ: Iterable[str]) -> None:
    """The token is of this type and signed by one of `keys`; otherwise Refused."""
    if header.get("typ") not in tuple(typ):
        raise Refused(Reason.TYPE, str(header.get("typ"))[:40])
    if not any(_signed_by(token, key) for key in keys):
        raise Refused(Reason.SIGNATURE)


def _signed_by(token: str, jwk: Jwk) -> bool:
    try:
        jws.deserialize_compact(token.encode("ascii"), key_of(jwk), registry=_REGISTRY)
    except (JoseError, ValueError, Refused):  # a key we cannot use has signed nothing
        return False
    return True


def moment(payload: Mapping[str, Any], name: str) -> float | None:
    """A time in a token (seconds since 1970), None where it is missing."""
    value = payload.get(name)
    if value is None and name not in payload:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refused(Reason.MALFORMED, f"{name} is no time")
    return float(value)
