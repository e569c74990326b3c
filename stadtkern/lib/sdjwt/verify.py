"""Verify: who signed it, is it whole, does it hold today, and does the holder have the key."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from . import binding as holder
from . import jose
from .disclose import Unfolding
from .jose import Jwk
from .parts import split
from .refused import Reason, Refused

TYPES = ("dc+sd-jwt", "vc+sd-jwt")  # the second is how it was called until the end of 2024
KeysOf = Callable[[str, str], Iterable[Jwk]]  # (iss, kid) -> keys; raises Refused


@dataclass(frozen=True)
class Verified:
    """What holds. `claims` holds only what was disclosed; `binding` the claims of the holder's signature, None without."""

    issuer: str
    vct: str
    claims: dict[str, Any]
    kid: str
    hidden: int
    disclosed: tuple[tuple[str | int, ...], ...]
    binding: dict[str, Any] | None

    @property
    def holder(self) -> Jwk | None:
        """The holder's public key, where the credential is bound to one."""
        confirmation = self.claims.get("cnf")
        jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
        return jwk if isinstance(jwk, dict) else None

    @property
    def status(self) -> tuple[str, int] | None:
        """Address of the status list and the place in it; None for credentials that cannot be revoked."""
        status = self.claims.get("status")
        if status is None:
            return None
        entry = status.get("status_list") if isinstance(status, dict) else None
        if not isinstance(entry, dict):
            raise Refused(Reason.STATUS, "of a kind we do not know")
        uri, index = entry.get("uri"), entry.get("idx")
        if not isinstance(uri, str) or isinstance(index, bool) or not isinstance(index, int) or index < 0:
            raise Refused(Reason.STATUS, "uri or idx missing")
        return uri, index


def verify(
    text: str,
    *,
    keys_of: KeysOf,
    binding: holder.Binding | None = None,
    vct: Collection[str] = (),
    now: float | None = None,
    leeway: int = 60,
) -> Verified:
    """The credential behind a presentation, or Refused with the reason.

    `keys_of` answers with the keys of a trusted issuer and refuses everybody else. `vct`: kinds that were asked for, empty
    for any. The status is the caller's next question (status.py): asking it costs a look at a list.
    """
    now = time.time() if now is None else now
    parts = split(text.strip())
    header, payload = jose.unverified(parts.token)
    issuer, kid = payload.get("iss"), header.get("kid", "")
    if not isinstance(issuer, str) or not issuer:
        raise Refused(Reason.UNKNOWN_ISSUER, "names no issuer")
    if not isinstance(kid, str):
        raise Refused(Reason.UNKNOWN_KEY, "no name of a key")
    jose.demand_signature(parts.token, header, keys_of(issuer, kid), TYPES)
    unfolding = Unfolding(payload, parts.disclosures)
    claims = unfolding.run(payload)
    kind = claims.get("vct")
    if not isinstance(kind, str) or not kind:
        raise Refused(Reason.VCT, "missing")
    if vct and kind not in vct:
        raise Refused(Reason.VCT, "another kind than asked for")
    _in_time(claims, now, leeway)
    bound = holder.check(parts, payload, binding, now)
    return Verified(issuer, kind, claims, kid, unfolding.hidden, tuple(unfolding.paths), bound)


def _in_time(claims: dict[str, Any], now: float, leeway: int) -> None:
    expires, begins, made = (jose.moment(claims, name) for name in ("exp", "nbf", "iat"))
    if expires is not None and now >= expires + leeway:
        raise Refused(Reason.EXPIRED)
    if begins is not None and now < begins - leeway:
        raise Refused(Reason.NOT_YET)
    if made is not None and now < made - leeway:
        raise Refused(Reason.NOT_YET, "made in the future")
