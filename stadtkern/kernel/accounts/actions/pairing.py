"""Two screens of one person: made on the first, opened and confirmed on the second, collected once (RFC 8628 in spirit)."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from ..access import actor_of
from ..models import Account, Pairing
from ..pairing import codes
from .session import note_sign_in

MINUTES = 2  # until the number is chosen, and again until it is collected
BACKEND = "stadtkern.kernel.accounts.sign_in.Backend"
State, Kind = Pairing.State, Pairing.Kind


class PairingOver(Exception):
    """Expired, used, refused, or not this browser's."""


class WrongNumber(PairingOver):
    """The number was not the one on the first screen; the pairing is burnt."""


@dataclass(frozen=True)
class Collected:
    """What the browser gets that collects: where to go, and keys of drafts for its cookie."""

    target: str
    drafts: str = ""


@transaction.atomic
def ask_to_pair(request: HttpRequest, kind: str, target: str, *, drafts: str = "") -> Pairing:
    """A fresh pairing of this browser; one that still waits for the same thing is used again (reload, back button)."""
    actor, mine, now = actor_of(request), codes.browser(request), timezone.now()
    waiting = Pairing.objects.filter(first_digest=mine, kind=kind, target=target, state=State.WAITING, expires_at__gt=now)
    if row := waiting.filter(owner=actor.account).order_by("-pk").first():
        return row
    nonce = ids.secret()[:40]
    row = Pairing.objects.create(
        kind=kind,
        nonce=nonce,
        code_digest=ids.digest(codes.code(nonce)),
        short_digest=ids.digest(codes.short(nonce)),
        number=10 + secrets.randbelow(90),
        first_digest=mine,
        target=target[:500],
        drafts=codes.seal(drafts) if drafts else "",
        agent=request.headers.get("User-Agent", "").replace("\x00", "")[:300],
        owner=actor.account,
        created_at=now,
        expires_at=now + timedelta(minutes=MINUTES),
    )
    record("pairing.created", subject=str(row), actor=actor.key, data={"kind": kind})
    return row


@transaction.atomic
def open_pairing(request: HttpRequest, pairing: Pairing) -> Pairing:
    """Somebody looks at it on a second screen; told to the first one, binding nobody yet."""
    row = _living(pairing, State.WAITING, State.OPENED)
    if row.state == State.WAITING and row.first_digest != codes.browser(request):
        row.state = State.OPENED
        row.save(update_fields=["state"])
        record("pairing.opened", subject=str(row), actor=actor_of(request).key)
    return row


def choose_number(request: HttpRequest, pairing: Pairing, number: str) -> Pairing:
    """The number on the second screen. Right: confirmed, or the first screen's account is asked. Wrong: burnt (WrongNumber)."""
    row = _choose(request, pairing, number)
    if row.state == State.BURNT:
        raise WrongNumber
    return row


@transaction.atomic
def _choose(request: HttpRequest, pairing: Pairing, number: str) -> Pairing:
    actor, mine = actor_of(request), codes.browser(request)
    row = Pairing.objects.select_for_update().get(pk=pairing.pk)
    if row.second_digest == mine and row.state in (State.MATCHED, State.CONFIRMED) and not row.over:
        return row  # a second click
    row = _checked(row, State.WAITING, State.OPENED)
    if row.first_digest == mine:
        raise PairingOver  # nobody pairs a screen with itself
    if number != str(row.number):
        row.state, row.drafts = State.BURNT, ""
        row.save(update_fields=["state", "drafts"])
        record("pairing.burnt", subject=str(row), actor=actor.key)
        return row
    if row.kind == Kind.SIGN_IN:
        if actor.account is None:
            raise PairingOver
        row.account = actor.account
    asks = row.kind == Kind.CONTINUE and row.owner_id is not None and row.owner != actor.account
    row.state, row.second_digest = State.MATCHED if asks else State.CONFIRMED, mine
    row.expires_at = timezone.now() + timedelta(minutes=MINUTES)
    row.save(update_fields=["state", "second_digest", "account", "expires_at"])
    record("pairing.confirmed", subject=str(row), actor=actor.key, data={"asks": asks})
    return row


@transaction.atomic
def allow_pairing(request: HttpRequest, pairing: Pairing) -> Pairing:
    """The account of the first screen says: yes, that is my phone, sign it in."""
    actor = actor_of(request)
    row = Pairing.objects.select_for_update().get(pk=pairing.pk)
    if row.first_digest != codes.browser(request) or actor.account is None or row.owner_id != actor.account.pk:
        raise PairingOver
    if row.state == State.CONFIRMED and row.account_id == row.owner_id:
        return row  # a second click
    row = _checked(row, State.MATCHED)
    row.state, row.account = State.CONFIRMED, actor.account
    row.expires_at = timezone.now() + timedelta(minutes=MINUTES)
    row.save(update_fields=["state", "account", "expires_at"])
    record("pairing.allowed", subject=str(row), actor=actor.key)
    return row


def collect_pairing(request: HttpRequest, pairing: Pairing, *, alone: bool = False) -> Collected:
    """The one browser that waits for it takes it, once: the phone what it continues, the first screen its sign-in.

    A session that comes of it has the trust of a password (BASIC) whatever the other screen has, and no second factor.
    `alone`: the phone does not wait for the first screen's yes and goes on without being signed in.
    """
    account, collected, pk = _collect(request, pairing, alone)
    if account is not None and account != actor_of(request).account:
        login(request, account, backend=BACKEND)
        note_sign_in(account)
        request.session.pop("trust_until", None)
        del request._actor  # type: ignore[attr-defined]
    if pairing.kind == Kind.CONTINUE:
        request.session["continues"] = pk
    return collected


@transaction.atomic
def _collect(request: HttpRequest, pairing: Pairing, alone: bool) -> tuple[Account | None, Collected, int]:
    row = Pairing.objects.select_for_update().get(pk=pairing.pk)
    waits = row.second_digest if row.kind == Kind.CONTINUE else row.first_digest
    if waits != codes.browser(request):
        raise PairingOver
    row = _checked(row, State.CONFIRMED, *([State.MATCHED] if alone else []))
    account = row.account if row.account and row.account.is_active else None
    if row.account_id and account is None:
        raise PairingOver
    drafts = codes.unseal(row.drafts) if row.drafts else ""
    row.state, row.drafts = State.USED, ""
    row.save(update_fields=["state", "drafts"])
    record("pairing.used", subject=str(row), actor=f"account:{account.pk}" if account else "anonymous")
    return account, Collected(row.target, drafts), row.pk


@transaction.atomic
def refuse_pairing(request: HttpRequest, pairing: Pairing) -> None:
    """ "Abbrechen" on either screen. On the second nobody else's is stopped who has confirmed already."""
    row = Pairing.objects.select_for_update().get(pk=pairing.pk)
    mine = codes.browser(request)
    if row.over or (mine != row.first_digest and row.second_digest not in ("", mine)):
        return
    row.state, row.drafts = State.REFUSED, ""
    row.save(update_fields=["state", "drafts"])
    record("pairing.refused", subject=str(row), actor=actor_of(request).key)


@transaction.atomic
def finish_pairing(request: HttpRequest) -> None:
    """What this phone went on with has been sent: the first screen is told, if it still looks."""
    pk = request.session.pop("continues", None) if request.session.session_key else None
    if pk and (row := Pairing.objects.select_for_update().filter(pk=pk, state=State.USED).first()):
        row.state = State.FINISHED
        row.save(update_fields=["state"])
        record("pairing.finished", subject=str(row), actor=actor_of(request).key)


def _living(pairing: Pairing, *states: str) -> Pairing:
    return _checked(Pairing.objects.select_for_update().get(pk=pairing.pk), *states)


def _checked(row: Pairing, *states: str) -> Pairing:
    if row.over or row.state not in states:
        raise PairingOver
    return row
