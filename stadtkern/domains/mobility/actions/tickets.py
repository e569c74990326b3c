"""Buying tickets: order, pay, issue (only with the money, once), begin a ride, give back, revoke."""

from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.kernel.payments import actions as payments
from stadtkern.kernel.payments.models import Payment
from stadtkern.lib import ids

from ..models import FareCredit, Order, Ticket, TicketCopy
from ..tickets.products import tariff
from ..tickets.quoting import Quote, Refused, Wish, counted, quote
from ..tickets.validity import months_later, span

GIVEN_UP = timedelta(hours=24)  # an order nobody has paid
REFUND_DAYS = 14
Status = Order.Status


class OtherPrice(Refused):
    """It costs something else than the page said."""


def owner_of(actor: Actor) -> Account:
    """Tickets are bought by people for themselves."""
    if actor.account is None or actor.company or actor.mandate:
        raise Refused(_("Fahrscheine kaufen Sie für sich selbst. Handeln Sie dafür wieder im eigenen Namen."))
    return actor.account


@transaction.atomic
def order(actor: Actor, wish: Wish, once: str, shown: int | None = None) -> tuple[Order, Payment | None]:
    """One purchase and what is to be paid for it (None: nothing). Two clicks are one. Diary: `ticket.ordered`.

    `shown` is what the page said it costs: nobody buys at another price (OtherPrice); -1 where it said none.
    """
    account = owner_of(actor)
    lock(account)
    key = ids.digest(f"{account.pk}:{once}")
    if mine := Order.objects.filter(once=key).first():
        return mine, _payment(mine, actor.key) if mine.status == Status.OPEN else None
    offer = quote(tariff(), account, wish, timezone.now())
    if shown is not None and shown != offer.payable:
        raise OtherPrice(_("Der Preis hat sich geändert. Sehen Sie ihn an, und bestätigen Sie ihn noch einmal."))
    row = _made(account, offer, key)
    record("ticket.ordered", subject=str(row), actor=actor.key, data={"cents": row.payable_cents, "product": row.product})
    if row.payable_cents:
        return row, _payment(row, actor.key)
    _issue(row, actor.key)
    return row, None


def _made(account: Account, offer: Quote, key: str) -> Order:
    wish, product = offer.wish, offer.wish.product
    return Order.objects.create(
        account=account, once=key, product=product.key, title=product.title, kind=product.kind, count=product.count,
        zones=list(wish.zones), reduction=wish.reduction.key if wish.reduction else "", starts_at=wish.starts, day=offer.day,
        full_cents=offer.price.full, due_cents=offer.price.due, credit_cents=offer.credit, because=offer.price.because,
    )  # fmt: skip


def _payment(row: Order, actor_key: str) -> Payment:
    label = _("%(title)s, Zone %(zones)s") % {"title": row.title, "zones": ", ".join(row.zones)}
    return payments.open_payment(
        about=str(row), account=row.account, amount_cents=row.payable_cents, description=label,
        items=[payments.Item(label, row.payable_cents)], actor_key=actor_key, key="ticket", voluntary=True,
        back_to=reverse("mobility:ticket_order", args=[row.pk]),
    )  # fmt: skip


@transaction.atomic
def settle(order_id: int, actor_key: str = SYSTEM) -> list[Ticket]:
    """The money is there: the tickets come, once. A replay changes nothing. Diary: `ticket.issued`."""
    row = Order.objects.select_for_update().filter(pk=order_id).first()
    if row is None or row.status != Status.OPEN:
        return []
    if row.paid_at and not row.subscription_id:  # ridden, taken back by the bank, paid after all: there is nothing left to ride
        row.status = Status.PAID
        row.save(update_fields=["status"])
        return []
    return _issue(row, actor_key)


def _issue(row: Order, actor_key: str) -> list[Ticket]:
    product, now, rules = tariff().products.get(row.product), timezone.now(), tariff()
    minutes = product.minutes if product else 90
    since, until = span(rules, row.kind, minutes, row.starts_at, now) if row.count == 1 else (None, None)
    use_by = None
    if since is None:
        day = months_later(timezone.localdate(now), product.use_by_months if product and product.use_by_months else 12)
        use_by = timezone.make_aware(datetime.combine(day, time(23, 59)))
    made = [
        Ticket(
            number=ids.drawn(9), account=row.account, order=row, title=row.title, zones=row.zones, reduction=row.reduction,
            minutes=minutes if row.kind == "ride" else 0, since=since, until=until, use_by=use_by,
            personal=bool(product and product.personal),
        )
        for _number in range(row.count)
    ]  # fmt: skip
    Ticket.objects.bulk_create(made)
    row.status, row.paid_at = Status.PAID, now
    row.save(update_fields=["status", "paid_at"])
    record("ticket.issued", subject=str(row), actor=actor_key, data={"tickets": [one.pk for one in made]})
    return made


@transaction.atomic
def begin(actor: Actor, ticket: Ticket) -> Ticket:
    """Entwerten: the ride begins now. A second time changes nothing. Diary: `ticket.begun`."""
    row = _locked(actor, ticket)
    now = timezone.now()
    if row.since is not None:
        return row
    if row.over(now):
        raise Refused(_("Dieser Fahrschein gilt nicht mehr."))
    if row.transfers.filter(ended_at=None, expires_at__gt=now).exists():
        raise Refused(_("Diesen Fahrschein haben Sie gerade zum Weitergeben angeboten. Nehmen Sie das erst zurück."))
    row.since, row.until = now, now + timedelta(minutes=row.minutes)
    row.save(update_fields=["since", "until"])
    record("ticket.begun", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def give_back(actor: Actor, ticket: Ticket) -> Order:
    """Return a purchase nobody has used: all its tickets, all its money. Twice changes nothing. Diary: `ticket.refunded`."""
    # The purchase first: who gives back two of its tickets in two tabs must not wait for each other.
    bought = Order.objects.select_for_update().get(pk=ticket.order_id)
    _locked(actor, ticket)
    if bought.status == Status.REFUNDED:
        return bought
    if problem := why_not_back(bought, timezone.now()):
        raise Refused(problem)
    for one in Ticket.objects.select_for_update().filter(order=bought):
        _end(one, Ticket.Status.REFUNDED, "")
    bought.status = Status.REFUNDED
    bought.save(update_fields=["status"])
    if bought.credit_cents:
        text = _("Zurückgegeben: %s") % bought.title
        FareCredit.objects.create(account=bought.account, once=f"refund:{bought.pk}", cents=bought.credit_cents, because=text)
    if bought.payable_cents:
        payments.call_off(str(bought), actor.key)
    record("ticket.refunded", subject=str(bought), actor=actor.key, data={"cents": bought.payable_cents})
    return bought


def why_not_back(bought: Order, now: datetime) -> str:
    """Why a purchase cannot be returned; "" when it can."""
    rows = list(bought.tickets.all())
    if bought.status != Status.PAID or bought.subscription_id:
        return _("Diesen Kauf können Sie nicht zurückgeben.")
    if any(one.account_id != bought.account_id for one in rows):
        return _("Einen Fahrschein davon haben Sie schon weitergegeben.")
    if any(one.since is not None and one.since <= now for one in rows):
        return _("Der Fahrschein gilt schon. Zurückgeben können Sie ihn nur, bevor er beginnt.")
    if bought.paid_at and bought.paid_at < now - timedelta(days=REFUND_DAYS):
        return _("Zurückgeben können Sie einen Fahrschein 14 Tage lang.")
    if best_price_needs(bought):
        return _("Mit diesem Fahrschein haben wir schon einen Bestpreis gerechnet. Geben Sie erst den späteren zurück.")
    return ""


def best_price_needs(bought: Order) -> bool:
    """Whether a later purchase costs less because of this one."""
    later = counted(bought.account, bought.reduction).filter(pk__gt=bought.pk, due_cents__lt=F("full_cents"))
    return bool(bought.day and later.filter(day__year=bought.day.year, day__month=bought.day.month).exists())


@transaction.atomic
def revoke(actor: Actor, ticket: Ticket, because: str) -> Ticket:
    """The office ends a ticket; the holder gets a letter. Twice changes nothing. Diary: `ticket.revoked`."""
    text = because.replace("\x00", "").strip()[:300]
    if actor.staff is None or not text:
        raise Refused(_("Wählen Sie einen Grund."))
    row = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if row.status == Ticket.Status.VALID:
        end_with_letter(row, text, actor.key)
    return row


def end_with_letter(row: Ticket, because: str, actor_key: str) -> None:
    """Revoke a locked ticket. Diary: `ticket.revoked`."""
    _end(row, Ticket.Status.REVOKED, because)
    record("ticket.revoked", subject=str(row), actor=actor_key)
    if row.account is None:
        return
    with override(row.account.language):
        body = _("%(title)s, Nummer %(number)s, gilt ab sofort nicht mehr. Grund: %(because)s.")
        told = {"title": row.title, "number": row.number, "because": because}
        tell(
            row.account, _("Ihr Fahrschein gilt nicht mehr"), body % told,
            about=str(row), actor_key=actor_key, once=f"ticket.revoked:{row.pk}", link=reverse("mobility:my_tickets"),
        )  # fmt: skip


def tell(account: Account, title: str, body: str, *, about: str, actor_key: str, once: str, link: str) -> None:
    """A letter of the office that sells the tickets."""
    office = Office.objects.filter(key=tariff().office).first()
    inbox.deliver(
        account=account, about=about, office=office, title=title, body=body, actor_key=actor_key, once=once, link=link
    )


@transaction.atomic
def end_unpaid(now: datetime, batch: int = 200) -> int:
    """Orders nobody has paid for a day are called off; money that still comes goes back. Diary: `ticket.order_ended`.

    One with a best price ends with its day: paid later, it would ride on another day at this one's price.
    """
    over = Q(created_at__lt=now - GIVEN_UP) | Q(day__lt=tariff().service_day(now), due_cents__lt=F("full_cents"))
    rows = Order.objects.select_for_update(skip_locked=True).filter(over, status=Status.OPEN)
    found = list(rows.filter(subscription=None, paid_at=None).order_by("pk")[:batch])  # who has ridden owes it
    for row in found:
        row.status = Status.ENDED
        row.save(update_fields=["status"])
        payments.call_off(str(row), SYSTEM)
        record("ticket.order_ended", subject=str(row), actor=SYSTEM)
    return len(found)


def lock(account: Account) -> None:
    """Purchases of one person go one after the other: each sees what the one before has paid."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"mobility.tickets:{account.pk}"])


def _locked(actor: Actor, ticket: Ticket) -> Ticket:
    row: Ticket | None = Ticket.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=ticket.pk).first()
    if row is None:
        raise Refused(_("Dieser Fahrschein gehört Ihnen nicht mehr."))
    return row


def _end(row: Ticket, status: str, because: str) -> None:
    row.status, row.because = status, because
    row.save(update_fields=["status", "because"])
    TicketCopy.objects.filter(ticket=row, ended_at=None).update(ended_at=timezone.now())
    row.transfers.filter(ended_at=None).update(ended_at=timezone.now())
