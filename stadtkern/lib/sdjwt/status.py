"""Token Status List (IETF): one bit per credential, compressed, signed by the issuer."""

import time
import zlib
from collections.abc import Iterable
from typing import Any

from joserfc.jwk import ECKey

from . import jose
from .jose import Jwk
from .refused import Reason, Refused
from .strict import decoded, encoded

TYPE = "statuslist+jwt"
MEDIA_TYPE = "application/statuslist+jwt"
MOST_BYTES = 4_000_000  # of a list opened: 32 million credentials; stops bombs
MOST_TOKEN = 3_000_000
VALID, INVALID, SUSPENDED = 0, 1, 2


def token(bits: bytes, *, uri: str, key: ECKey, kid: str, made_at: int, ttl: int, valid: int) -> str:
    """The signed list; `bits` has one bit per credential, the first in the lowest bit of the first byte."""
    claims = {
        "sub": uri,
        "iat": made_at,
        "exp": made_at + valid,
        "ttl": ttl,
        "status_list": {"bits": 1, "lst": encoded(zlib.compress(bits, 9))},
    }
    return jose.sign(claims, key, TYPE, kid=kid)


def status(text: str, *, uri: str, index: int, keys: Iterable[Jwk], now: float | None = None) -> int:
    """What the list says about one credential: VALID, INVALID, SUSPENDED, or a number of the issuer's own.

    Refused(STATUS) where no statement can be made: another list, expired, unsigned, too short, broken.
    """
    now = time.time() if now is None else now
    try:
        _, claims = jose.check(text, keys, typ=[TYPE], most=MOST_TOKEN)
        if claims.get("sub") != uri:
            raise Refused(Reason.STATUS, "another list")
        expires, made = jose.moment(claims, "exp"), jose.moment(claims, "iat")
        if made is None or made > now + 60:
            raise Refused(Reason.STATUS, "made in the future, or never")
        if expires is not None and now >= expires:
            raise Refused(Reason.STATUS, "the list is out of date")
        return _entry(claims.get("status_list"), index)
    except Refused as refused:
        if refused.reason == Reason.STATUS:
            raise
        raise Refused(Reason.STATUS, str(refused)) from None


def _entry(listed: Any, index: int) -> int:
    width = listed.get("bits") if isinstance(listed, dict) else None
    if isinstance(width, bool) or width not in (1, 2, 4, 8) or not isinstance(listed.get("lst"), str):
        raise Refused(Reason.STATUS, "no list")
    data = _opened(decoded(listed["lst"]))
    if not 0 <= index < len(data) * 8 // width:
        raise Refused(Reason.STATUS, "outside of the list")
    byte, shift = divmod(index * width, 8)
    return int(data[byte] >> shift & (1 << width) - 1)


def _opened(packed: bytes) -> bytes:
    opener = zlib.decompressobj()
    try:
        data = opener.decompress(packed, MOST_BYTES)
    except zlib.error:
        raise Refused(Reason.STATUS, "not compressed as it should be") from None
    if opener.unconsumed_tail or not opener.eof:
        raise Refused(Reason.STATUS, "too large, or cut off")
    return data
