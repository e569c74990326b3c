"""Give a ticket to somebody else: offered with a code, theirs when they accept; what showed it before is revoked."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from ..models import Ticket, TicketCopy, TicketTransfer
from ..tickets.quoting import Refused
from .tickets import best_price_needs, owner_of

OPEN_FOR = timedelta(hours=24)
LETTERS = 10


def may(row: Ticket, now: datetime) -> bool:
    """Before it begins, unless it is personal, or the best price of its buyer has to do with it."""
    if row.personal or row.over(now) or (row.since is not None and row.since <= now):
        return False
    bought = row.order
    capped = bought.day is not None and bought.due_cents < bought.full_cents
    return not capped and (bought.account_id != row.account_id or not best_price_needs(bought))


@transaction.atomic
def offer(actor: Actor, ticket: Ticket) -> str:
    """A code for whoever is to have it, for a day; an older one ends. Diary: `ticket.offered`."""
    row = Ticket.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=ticket.pk).first()
    if row is None or not may(row, timezone.now()):
        raise Refused(
            _(
                "Weitergeben können Sie einen Fahrschein nur, bevor er beginnt, und nicht, wenn er persönlich ist oder zu "
                "Ihrem Bestpreis gehört."
            )
        )
    row.transfers.filter(ended_at=None).update(ended_at=timezone.now())
    code = ids.drawn(LETTERS)
    TicketTransfer.objects.create(ticket=row, digest=ids.digest(code), expires_at=timezone.now() + OPEN_FOR)
    record("ticket.offered", subject=str(row), actor=actor.key)
    return f"{code[:5]}-{code[5:]}"


@transaction.atomic
def take_back(actor: Actor, ticket: Ticket) -> None:
    """The offer ends. Diary: `ticket.offer_ended`."""
    row = Ticket.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=ticket.pk).first()
    if row is not None and row.transfers.filter(ended_at=None).update(ended_at=timezone.now()):
        record("ticket.offer_ended", subject=str(row), actor=actor.key)


@transaction.atomic
def accept(actor: Actor, typed: str) -> Ticket:
    """It changes hands; copies of the one before hold no more. Diary: `ticket.transferred`."""
    account, now = owner_of(actor), timezone.now()
    wrong = _("Zu diesem Code gibt es keinen Fahrschein. Codes gelten einen Tag lang und nur einmal.")
    found = TicketTransfer.objects.filter(digest=ids.digest(ids.typed(typed)), ended_at=None, expires_at__gt=now).first()
    if found is None:
        raise Refused(wrong)
    row = Ticket.objects.select_for_update().get(pk=found.ticket_id)
    mine = TicketTransfer.objects.select_for_update().filter(pk=found.pk, ended_at=None).first()
    if mine is None or not may(row, now):
        raise Refused(wrong)
    if row.account_id == account.pk:
        raise Refused(_("Diesen Fahrschein haben Sie schon."))
    mine.ended_at = now
    mine.save(update_fields=["ended_at"])
    before, row.account, row.shown_at = row.account_id, account, None
    row.save(update_fields=["account", "shown_at"])
    TicketCopy.objects.filter(ticket=row, ended_at=None).update(ended_at=now)
    record("ticket.transferred", subject=str(row), actor=actor.key, data={"from": before})
    return row
