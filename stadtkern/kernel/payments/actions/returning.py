"""Money goes back: refunds, returned debits, and bookings that were wrong."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from .. import chart
from ..models import BankLine, Entry, Payment, Posting, Receivable
from .posting import Line, Refused, Source, checked, lock, move, post, posted
from .receiving import rest_of
from .releasing import may_go, needs_release, use_release

Kind = Entry.Kind


@transaction.atomic
def refund(
    receivable: Receivable, *, by: str, actor_key: str, cents: int | None = None, provider: str = "", source_key: str = ""
) -> Entry:
    """What was paid too much goes back, by "transfer" (ordered at the bank) or by the "provider" that took it.

    Never more than is owed back. XBezahldienste 1.0 has no call for refunds: the cash office orders it there, we book it.
    Diary: `payment.money_returned`.
    """
    row = lock(receivable)
    if source_key and (known := posted(source_key)):
        return known
    amount = row.refund_cents if cents is None else checked(cents)
    if not 0 < amount <= row.refund_cents:
        raise Refused(_("So viel ist hier nicht zu erstatten."))
    large = needs_release(row, amount)
    if large and not may_go(row, amount):
        raise Refused(_("Eine Erstattung in dieser Höhe muss eine zweite Person der Stadtkasse freigeben."))
    source = Source(source_key, actor_key, by=by) if source_key else Source.own(actor_key, "refund", by=by)
    entry, _new = move(row, amount, [Line(_way_out(by, provider), -amount)], Kind.REFUND, source)
    if large:
        use_release(row)
    if not row.refund_cents:
        now = timezone.now()
        Payment.objects.filter(receivable=row, status=Payment.Status.SURPLUS, refunded_at=None).update(refunded_at=now)
    record("payment.money_returned", subject=str(row), actor=actor_key, data={"entry": entry.pk, "cents": amount, "by": by})
    return entry


@transaction.atomic
def send_back(entry: Entry, actor_key: str, cents: int | None = None) -> Entry:
    """Unexplained money goes back to where it came from, by transfer. Diary: `payment.money_returned`."""
    rest = rest_of(entry)
    amount = rest if cents is None else checked(cents)
    if not 0 < amount <= rest:
        raise Refused(_("So viel ist von dieser Einzahlung nicht mehr ungeklärt."))
    lines = [Line(chart.SUSPENSE, amount, item=entry.pk), Line(chart.PAYOUTS, -amount)]
    done, _new = post(Kind.REFUND, Source.own(actor_key, f"send_back:{entry.pk}", by="transfer"), lines)
    record("payment.money_returned", subject=str(entry), actor=actor_key, data={"entry": done.pk, "cents": amount})
    return done


@transaction.atomic
def return_debit(
    entry: Entry,
    *,
    source_key: str,
    cost_cents: int = 0,
    booked_on: date | None = None,
    reason: str = "",
    actor_key: str = SYSTEM,
    cleared: bool = True,
) -> Entry:
    """The bank takes back money of a receipt (returned direct debit, recalled transfer): the claim is open again.

    `cost_cents` is what the bank takes besides; whether the debtor replaces it is a position of its own (`add_position`).
    `cleared` False: the debit never reached our bank account. The same money is taken back once. Diary: `payment.taken_back`.
    """
    if known := posted(source_key):
        return known
    claimed = _claim_of(entry)
    row = lock(claimed) if claimed else None
    if Entry.objects.filter(reverses=entry).exists():
        raise Refused(_("Diese Zahlung ist schon zurückgebucht."))
    cents = entry.postings.filter(cents__gt=0).exclude(account__in=[chart.RECEIVABLES, chart.REFUNDS, chart.SUSPENSE])
    amount = sum(cents.values_list("cents", flat=True))
    if entry.kind != Kind.RECEIPT or not amount:
        raise Refused(_("Diese Buchung ist keine Einzahlung."))
    account = chart.BANK if cleared else chart.DEBIT_TRANSIT
    source = Source(source_key, actor_key, booked_on, "debit", reason)
    costs = [Line(chart.CHARGEBACK_COSTS, cost_cents), Line(chart.BANK, -cost_cents)]
    if row:
        done, new = move(row, amount, [Line(account, -amount), *costs], Kind.RETURN, source, entry)
    else:
        if rest_of(entry) < amount:
            raise Refused(_("Diese Einzahlung ist schon zugeordnet. Buchen Sie zuerst die Zuordnung zurück."))
        lines = [Line(chart.SUSPENSE, amount, item=entry.pk), Line(account, -amount), *costs]
        done, new = post(Kind.RETURN, source, lines, entry)
    if new:
        record("payment.taken_back", subject=str(row or entry), actor=actor_key, data={"entry": done.pk, "cents": amount})
    return done


@transaction.atomic
def reverse(entry: Entry, actor_key: str, reason: str = "") -> Entry:
    """A booking was wrong: its opposite is booked, once. For assignments, write-offs, refunds and clearings by mistake.

    Claims are reversed by `cancel_claim` and `reduce`, receipts by `return_debit`. Diary: `payment.reversed`.
    """
    items = entry.postings.filter(account=chart.SUSPENSE).values("item")
    list(BankLine.objects.select_for_update().filter(entry__in=items).order_by("pk"))  # as the clerk's page: line, then claim
    claimed = _claim_of(entry)
    row = lock(claimed) if claimed else None
    if known := Entry.objects.filter(reverses=entry).first():
        return known
    if entry.kind not in (Kind.ASSIGN, Kind.WRITE_OFF, Kind.REFUND, Kind.PAYOUT, Kind.CLEARING):
        raise Refused(_("Diese Buchung lässt sich nicht einfach zurücknehmen."))
    source = Source(f"reversal:{entry.pk}", actor_key, reason=reason)
    rows = list(entry.postings.all())
    own = (chart.RECEIVABLES, chart.REFUNDS)
    contra = [Line(line.account, -line.cents, line.receivable_id, line.item_id) for line in rows if line.account not in own]
    if row is None:
        done, new = post(Kind.REVERSAL, source, contra, entry)
    else:
        if row.written_off_cents + sum(line.cents for line in contra if line.account == chart.WRITE_OFFS) < 0:
            raise Refused(_("Inzwischen ist dazu Geld gekommen. Die Ausbuchung lässt sich nicht mehr zurücknehmen."))
        done, new = move(row, -sum(line.cents for line in contra), contra, Kind.REVERSAL, source, entry)
    if new:
        _ask_again([line.item_id for line in rows if line.account == chart.SUSPENSE], reason)
        record("payment.reversed", subject=str(row or entry), actor=actor_key, data={"entry": done.pk, "reverses": entry.pk})
    return done


def _ask_again(items: list[int | None], reason: str) -> None:
    """Money that is unexplained again stands on the clerks' list again."""
    BankLine.objects.filter(entry__in=items, why="").update(why="returned" if reason == "returned" else "undone")


def _way_out(by: str, provider: str) -> str:
    if by == "transfer":
        return chart.PAYOUTS
    if by == "provider" and provider:
        return chart.provider(provider)
    raise ValueError(f"{by!r} is no way to refund")


def _claim_of(entry: Entry) -> int | None:
    """The claim this booking is about."""
    found = Posting.objects.filter(entry=entry, receivable__isnull=False).values_list("receivable", flat=True).first()
    return int(found) if found else None
