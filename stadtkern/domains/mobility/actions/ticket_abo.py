"""Abo: a ticket every month. Each month is a claim of its own, collected by direct debit where there is a mandate."""

import logging
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.payments import actions as payments
from stadtkern.kernel.payments.models import DebitMandate, Receivable
from stadtkern.ui import words

from ..models import Order, Subscription, Ticket
from ..tickets import fares
from ..tickets.pricing import plain
from ..tickets.products import tariff
from ..tickets.quoting import Refused, Wish, check, has_right
from ..tickets.validity import month_later
from .tickets import OtherPrice, end_with_letter, lock, owner_of, tell

log = logging.getLogger(__name__)
BEFORE = timedelta(days=21)  # so early the next month is claimed: the bank wants its notice


@transaction.atomic
def subscribe(actor: Actor, wish: Wish, agreed: bool, shown: int | None = None) -> Subscription:
    """From the month of the first day on. Needs a mandate for direct debit. Diary: `ticket.subscribed`.

    `shown` is what the page said a month costs: nobody orders at another price (OtherPrice).
    """
    account = owner_of(actor)
    lock(account)
    if running := Subscription.objects.visible_to(actor).filter(last_month=None).first():
        return running
    first = (timezone.localdate(wish.starts) if wish.starts else timezone.localdate()).replace(day=1)
    check(account, wish, timezone.now())
    zones = len(wish.zones)
    cents = plain(tariff(), wish.product, zones, wish.reduction, fares.cents_of(wish.product, zones))
    if shown is not None and shown != cents:
        raise OtherPrice(_("Für diese Zonen kostet ein Monat %s. Bestätigen Sie das bitte noch einmal.") % words.euro(cents))
    if not agreed:
        raise Refused(_("Setzen Sie das Häkchen: Wir ziehen den Betrag jeden Monat ein, bis Sie kündigen."))
    if not DebitMandate.objects.live().filter(account=account, company=None, only=None).exists():
        raise Refused(
            _("Für das Abo brauchen wir ein Lastschriftmandat. Erteilen Sie es unter „Zahlungen“, und kommen Sie zurück.")
        )
    try:
        with transaction.atomic():
            row = Subscription.objects.create(
                account=account, product=wish.product.key, title=wish.product.title, zones=list(wish.zones),
                reduction=wish.reduction.key if wish.reduction else "", first_month=first,
            )  # fmt: skip
    except IntegrityError as error:  # two tabs
        raise Refused(_("Sie haben gerade schon ein Abo abgeschlossen. Laden Sie die Seite neu.")) from error
    record("ticket.subscribed", subject=str(row), actor=actor.key, data={"subscription": row.pk})
    _claim(row, first, actor.key)
    return row


@transaction.atomic
def end(actor: Actor, subscription: Subscription) -> Subscription:
    """To the end of the month that is claimed already. Twice changes nothing. Diary: `ticket.unsubscribed`."""
    row = Subscription.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=subscription.pk).first()
    if row is None:
        raise Refused(_("Dieses Abo gehört Ihnen nicht."))
    if row.last_month is None:
        this = timezone.localdate().replace(day=1)
        row.last_month = max([this, row.first_month, *_months(row)])
        row.save(update_fields=["last_month"])
        record("ticket.unsubscribed", subject=str(row), actor=actor.key, data={"subscription": row.pk})
    found: Subscription = row
    return found


def claim_due(today: date) -> int:
    """Every month of every Abo that is near enough is claimed, once; returns how many were new."""
    rows = Subscription.objects.filter(last_month=None, account__isnull=False).order_by("pk").values_list("pk", flat=True)
    return sum(_claim_alone(pk, today) for pk in list(rows))


def _claim_alone(pk: int, today: date) -> int:
    """One that fails takes nobody else's month."""
    try:
        return _claim_next(pk, today)
    except Exception:
        log.exception("subscription %s", pk)
        return 0


@transaction.atomic
def _claim_next(pk: int, today: date) -> int:
    row = Subscription.objects.select_for_update().filter(pk=pk, last_month=None, account__isnull=False).first()
    if row is None:
        return 0
    done, month = 0, max([row.first_month, *(month_later(one) for one in _months(row))])
    while month <= today + BEFORE:
        done += _claim(row, month, SYSTEM)
        month = month_later(month)
    return done


def _claim(row: Subscription, month: date, actor_key: str) -> int:
    """One month: an order, and what is owed for it."""
    rules = tariff()
    product = rules.products.get(row.product)
    if product is None or row.account is None:
        return 0
    once = f"abo:{row.pk}:{month:%Y-%m}"
    if Order.objects.filter(once=once).exists():
        return 0
    starts = timezone.make_aware(datetime.combine(month, time(0)))
    before = row.orders.order_by("-starts_at").first()
    reduction = rules.reductions.get(row.reduction)
    lapsed = reduction is not None and reduction.check == "right" and not has_right(row.account, reduction, starts)
    reduction = None if lapsed else reduction
    cents = plain(rules, product, len(row.zones), reduction, fares.cents_of(product, len(row.zones)))
    made = Order.objects.create(
        account=row.account, once=once, product=row.product, title=row.title, kind=product.kind, zones=row.zones,
        reduction=reduction.key if reduction else "", starts_at=starts, full_cents=cents, due_cents=cents, subscription=row,
    )  # fmt: skip
    label = _("%(title)s, %(month)s, Zone %(zones)s")
    text = label % {"title": row.title, "month": f"{month:%m/%Y}", "zones": ", ".join(row.zones)}
    payments.raise_claim(
        about=str(made), items=[payments.Item(text, cents)], description=text, actor_key=actor_key, key="ticket",
        account=row.account, due=max(month, timezone.localdate()), back_to=reverse("mobility:ticket_abo"),
    )  # fmt: skip
    record("ticket.ordered", subject=str(made), actor=actor_key, data={"cents": cents, "product": row.product})
    if before is not None and before.due_cents != cents:
        _tell_price(row.account, made, month, lapsed and bool(before.reduction))
    return 1


def _tell_price(account: Account, made: Order, month: date, lapsed: bool) -> None:
    """Another price than the month before, in time to end the Abo."""
    with override(account.language):
        body = _("%(title)s: Ab %(month)s kostet ein Monat %(cents)s. Sie können zum Ende jedes Monats kündigen.")
        body = body % {"title": made.title, "month": f"{month:%m/%Y}", "cents": words.euro(made.due_cents)}
        if lapsed:
            body += " " + _("Ihr Nachweis für den ermäßigten Preis gilt dann nicht mehr. Lassen Sie einen neuen freigeben.")
        tell(
            account, _("Ihr Abo kostet etwas anderes"), body, about=str(made), actor_key=SYSTEM,
            once=f"abo.price:{made.pk}", link=reverse("mobility:ticket_rights" if lapsed else "mobility:ticket_abo"),
        )  # fmt: skip


def _months(row: Subscription) -> list[date]:
    """Months that are claimed already."""
    found = Order.objects.filter(subscription=row).values_list("once", flat=True)
    return [date.fromisoformat(f"{once.rpartition(':')[2]}-01") for once in found]


@transaction.atomic
def taken_back(receivable_id: int) -> None:
    """The bank took the money back: what was bought with it ends. Diary: `ticket.revoked`.

    A month, or what somebody has ridden with, is owed all the same; what nobody used is called off.
    """
    claim = Receivable.objects.filter(pk=receivable_id).first()
    room, _colon, number = claim.about.partition(":") if claim else ("", "", "")
    if room != "fare" or not number.isdigit() or claim is None or not claim.open_cents:
        return
    order = Order.objects.select_for_update().filter(pk=int(number), status=Order.Status.PAID).first()
    if order is None:
        return
    owed = bool(order.subscription_id) or order.tickets.filter(since__lte=timezone.now()).exists()
    order.status = Order.Status.OPEN if owed else Order.Status.ENDED
    order.save(update_fields=["status"])
    if owed:
        payments.insist(str(order), SYSTEM)
    else:
        payments.call_off(str(order), SYSTEM)
    for row in Ticket.objects.select_for_update(of=("self",)).select_related("account").filter(order=order, status="VALID"):
        end_with_letter(row, _("Ihre Bank hat die Lastschrift zurückgegeben."), SYSTEM)


@transaction.atomic
def remind(today: date) -> int:
    """A month begins and is not paid: a letter, once, that says why there is no ticket."""
    rows = Order.objects.filter(subscription__isnull=False, status=Order.Status.OPEN, account__isnull=False)
    rows = rows.filter(starts_at__date__lte=today, starts_at__date__gt=today - timedelta(days=28)).select_related("account")
    done = 0
    for row in rows:
        done += _tell_unpaid(row, row.account) if row.account else 0
    return done


def _tell_unpaid(row: Order, account: Account) -> int:
    with override(account.language):
        body = _(
            "%(title)s: Für diesen Monat sind %(cents)s noch nicht bei uns. Solange gibt es keinen Fahrschein. Wir ziehen den "
            "Betrag ein, wenn ein Mandat da ist; Sie können ihn auch sofort online bezahlen."
        )
        told = {"title": row.title, "cents": words.euro(row.due_cents)}
        tell(
            account, _("Ihr Abo ist für diesen Monat noch nicht bezahlt"), body % told, about=str(row), actor_key=SYSTEM,
            once=f"abo.unpaid:{row.pk}", link=reverse("payments:list"),
        )  # fmt: skip
    return 1
