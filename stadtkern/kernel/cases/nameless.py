"""Reports without a name: nobody acts, also when somebody is signed in, and only a code opens the case again.

The code is made from the browser's secret and the reference. The database keeps its digest, so that it links a report to
nothing else this browser has begun; whoever has the code (on paper, on another device) gets in, nobody else does.
"""

import hashlib
import hmac
from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from stadtkern.kernel.accounts import draft_cookie
from stadtkern.kernel.accounts.access import Actor, actor_of
from stadtkern.kernel.services import catalogue
from stadtkern.lib import ids

COOKIE = "stadtkern_pickup"  # "<reference> <code>", gone when the browser closes
SALT = "cases.nameless"
GROUPS, LENGTH = 5, 4  # 97 bits


def is_nameless(key: str) -> bool:
    """Whether this service is told without a name (no query)."""
    try:
        return catalogue.even_retired(key).anonymous
    except catalogue.UnknownService:
        return False


def code_of(secret: str, reference: str) -> str:
    """ "7F3K-9QXM-…" for this browser and this report; the same every time."""
    number = int.from_bytes(hmac.digest(secret.encode(), f"report:{reference}".encode(), hashlib.sha256))
    letters = []
    for _place in range(GROUPS * LENGTH):
        number, rest = divmod(number, len(ids.ALPHABET))
        letters.append(ids.ALPHABET[rest])
    return "-".join("".join(letters[at : at + LENGTH]) for at in range(0, GROUPS * LENGTH, LENGTH))


def key_of(code: str) -> str:
    """What the database keeps; spaces, dashes, small letters and O for 0 do not matter. "" for what cannot be a code."""
    plain = ids.typed(code)
    return ids.digest(f"report:{plain}") if len(plain) == GROUPS * LENGTH else ""


def code_here(request: HttpRequest, reference: str) -> str:
    """The code this browser can show again; "" where it has neither begun nor fetched the report."""
    kept = request.get_signed_cookie(COOKIE, default="", salt=SALT) or ""
    fetched, _space, code = kept.partition(" ")
    if fetched == reference and code:
        return code
    secret = draft_cookie.secret_of(request)
    return code_of(secret, reference) if secret else ""


def nobody(request: HttpRequest, secret: str, reference: str) -> Actor:
    """Whoever begins a report acts without account, office and company; the request forgets who was signed in."""
    actor = Actor(draft_keys=(key_of(code_of(secret, reference)),))
    request._actor = actor  # type: ignore[attr-defined]
    return actor


def reader(request: HttpRequest, reference: str) -> Actor:
    """The actor of this request with the key of this report, where the browser has it."""
    actor = actor_of(request)
    code = code_here(request, reference.upper())
    return replace(actor, draft_keys=(*actor.draft_keys, key_of(code))) if code else actor


def step_back(request: HttpRequest, key: str, reader: Actor) -> None:
    """From here on nobody acts, where the case belongs to such a service and is not read by the office in charge."""
    if is_nameless(key):
        request._actor = Actor(draft_keys=reader.draft_keys)  # type: ignore[attr-defined]


def keep_open(response: HttpResponseBase, reference: str, code: str) -> None:
    """The browser may come back to this report until it is closed."""
    response.set_signed_cookie(
        COOKIE, f"{reference} {code}", salt=SALT, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
