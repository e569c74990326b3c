"""The cookie by which a browser finds what it began without signing in; the database knows only its digest."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from stadtkern.lib import ids

COOKIE = "stadtkern_drafts"
SALT = "accounts.drafts"
DAYS = 30


MOST = 5  # secrets a browser holds: its own, and those other screens handed over


def secret_of(request: HttpRequest) -> str | None:
    """The secrets this browser holds, joined by dots, its own first; None without cookie or with a forged or outdated one."""
    secret: str | None = request.get_signed_cookie(COOKIE, default=None, salt=SALT, max_age=DAYS * 86400)
    return secret or None


def keys_of(request: HttpRequest) -> tuple[str, ...]:
    """For Actor.draft_keys."""
    secret = secret_of(request)
    return tuple(ids.digest(one) for one in secret.split(".")[:MOST]) if secret else ()


def joined(own: str | None, given: str) -> str:
    """What a browser holds once another screen has handed over its secrets; its own stay usable."""
    return ".".join(list(dict.fromkeys([*(own or "").split("."), *given.split(".")]))[:MOST]).strip(".")


def remember(response: HttpResponseBase, secret: str) -> None:
    """Keep the secret for another 30 days."""
    response.set_signed_cookie(
        COOKIE,
        secret,
        salt=SALT,
        max_age=DAYS * 86400,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
