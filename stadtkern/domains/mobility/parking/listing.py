"""The wardens' list: what is valid, what is revoked, as keyed digests, signed, and worth nothing after half a day."""

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from stadtkern.kernel.documents import codes
from stadtkern.kernel.registers.models import ParkingPermit

LIVES = timedelta(hours=12)
ALSO_ENDED = timedelta(days=60)  # so that "abgelaufen" can be said, not only "nicht gefunden"
BYTES = 16
MOST = 50_000


@dataclass(frozen=True)
class Listing:
    """A compact JWS; its rows are [digest of plate, zone, from, until, digest of number, revoked]."""

    token: str
    count: int


def make(now: datetime) -> Listing:
    """Digests are keyed with a key of this list alone: two lists cannot be compared, a table of plates helps once."""
    key, today = secrets.token_bytes(32), timezone.localdate(now)
    found = ParkingPermit.objects.filter(valid_until__gte=today - ALSO_ENDED).order_by("pk")
    told = found.values_list("plate", "zone", "valid_from", "valid_until", "number", "revoked_at")[:MOST]
    rows = sorted(
        [
            digest(key, f"plate:{plate}"),
            zone,
            begins.isoformat(),
            ends.isoformat(),
            digest(key, f"number:{number}"),
            int(bool(off)),
        ]
        for plate, zone, begins, ends, number, off in told
    )  # in the order of the digests: who entered the register when is nobody's business
    claims = {
        "kind": "list",
        "made": int(now.timestamp()),
        "ends": int((now + LIVES).timestamp()),
        "key": urlsafe_b64encode(key).decode().rstrip("="),
        "permits": rows,
    }
    return Listing(codes.sign(claims), len(rows))


def digest(key: bytes, text: str) -> str:
    """HMAC-SHA256, the first 16 bytes, base64url."""
    return urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")[:BYTES]).decode().rstrip("=")
