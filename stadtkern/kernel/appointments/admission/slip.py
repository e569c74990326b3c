"""What the browser carries: the slip (a place in the queue) and the turn (may book, from when until when), both signed.

A slip is bound to the session and to the password it was drawn with: signed out, or password changed, and it is void.
Checking it asks nobody: no session is loaded, no query made.
"""

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "termin_platz"
PATH = "/termin/einlass/"
KEEP = 12 * 3600


@dataclass(frozen=True, slots=True)
class Slip:
    """One's place in the queue of one wave."""

    wave: int
    ticket: int
    account: int
    lot: int
    place: int  # 0: drawn at the opening
    session: str  # digest of the session key
    password: str  # digest of the password's hash

    def sealed(self) -> str:
        """As a cookie."""
        text = f"{self.wave}.{self.ticket}.{self.account}.{self.lot}.{self.place}.{self.session}.{self.password}"
        return f"{text}.{_sign(text)}"


def read(cookie: str, wave: int, session_key: str) -> Slip | None:
    """The slip of this wave and session; None for anything else, also for forged ones."""
    text, _, signature = cookie.rpartition(".")
    if not text or not _fits(text, signature):
        return None
    numbers = text.split(".")
    wave_of, ticket, account, lot, place = (int(number) for number in numbers[:5])
    found = Slip(wave_of, ticket, account, lot, place, *numbers[5:])
    return found if found.wave == wave and found.session == digest(session_key) else None


def of(request: HttpRequest, wave: int) -> Slip | None:
    """The slip this browser shows."""
    cookie, session_key = request.COOKIES.get(COOKIE, ""), request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return read(cookie, wave, session_key) if cookie and session_key else None


def hand_out(response: HttpResponse, slip: Slip) -> None:
    """Give it to the browser; only pages of the queue get to see it."""
    response.set_cookie(
        COOKIE, slip.sealed(), max_age=KEEP, path=PATH, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def turn(slip: Slip, begins: float, ends: float) -> str:
    """The pass: this ticket may book between these moments (seconds since 1970)."""
    text = f"{begins:.3f}_{ends:.0f}"
    return f"{text}_{_sign(f'turn {slip.wave} {slip.ticket} {slip.account} {text}')}"


def read_turn(text: str, slip: Slip) -> tuple[float, float] | None:
    """From when until when; None for a pass that is not ours or belongs to another ticket."""
    times, _, signature = text[:200].rpartition("_")
    if not times or not _fits(f"turn {slip.wave} {slip.ticket} {slip.account} {times}", signature):
        return None
    begins, _, ends = times.partition("_")
    return float(begins), float(ends)


def digest(text: str) -> str:
    """Enough of a digest to compare with."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def network_digest(network: str, wave: int) -> str:
    """The same network in another wave has another digest."""
    return _sign(f"network {wave} {network}")[:16]


def _fits(text: str, signature: str) -> bool:
    given = signature.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(_mac(key, text).encode(), given) for key in _keys(_secrets()))


def _sign(text: str) -> str:
    return _mac(_keys(_secrets())[0], text)


def _secrets() -> tuple[str, ...]:
    return (str(settings.SECRET_KEY), *(str(old) for old in settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _keys(secrets: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(hashlib.sha256(f"appointments admission {secret}".encode()).digest() for secret in secrets)


def _mac(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]
