"""The end of an account: the sign-in and the person behind it go; cases stay as long as the law says."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.events.actions import record

from ..access import Actor
from ..models import Account, DemoCard, Membership, Pairing, Person, Token


class StaffAccount(PermissionError):
    """The account of a member of staff is closed by the office, not by its owner."""


@transaction.atomic
def close_account(actor: Actor) -> None:
    """Forget the sign-in; the row stays as an empty shell, because cases and the diary point to its number."""
    if actor.account is None:
        raise ValueError("Nobody is signed in")
    if actor.staff:
        raise StaffAccount
    account = Account.objects.select_for_update().get(pk=actor.account.pk)
    for session in UserSession.objects.filter(user=account):
        session.end()
    for table in (EmailAddress, Authenticator):
        table.objects.filter(user=account).delete()
    Token.objects.filter(account=account, revoked_at=None).update(revoked_at=timezone.now())
    Membership.objects.filter(account=account).delete()
    Person.objects.filter(account=account).delete()
    Pairing.objects.filter(Q(owner=account) | Q(account=account)).delete()
    DemoCard.objects.filter(holder=account).update(holder=None)
    account.email, account.name, account.is_active = f"closed-{account.pk}@account.invalid", "", False
    account.set_unusable_password()
    account.save()
    record("account.closed", subject=f"account:{account.pk}", actor=actor.key)
