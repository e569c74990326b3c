"""A person connects with an app, is told what was handed out, and cuts it off again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy.actions import give_consent, note_access, revoke_consent
from stadtkern.kernel.privacy.models import Consent

from ..models import Connection, Grant

LEGAL_BASIS = "Art. 6 Abs. 1 a DSGVO"
SOURCE = "account"


@dataclass(frozen=True)
class ClientActor(Actor):
    """An app looks at data of a person."""

    client_id: str = ""

    @property
    def key(self) -> str:
        return f"client:{self.client_id}"


@transaction.atomic
def connect(actor: Actor, client: Client, asked: Sequence[str], granted: Sequence[str]) -> Connection:
    """The person decided attribute by attribute; an earlier decision is replaced, its consent ended."""
    if actor.account is None:
        raise PermissionError("Only the person themselves connects")
    account = Account.objects.select_for_update().get(pk=actor.account.pk)  # two tabs, one decision after the other
    drawn = {"sub": secrets.token_urlsafe(32)}
    row, _ = Connection.objects.get_or_create(account=account, client=client, defaults=drawn)
    if not (row.live and set(row.granted) == set(granted)):
        if row.consent and row.consent.revoked_at is None:
            revoke_consent(actor, row.consent)
        row.consent = _consent(actor, account, client, granted)
        row.connected_at = row.connected_at if row.live else timezone.now()
    row.asked = sorted({*asked, *(row.asked if row.ended_at is None else ())})
    row.granted, row.ended_at = list(granted), None
    row.save()
    data = {"client": client.pk, "granted": len(granted), "asked": len(asked)}
    record("connection.made", subject=f"account:{account.pk}", actor=actor.key, data=data)
    return row


def _consent(actor: Actor, account: Account, client: Client, granted: Sequence[str]) -> Consent:
    return give_consent(
        actor,
        account=account,
        purpose=f"client:{client.pk}",
        evidence=SOURCE,
        fields=list(granted) or ["sub"],
        legal_basis=LEGAL_BASIS,
        about=f"client:{client.pk}",
    )


@transaction.atomic
def disconnect(actor: Actor, connection: Connection) -> None:
    """Cut the app off at once: no token opens anything any more. A second time changes nothing."""
    if actor.account is None or actor.account.pk != connection.account_id:
        raise PermissionError("Only the person themselves disconnects")
    row = Connection.objects.select_for_update(of=("self",)).select_related("consent").get(pk=connection.pk)
    if row.ended_at:
        return
    if row.consent and row.consent.revoked_at is None:
        revoke_consent(actor, row.consent)
    _cut(row)
    record("connection.ended", subject=f"account:{row.account_id}", actor=actor.key, data={"client": row.client_id})


@transaction.atomic
def end_tokens(consent: int) -> None:
    """The consent was withdrawn in the data cockpit: tidy up what it carried."""
    for row in Connection.objects.select_for_update().filter(consent=consent, ended_at=None):
        _cut(row)
        actor = f"account:{row.account_id}"
        record("connection.ended", subject=f"account:{row.account_id}", actor=actor, data={"client": row.client_id})


@transaction.atomic
def forget_account(account: int) -> None:
    """The account is closed: connections, sign-ins and tokens go."""
    Token.objects.filter(user=account).delete()
    gone, _ = Connection.objects.filter(account=account).delete()
    if gone:
        record("connection.forgotten", subject=f"account:{account}", actor="system", data={"rows": gone})


def _cut(row: Connection) -> None:
    now = timezone.now()
    Token.objects.filter(client_id=row.client_id, user_id=row.account_id).delete()
    Grant.objects.filter(connection=row, ended_at=None).update(ended_at=now)
    Connection.objects.filter(pk=row.pk).update(ended_at=now)


@transaction.atomic
def note_release(grant: Grant, fields: Sequence[str]) -> None:
    """Data left the house: the person sees it in the cockpit, with the app's name."""
    connection = grant.connection
    person = getattr(connection.account, "person", None)
    note_access(
        actor=ClientActor(client_id=connection.client_id),
        person_key=person.register_key if person else None,
        account=connection.account,
        purpose=f"client:{connection.client_id}",
        legal_basis=LEGAL_BASIS,
        source=SOURCE,
        fields=list(fields) or ["sub"],
        about=f"connection:{connection.pk}",
    )
    Connection.objects.filter(pk=connection.pk).update(last_used_at=timezone.now())
    subject, data = f"account:{connection.account_id}", {"client": connection.client_id, "fields": len(fields)}
    record("connection.released", subject=subject, actor=f"client:{connection.client_id}", data=data)
