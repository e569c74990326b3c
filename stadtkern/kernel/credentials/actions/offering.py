"""Offer a proof, and open a way into a wallet for it."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.credentials import codes, places
from stadtkern.kernel.credentials.models import Credential, Grant
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import keys as vault

OPEN_DAYS = 30  # [credentials] open_days in city.toml
WAY_MINUTES = 10
WRONG_PINS = 5


class Refused(Exception):
    """This cannot be done now; the message is German, for the person."""


@transaction.atomic
def offer(
    *,
    account: Account,
    about: str,
    kind: str,
    title: str,
    claims: Mapping[str, Any],
    actor_key: str,
    document: Document | None = None,
    valid_until: date | None = None,
    once: str | None = None,
) -> Credential:
    """The person may fetch this proof into a wallet. Diary: `credential.offered`.

    `claims`: "address.locality" -> value; empty values are left out. `once`: a replay finds the first proof; where its claims
    are gone (fetched, or the time was over) they are laid down anew and it is open again.
    """
    row = Credential.objects.select_for_update().filter(once=once).first() if once else None
    if row is not None and (row.claims or row.revoked_at or _over(row.valid_until)):
        return row
    if row is None:
        row = Credential(account=account, about=about, kind=kind, vct=places.vct(kind), once=once)
    row.title, row.document = title[:200], document
    row.valid_until = _end_of(valid_until)
    row.open_until = timezone.now() + timedelta(days=_open_days())
    row.save()
    said = {name: value for name, value in claims.items() if value not in (None, "")}
    row.claims = vault.seal(f"account:{account.pk}", json.dumps(said).encode(), about=about, place=str(row))
    row.save(update_fields=["claims"])
    record("credential.offered", subject=about, actor=actor_key, data={"credential": row.pk})
    return row


def _open_days() -> int:
    return int(city().raw.get("credentials", {}).get("open_days", OPEN_DAYS))


def _end_of(day: date | None) -> datetime | None:
    """The last moment of the day, local time."""
    if day is None:
        return None
    return timezone.make_aware(datetime(day.year, day.month, day.day, 23, 59, 59))


def _over(until: datetime | None) -> bool:
    return until is not None and until < timezone.now()


@transaction.atomic
def open_way(actor: Actor, credential: Credential) -> tuple[Grant, str]:
    """A QR code with a PIN, for some minutes; ways opened before are closed. Returns the secret of its address.

    Diary: `credential.way_opened`.
    """
    row = _own(actor, credential)
    if row.revoked_at:
        raise Refused(_("Dieser Nachweis ist widerrufen. Er lässt sich nicht mehr in eine Wallet übernehmen."))
    if _over(row.valid_until):
        raise Refused(_("Dieser Nachweis ist abgelaufen. Beantragen Sie bei Bedarf einen neuen."))
    if not row.claims or row.open_until < timezone.now():
        raise Refused(_("Die Zeit zum Übernehmen ist vorbei. Fordern Sie den Nachweis noch einmal an."))
    Grant.objects.filter(credential=row).delete()
    key = codes.secret()
    grant = Grant.objects.create(
        credential=row,
        key_digest=codes.digest(key),
        code_digest=codes.digest(codes.code_of(key)),
        expires_at=timezone.now() + timedelta(minutes=WAY_MINUTES),
    )
    record("credential.way_opened", subject=row.about, actor=actor.key, data={"credential": row.pk, "grant": grant.pk})
    return grant, key


@transaction.atomic
def want_again(actor: Actor, credential: Credential) -> None:
    """The person has a new phone: whoever offered the proof is asked to lay the claims down anew.

    Diary: `credential.wanted`; the room above reacts.
    """
    row = _own(actor, credential)
    if row.revoked_at or _over(row.valid_until):
        raise Refused(_("Dieser Nachweis gilt nicht mehr. Beantragen Sie bei Bedarf einen neuen."))
    if not row.claims:
        record("credential.wanted", subject=row.about, actor=actor.key, data={"credential": row.pk})


def _own(actor: Actor, credential: Credential) -> Credential:
    row = Credential.objects.select_for_update().get(pk=credential.pk)
    if actor.account is None or actor.company is not None or row.account_id != actor.account.pk:
        raise PermissionError("A proof belongs to one person")
    return row
