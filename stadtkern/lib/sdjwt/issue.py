"""Issue: every claim about the person becomes a disclosure of its own, also inside an address."""

import json
import secrets
from collections.abc import Collection, Mapping
from typing import Any

from joserfc.jwk import ECKey

from .jose import sign
from .parts import hashed
from .strict import encoded

TYPE = "dc+sd-jwt"
OPEN = frozenset({"iss", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"})  # never hidden


def issue(claims: Mapping[str, Any], *, key: ECKey, kid: str, also_open: Collection[str] = (), decoys: int = 0) -> str:
    """An SD-JWT VC with all its disclosures, for the wallet.

    Hidden is everything but `OPEN` and `also_open`; objects are hidden as a whole and once more inside, lists as a whole.
    `decoys`: digests of nothing, so that nobody counts what is hidden.
    """
    if "_sd" in claims or "..." in claims or "_sd_alg" in claims:
        raise ValueError("reserved name")
    disclosures: list[str] = []
    plain = {name: value for name, value in claims.items() if name in OPEN or name in also_open}
    hidden = {name: value for name, value in claims.items() if name not in plain}
    payload = {**plain, **_hide(hidden, disclosures, decoys)}
    if disclosures or decoys:
        payload["_sd_alg"] = "sha-256"
    return "~".join([sign(payload, key, TYPE, kid=kid), *disclosures, ""])


def _hide(claims: Mapping[str, Any], disclosures: list[str], decoys: int = 0) -> dict[str, Any]:
    digests = []
    for name, value in claims.items():
        below = _hide(value, disclosures) if isinstance(value, Mapping) and value else value
        text = encoded(json.dumps([_salt(), name, below], ensure_ascii=False).encode())
        disclosures.append(text)
        digests.append(hashed(text))
    digests += [hashed(_salt()) for _ in range(decoys)]
    return {"_sd": sorted(digests)} if digests else {}  # sorted: the order says nothing about the names


def _salt() -> str:
    return encoded(secrets.token_bytes(16))
