"""Reaching an appointment: by account, by the browser that booked it, or by the link without sign-in; others are 404."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase

from stadtkern.kernel.accounts import draft_cookie
from stadtkern.kernel.accounts.access import Actor, actor_of
from stadtkern.kernel.privacy.actions import note_owned
from stadtkern.lib import ids

from .models import Appointment, Waiting

COOKIE = "stadtkern_termine"  # codes of links opened here, joined by dots, newest first
SALT = "appointments.link"
MOST = 8


@dataclass(frozen=True)
class Found:
    """The appointment and by which door it was reached."""

    row: Appointment
    by_link: bool


def holder_of(actor: Actor) -> str:
    """For whom a time is held: the account (any of its browsers), else this browser; "" where there is no cookie yet."""
    if actor.account:
        return ids.digest(f"account:{actor.account.pk}:{actor.mandate.pk if actor.mandate else 0}")
    return actor.draft_keys[0] if actor.draft_keys else ""


def appointment(request: HttpRequest, number: str) -> Found:
    """One's own appointment by its number; foreign and unknown ones are 404 alike."""
    actor = actor_of(request)
    rows = Appointment.objects.select_related("place__office", "matter", "counter")
    row = rows.visible_to(actor, holder_of(actor)).filter(number=number, erased_at=None).first()
    if row is not None:
        note_owned(actor, [row], source="appointments", fields=("appointment",))
        return Found(row, by_link=False)
    digests = [ids.digest(code) for code in codes(request)]
    row = rows.filter(number=number, code_digest__in=digests, erased_at=None).first() if digests else None
    if row is None:
        raise Http404
    return Found(row, by_link=True)


def waiting(request: HttpRequest, pk: int) -> Waiting:
    """One's own entry of the waiting list, as with appointments."""
    actor = actor_of(request)
    row = Waiting.objects.visible_to(actor, holder_of(actor)).filter(pk=pk).first()
    if row is not None:
        note_owned(actor, [row], source="appointments", fields=("appointment",))
    if row is None and (digests := [ids.digest(code) for code in codes(request)]):
        row = Waiting.objects.filter(pk=pk, code_digest__in=digests).first()
    if row is None:
        raise Http404
    return row


def codes(request: HttpRequest) -> list[str]:
    """Of the links this browser has opened."""
    kept = request.get_signed_cookie(COOKIE, default="", salt=SALT) or ""
    return [code for code in kept.split(".") if code][:MOST]


def keep_open(request: HttpRequest, response: HttpResponseBase, code: str) -> None:
    """The browser may come back until it is closed; the code then stands in no address any more."""
    kept = ".".join(list(dict.fromkeys([code, *codes(request)]))[:MOST])
    response.set_signed_cookie(COOKIE, kept, salt=SALT, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def remember_browser(request: HttpRequest, response: HttpResponseBase) -> None:
    """A visitor gets the cookie by which this browser finds what it held."""
    if actor_of(request).account is None:
        draft_cookie.remember(response, draft_cookie.secret_of(request) or ids.secret())


def with_browser(request: HttpRequest) -> tuple[Actor, str, str]:
    """Actor and holder for a time to be held now; the secret to remember where the browser had none ("" else)."""
    actor = actor_of(request)
    if holder := holder_of(actor):
        return actor, holder, ""
    secret = ids.secret()
    return actor, ids.digest(secret), secret
