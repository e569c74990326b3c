"""Tickets of the demo: an Abo with the pass of this month, a single ticket, four rides, a day last week, a right that waits."""

from django.utils import timezone

from stadtkern.domains.mobility.actions import ticket_abo, ticket_rights, tickets
from stadtkern.domains.mobility.actions.ticket_transfers import accept, offer
from stadtkern.domains.mobility.models import Order, Ticket
from stadtkern.domains.mobility.tickets.products import tariff
from stadtkern.domains.mobility.tickets.quoting import Wish
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Trust
from stadtkern.kernel.payments import actions as payments
from stadtkern.kernel.payments.adapters import TransactionStatus
from stadtkern.kernel.payments.adapters.demo import connect
from stadtkern.kernel.payments.models import DebitMandate, Receivable

from .rehearsal import days_ago

IBAN = "DE89370400440532013000"  # the one of examples


def play() -> int:
    """Bought, paid, begun and given on as people do it; returns how many tickets there are. A second time changes nothing."""
    zoe, friend = (Account.objects.filter(email__startswith=name).first() for name in ("zoe.celik", "juergen.weiss"))
    if zoe is None or friend is None or not tariff().products or Order.objects.exists():
        return Ticket.objects.count()
    me, other = Actor(zoe, trust=Trust.BASIC), Actor(friend, trust=Trust.BASIC)
    with days_ago(6):
        _buy(me, "tag", "day", starts=True)
    _subscribe(me)
    _buy(me, "einzel", "single", starts=False)
    four = list(_buy(me, "vierer", "four", starts=False).tickets.order_by("pk"))
    accept(other, offer(me, four[0]))
    ticket_rights.declare(other, tariff().reductions["stadtpass"])
    return Ticket.objects.count()


def _buy(actor: Actor, product: str, once: str, *, starts: bool) -> Order:
    wish = Wish(tariff().products[product], ("A",), None, timezone.now() if starts else None)
    row, payment = tickets.order(actor, wish, f"demo:{once}")
    if payment is not None:
        payments.begin(payment, "http://localhost/", actor.key)
        payment.refresh_from_db()
        connect().press(payment.transaction_id, TransactionStatus.PAYED, "girocard")
        payments.refresh(payment)
        tickets.settle(row.pk)
    row.refresh_from_db()
    return row


def _subscribe(actor: Actor) -> None:
    """A mandate, the Abo, and the first month's money from the bank."""
    if not DebitMandate.objects.live().filter(account=actor.account, only=None).exists():
        payments.give_mandate(actor, holder=str(actor.account and actor.account.name), iban=IBAN, agreed=True)
    wish = Wish(tariff().products["abo"], ("A", "B"), None, timezone.now())
    with days_ago(1):
        row = ticket_abo.subscribe(actor, wish, agreed=True)
    first = row.orders.order_by("pk").first()
    if first is not None:
        claim = Receivable.objects.get(about=str(first))
        payments.receive(claim, cents=claim.open_cents, by="debit", source_key=f"demo:abo:{first.pk}")
        tickets.settle(first.pk)
