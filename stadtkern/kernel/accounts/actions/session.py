"""Sign-ins and sessions: noted, ended one by one."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from stadtkern.kernel.events.actions import record

from ..access import SYSTEM, Actor
from ..models import Account, Pairing

UNCONFIRMED_DAYS = 30
PAIRING_DAYS = 1  # two minutes of use, and a day to find out what went wrong


@transaction.atomic
def note_sign_in(account: Account) -> None:
    """One line per sign-in, however it was proved."""
    record("account.signed_in", subject=f"account:{account.pk}", actor=f"account:{account.pk}")


@transaction.atomic
def end_session(actor: Actor, session: UserSession) -> None:
    """Sign this device out at once."""
    session.end()
    record("account.session_ended", subject=f"account:{session.user_id}", actor=actor.key)


@transaction.atomic
def forget_stale(batch: int = 5000) -> int:
    """Devices whose session is over, and sign-ups nobody confirmed within 30 days; returns how many rows."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    over = UserSession.objects.filter(~Exists(alive)).order_by("pk").values_list("pk", flat=True)[:batch]
    devices, _ = UserSession.objects.filter(pk__in=list(over)).delete()
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    long_ago = timezone.now() - timedelta(days=UNCONFIRMED_DAYS)
    nobody = Account.objects.filter(~Exists(confirmed), created_at__lt=long_ago, is_active=True, last_login=None, staff=None)
    given_up = list(nobody.order_by("pk").values_list("pk", flat=True)[:batch])
    Account.objects.filter(pk__in=given_up).delete()
    yesterday = timezone.now() - timedelta(days=PAIRING_DAYS)
    pairs = list(Pairing.objects.filter(created_at__lt=yesterday).order_by("pk").values_list("pk", flat=True)[:batch])
    Pairing.objects.filter(pk__in=pairs).delete()
    if devices or given_up or pairs:
        counts = {"devices": devices, "accounts": len(given_up), "pairings": len(pairs)}
        record("account.stale_forgotten", subject="accounts", actor=SYSTEM, data=counts)
    return int(devices) + len(given_up) + len(pairs)
