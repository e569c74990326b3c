"""The end of an account: the sign-in and the person behind it go; cases stay as long as the law says."""

from pathlib import Path
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.events.actions import record

from ..access import SYSTEM, Actor
from ..models import NOWHERE, Account, DemoCard, ExternalIdentity, Mandate, Membership, Pairing, Person, Token


class StaffAccount(PermissionError):
    """The account of a member of staff is closed by the office, not by its owner."""


@transaction.atomic
def close_account(actor: Actor) -> None:
    """Forget the sign-in; the row stays as an empty shell, because cases and the diary point to its number."""
    if actor.account is None:
        raise ValueError("Nobody is signed in")
    if actor.staff:
        raise StaffAccount
    _empty(actor.account.pk, actor.key)


@transaction.atomic
def erase_account(account_id: int, register_key: UUID | None = None) -> None:
    """The same for the data protection office or a replay, and what closing leaves: keys for programs, mail of the demo.

    Diary: `account.closed`, at the first time.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        return
    _forget_demo_mail(account.email)
    DemoCard.objects.filter(Q(holder=account) | Q(register_key=register_key)).delete()
    Token.objects.filter(account=account).delete()
    _empty(account_id, SYSTEM)
    _forget_sessions(account_id)
    Account.objects.filter(pk=account_id).update(language="de", last_login=None, password=make_password(None))


def _empty(account_id: int, actor_key: str) -> None:
    account = Account.objects.select_for_update().get(pk=account_id)
    for session in UserSession.objects.filter(user=account):
        session.end()
    for table in (EmailAddress, Authenticator):
        table.objects.filter(user=account).delete()
    Token.objects.filter(account=account, revoked_at=None).update(revoked_at=timezone.now())
    ExternalIdentity.objects.filter(account=account).delete()
    Membership.objects.filter(account=account).delete()
    Person.objects.filter(account=account).delete()
    ended = Mandate.objects.filter(Q(agent=account) | Q(principal=account))
    ended.filter(revoked_at=None).update(revoked_at=timezone.now())
    ended.update(invited="", code=None)
    Mandate.objects.filter(principal=account).update(title="", register_key=None, reference="")
    Pairing.objects.filter(Q(owner=account) | Q(account=account)).delete()
    DemoCard.objects.filter(holder=account).update(holder=None)
    was_open = account.is_active
    account.email, account.name, account.is_active = f"closed-{account.pk}@{NOWHERE}", "", False
    account.set_unusable_password()
    account.save()
    if was_open:
        record("account.closed", subject=f"account:{account.pk}", actor=actor_key)


def _forget_sessions(account_id: int) -> None:
    """Also those the list of devices does not know."""
    own = [row.pk for row in Session.objects.iterator() if str(row.get_decoded().get("_auth_user_id")) == str(account_id)]
    Session.objects.filter(pk__in=own).delete()


def _forget_demo_mail(address: str) -> None:
    """The demo and the tests keep mail as files; a mail server keeps its own."""
    folder = Path(settings.HOME) / "mail"
    for file in folder.glob("*") if folder.is_dir() else []:
        if address.encode() in file.read_bytes():
            file.unlink(missing_ok=True)
