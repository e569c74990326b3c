"""The rounds of the clock, and what people and callbacks set going: everything heavy happens in jobs."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases.models import FINISHED
from stadtkern.kernel.events.actions import record
from stadtkern.lib.fitconnect.client import Refused, Unavailable

from ..adapters import NotConnected, connection
from ..models import Heard, Reception, Transmission
from .receiving import discover
from .sending import State, prepare
from .trying import hurry

MOST = 200  # rows of one round
FORGET = timedelta(hours=1)
KEEP = timedelta(days=90)


def look_around(limit: int = MOST) -> tuple[list[int], list[int]]:
    """Ids of transmissions and receptions that are due now."""
    now = timezone.now()
    going = Transmission.objects.due(now).values_list("pk", flat=True)[:limit]
    coming = Reception.objects.due(now).values_list("pk", flat=True)[:limit]
    return list(going), list(coming)


def look_for(limit: int = MOST) -> tuple[list[int], str]:
    """What lies ready for this city and is new; and what is wrong where the service cannot be asked ("" if nothing is)."""
    try:
        link = connection()
        found = link.delivery.waiting(link.own) if link.own else []
    except NotConnected as error:
        return [], str(error)
    except (Unavailable, Refused) as error:
        return [], f"Der Zustelldienst antwortet nicht: {error}"
    known = set(Reception.objects.filter(submission__in=[one.submission for one in found]).values_list("submission", flat=True))
    fresh = [one for one in found if one.submission not in known and one.destination == link.own]
    return [discover(one).pk for one in fresh[:limit]], ""


@transaction.atomic
def hear(signature: str) -> bool:
    """A genuine callback; False where exactly this one was heard before."""
    now = timezone.now()
    Heard.objects.filter(at__lt=now - FORGET).delete()
    try:
        with transaction.atomic():
            Heard.objects.create(signature=signature[:128], at=now)
    except IntegrityError:
        return False
    Transmission.objects.filter(state=State.SUBMITTED, next_try_at__gt=now).update(next_try_at=now)
    record("exchange.called", subject="exchange:callback", actor="provider:fitconnect")
    return True


@transaction.atomic
def try_now(row: Transmission | Reception, actor: Actor) -> None:
    """The operator does not want to wait for the next try."""
    hurry(row)
    record("exchange.hurried", subject=str(row), actor=actor.key)


def send_again(case_id: int, actor: Actor) -> Transmission | None:
    """A clerk hands the case over once more, after it came back; what is under way stays the only one."""
    return prepare(case_id, actor.key)


@transaction.atomic
def forget_old(now: datetime) -> int:
    """What was never taken here is forgotten after 90 days, reply channel and all; the rest goes with its case."""
    ended = [Reception.State.REJECTED, Reception.State.GONE]
    return Reception.objects.filter(case=None, state__in=ended, found_at__lt=now - KEEP).delete()[0]


@transaction.atomic
def forget_reply_channels(account_id: int) -> int:
    """The applicant was erased: how they wanted the answer goes with the finished case; returns how many. The diary line is
    that of the erasure."""
    return Reception.objects.filter(case__account=account_id, case__status__in=FINISHED).update(reply_channel={})
