"""Support and its undo, following and its undo: one row per person, the counter in the same transaction."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record

from ..models import Contribution, Follow, Process, Support
from .guard import Refused, locked, now_allows
from .teaming import is_of_team

State = Contribution.State


@transaction.atomic
def support(actor: Actor, contribution: Contribution) -> bool:
    """ "I am for this"; False when this person was already. Two tabs at once are one support."""
    account, row = _supporting(actor, contribution)
    _row, fresh = Support.objects.get_or_create(contribution=row, account=account)
    if fresh:
        Contribution.objects.filter(pk=row.pk).update(supports=F("supports") + 1)
        record("contribution.supported", subject=str(row), actor=actor.key)
    return fresh


@transaction.atomic
def unsupport(actor: Actor, contribution: Contribution) -> bool:
    """Take it back, at any time, whatever has become of it; False when there was nothing to take back."""
    if actor.account is None or actor.mandate:
        raise Refused(_("Unterstützen kann jede Person nur für sich selbst. Bitte melden Sie sich an."), sign_in=True)
    account, row = actor.account, locked(contribution.pk)
    gone, _per_table = Support.objects.filter(contribution=row, account=account).delete()
    if gone:
        Contribution.objects.filter(pk=row.pk).update(supports=F("supports") - 1)
        record("contribution.unsupported", subject=str(row), actor=actor.key)
    return bool(gone)


def _supporting(actor: Actor, contribution: Contribution) -> tuple[Account, Contribution]:
    row = locked(contribution.pk, Contribution.objects.visible_to(actor))
    if row.process is None or row.state != State.PUBLISHED:
        raise Refused(_("Diesen Beitrag kann man nicht unterstützen."))
    now_allows(actor, row.process, "support")
    account = actor.account
    if account is None or actor.mandate:
        raise Refused(_("Unterstützen kann jede Person nur für sich selbst. Bitte melden Sie sich an."), sign_in=True)
    if is_of_team(account.pk, row):
        raise Refused(_("Das ist Ihr eigener Beitrag. Unterstützen können ihn andere."))
    return account, row


@transaction.atomic
def follow(actor: Actor, thing: Process | Contribution) -> bool:
    """Post about what happens to it; False when one follows already."""
    if actor.account is None:
        raise Refused(_("Bitte melden Sie sich an. Dann schreiben wir Ihnen, wenn sich etwas tut."), sign_in=True)
    _row, fresh = Follow.objects.get_or_create(account=actor.account, **_named(thing))
    if fresh:
        record("participation.followed", subject=str(thing), actor=actor.key)
    return fresh


@transaction.atomic
def unfollow(actor: Actor, thing: Process | Contribution) -> bool:
    """No more post about it."""
    if actor.account is None:
        return False
    gone, _per_table = Follow.objects.filter(account=actor.account, **_named(thing)).delete()
    if gone:
        record("participation.unfollowed", subject=str(thing), actor=actor.key)
    return bool(gone)


def _named(thing: Process | Contribution) -> dict[str, Any]:
    return {"process": thing} if isinstance(thing, Process) else {"contribution": thing}
