"""Transfers of the city: a file (pain.001) for the bank; refunds to where the money came from, prizes to where they go."""

import hashlib
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.events.actions import record
from stadtkern.lib.sepa.account import NoAccount, read_iban
from stadtkern.lib.sepa.target import settlement_day
from stadtkern.lib.sepa.transfer import Transfer, write

from .. import bank, chart
from ..models import BankLine, BankOrder, Entry, Payout, Posting, Receivable
from .collecting import sealed_file
from .disbursing import to_disburse
from .posting import Refused, lock
from .releasing import may_go
from .returning import refund

MOST = 500
Ready = tuple[Receivable | None, dict[str, Any]]


def refundable() -> tuple[list[Ready], list[Receivable]]:
    """((claim, who and how much) …, claims without a known account); money sent back from suspense has no claim."""
    ready: list[Ready] = []
    unknown: list[Receivable] = []
    for claim in Receivable.objects.to_refund().order_by("pk")[:MOST]:
        facts = _source(claim)
        if facts:
            ready.append((claim, facts | {"cents": claim.refund_cents, "reference": claim.reference}))
        else:
            unknown.append(claim)
    for entry in _sent_back():
        line = BankLine.objects.filter(entry__in=_items(entry)).first()
        if line is not None and (facts := _known(line)):
            cents = -sum(entry.postings.filter(account=chart.PAYOUTS).values_list("cents", flat=True))
            ready.append((None, facts | {"cents": cents, "reference": f"{entry.pk}", "entry": entry}))
    for row, account in to_disburse(MOST):
        if account:
            ready.append((None, account | {"cents": row.cents, "text": row.label, "entry": row.entry}))
    return ready, unknown


@transaction.atomic
def order_refunds(actor_key: str) -> BankOrder:
    """Write the file of everything whose account is known, and book it. Diary: `payment.refunds_ordered`."""
    ours = bank.account()
    if ours is None:
        raise Refused(_("In city.toml steht noch kein Bankkonto der Stadt ([payments.bank])."))
    with connection.cursor() as cursor:  # one order at a time: what one file carries no other does
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('payments.refunds', 0))")
    ready, _unknown = refundable()
    transfers, booked = [], []
    for claim, facts in ready:
        entry, cents = facts.get("entry"), facts["cents"]
        if claim is not None:
            row = lock(claim)
            cents = min(cents, row.refund_cents)
            if not cents or not may_go(row, cents):  # a second person has to agree first
                continue
            entry = refund(row, by="transfer", actor_key=actor_key, cents=cents)
        assert isinstance(entry, Entry)
        end_to_end = f"UE-{entry.pk}"
        transfers.append(Transfer(end_to_end, cents, facts["name"], facts["iban"], _remittance(facts)))
        booked.append(Payout(entry=entry, receivable=claim, end_to_end=end_to_end, cents=cents))
    if not transfers:
        raise Refused(_("Zurzeit ist nichts zurückzuüberweisen, wofür ein Konto bekannt ist."))
    number = f"UE-{timezone.localtime():%Y%m%d-%H%M%S}-{booked[0].entry_id}"
    now = timezone.localtime().replace(tzinfo=None)
    data = write(number, now, ours.as_holder(), transfers, on=settlement_day(timezone.localdate()))
    order = BankOrder(kind=BankOrder.Kind.TRANSFER, number=number, by=actor_key, count=len(booked))
    order.cents, order.sha256 = sum(one.cents for one in booked), hashlib.sha256(data).hexdigest()
    order.sealed = sealed_file(data, number)
    order.save(force_insert=True)
    for one in booked:
        one.order = order
    Payout.objects.bulk_create(booked)
    facts = {"order": order.pk, "count": order.count, "cents": order.cents}
    record("payment.refunds_ordered", subject=str(order), actor=actor_key, data=facts)
    return order


def _remittance(facts: dict[str, Any]) -> str:
    """What the receiver reads on the statement."""
    return str(facts.get("text") or f"Erstattung {facts['reference']}")


def _source(claim: Receivable) -> dict[str, Any]:
    """The account the last transfer for this claim came from; {} where it came otherwise."""
    given = Posting.objects.filter(receivable=claim, entry__kind=Entry.Kind.ASSIGN).values("entry")
    items = Posting.objects.filter(entry__in=given, account=chart.SUSPENSE).values("item")
    line = BankLine.objects.filter(entry__in=items).order_by("-pk").first()
    return _known(line) if line else {}


def _known(line: BankLine) -> dict[str, Any]:
    (facts,) = bank.opened([(line.sealed, f"bankline:{line.statement_id}:{line.position}:{line.part}")])
    try:
        return {"iban": read_iban(facts.get("iban", "")), "name": facts.get("name") or _("Empfänger")}
    except NoAccount:
        return {}


def _sent_back() -> QuerySet[Entry]:
    """Money a clerk sent back from suspense and no file carries yet."""
    done = Payout.objects.values("entry")
    came_back = Entry.objects.filter(reverses__isnull=False).values("reverses")
    sent = Entry.objects.filter(kind=Entry.Kind.REFUND, source_key__startswith="send_back:")
    return sent.exclude(pk__in=done).exclude(pk__in=came_back).order_by("pk")[:MOST]


def _items(entry: Entry) -> QuerySet[Posting, Any]:
    return Posting.objects.filter(entry=entry, account=chart.SUSPENSE).values("item")
