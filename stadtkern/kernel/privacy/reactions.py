"""Whoever closes an account is erased everywhere."""

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.models import Event

from . import erasure
from .models import Erasure


def erase_the_rest(event: Event) -> None:
    """An erasure that was asked for by itself has closed the account and goes on alone."""
    number = int(event.subject.removeprefix("account:"))
    if Erasure.objects.filter(account_id=number, begun_at__lte=event.at).exists():
        return
    if account := Account.objects.filter(pk=number).first():
        erasure.erase(account)


REACTIONS = {"account.closed": [erase_the_rest]}
