"""Erasure that really erases (Art. 17 GDPR): every room erases its own and says what a law keeps, and until when.

Two stages: `preview` tells, `erase` does. Rooms have `erasure.py`:

    def preview(account_id, register_key) -> Preview: what goes, in words, and what stays
    def erase(account_id, register_key) -> list[Kept]: writes through the room's actions; repeating it changes nothing

What a room keeps names the matter ("case:17") its sealed data belong to: that matter's key survives, all others of the
person are destroyed, and with them every copy in every backup. `erase` writes the journal outside the database first, so
that a restored backup is erased again (`replay`).
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Person, Staff

from .erasing import actions, journal
from .models import Access, Consent, Erasure, Key
from .purposes import ACCESS_YEARS
from .restricting import actions as restricting
from .sealing import actions as sealing


@dataclass(frozen=True)
class Kept:
    """What stays, until when (None: until something happens that `because` names) and which law says so; no personal value."""

    what: str
    until: date | None
    because: str
    about: str = ""  # the matter whose sealed data stay readable: "case:17"


@dataclass(frozen=True)
class Preview:
    """What one room would do."""

    goes: Sequence[str] = ()
    kept: Sequence[Kept] = ()


@dataclass
class Plan:
    """What an erasure would do, all rooms together."""

    goes: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


class StaffAccount(PermissionError):
    """The account belongs to a place in an office; the office ends that first."""


Erase = Callable[[int, UUID | None], list[Kept]]
Look = Callable[[int, UUID | None], Preview]
# Room -> its part, top to bottom (accounts last); filled once at start by site/wiring.py from every room's erasure.py.
PARTS: dict[str, Erase] = {}
PREVIEWS: dict[str, Look] = {}


# Matters kept by the rooms that had their turn already, in this erasure or preview.
_matters: ContextVar[frozenset[str]] = ContextVar("matters", default=frozenset())


def kept_matters() -> frozenset[str]:
    """What rooms above keep ("case:17"): their messages, papers and payments stay as long, and are not named again."""
    return _matters.get()


def preview(account: Account) -> Plan:
    """What goes and what stays, before anything happens."""
    key, plan = _register_key(account.pk), Plan()
    for room in PARTS:
        _matters.set(frozenset(one.about for one in plan.kept if one.about))
        if look := PREVIEWS.get(room):
            found = look(account.pk, key)
            plan.goes += found.goes
            plan.kept += found.kept
    return plan


def erase(account: Account, actor: Actor | None = None) -> Erasure:
    """Erase this person everywhere; called again after an interruption it goes on. Raises StaffAccount, OSError (journal)."""
    if Staff.objects.filter(account=account).exists():
        raise StaffAccount
    return _run(account.pk, _register_key(account.pk), actor.key if actor else "system")


def resume() -> int:
    """Go on with erasures that were interrupted; returns how many."""
    rows = list(Erasure.objects.filter(finished_at=None).order_by("begun_at"))
    for row in rows:
        _run(row.account_id, row.register_key, row.asked_by)
    return len(rows)


def replay(more: Sequence[Path] = ()) -> int:
    """After a restore: everything the journal knows is erased again; returns how many people and matters."""
    done = 0
    for line in journal.lines(more):
        if line["kind"] == "account" and Account.objects.filter(pk=line["account"]).exists():
            _run(int(line["account"]), _register_key(int(line["account"])), "system")
            done += 1
        elif line["kind"] == "keys":
            done += bool(sealing.shred_again([UUID(key) for key in line["keys"]]))
    return done


def _run(account_id: int, register_key: UUID | None, actor_key: str) -> Erasure:
    journal.write("account", account=account_id)
    row = actions.begin(account_id, register_key, actor_key)
    with override("de"):
        for room, part in PARTS.items():
            if room not in row.done:
                _matters.set(frozenset(one["about"] for one in row.kept if one["about"]))
                with transaction.atomic():
                    kept = part(account_id, row.register_key)
                    actions.note_done(row, room, [_plain(room, one) for one in kept])
    with transaction.atomic():
        sealing.shred(f"account:{account_id}", actor_key=actor_key, keep={one["about"] for one in row.kept if one["about"]})
        actions.finish(row)
    return row


def _plain(room: str, kept: Kept) -> dict[str, Any]:
    until = kept.until.isoformat() if kept.until else ""
    return {"room": room, "what": kept.what, "until": until, "because": kept.because, "about": kept.about}


def _register_key(account_id: int) -> UUID | None:
    return Person.objects.filter(account=account_id).values_list("register_key", flat=True).first()


# ------------------------------------------------------------------ this room's own part


def own_preview(account_id: int, register_key: UUID | None) -> Preview:
    """Consents end; the proofs stay."""
    goes = []
    if Consent.objects.filter(account=account_id, revoked_at=None).exists():
        goes.append(_("Ihre Einwilligungen: ab sofort erlaubt keine mehr etwas"))
    if Key.objects.filter(owner=f"account:{account_id}", shredded_at=None).exists():
        goes.append(_("Die Schlüssel zu Ihren Dokumenten: auch aus Sicherungen kann sie niemand mehr öffnen"))
    return Preview(goes, _proofs(account_id, register_key))


def own_part(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Consents are revoked; what is kept holds numbers and names of fields, never a value."""
    actions.revoke_consents(account_id)
    restricting.forget_of(account_id)
    return _proofs(account_id, register_key)


def _proofs(account_id: int, register_key: UUID | None) -> list[Kept]:
    kept = []
    if Consent.objects.filter(account=account_id).exists():
        because = _("Art. 7 Abs. 1 DSGVO: Nachweis; enthält Zweck und Feldnamen, keine Angaben zur Person")
        kept.append(Kept(_("Dass Sie eingewilligt haben"), actions.consents_until(), because))
    looked = Access.objects.filter(accounts__contains=[account_id])
    if looked.exists() or (register_key and Access.objects.filter(person_keys__contains=[register_key]).exists()):
        until = timezone.localdate() + timedelta(days=365 * ACCESS_YEARS)
        because = _("Art. 5 Abs. 2 DSGVO: Nachweis; enthält Nummern und Feldnamen, keine Angaben zur Person")
        kept.append(Kept(_("Wer Ihre Daten angesehen hat"), until, because))
    return kept
