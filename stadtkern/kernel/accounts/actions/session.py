"""Sign-ins and sessions: noted, ended one by one."""

from allauth.usersessions.models import UserSession
from django.db import transaction

from stadtkern.kernel.events.actions import record

from ..access import Actor
from ..models import Account


@transaction.atomic
def note_sign_in(account: Account) -> None:
    """One line per sign-in, however it was proved."""
    record("account.signed_in", subject=f"account:{account.pk}", actor=f"account:{account.pk}")


@transaction.atomic
def end_session(actor: Actor, session: UserSession) -> None:
    """Sign this device out at once."""
    session.end()
    record("account.session_ended", subject=f"account:{session.user_id}", actor=actor.key)
