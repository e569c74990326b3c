"""What the clerk does with a line of the statement: assign it, undo a wrong assignment, send money back, note a debit."""

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from stadtkern.kernel.events.actions import record

from .. import chart
from ..models import BankLine, Entry, Posting, Receivable
from .posting import Line, Refused, Source, post
from .receiving import assign, rest_of
from .returning import reverse, send_back

Kind = BankLine.Kind


@transaction.atomic
def assign_line(line: BankLine, claim: Receivable, actor_key: str, cents: int | None = None) -> Entry:
    """The clerk confirms a proposal, or names the claim. Diary as `assign`."""
    row = BankLine.objects.select_for_update().select_related("entry").get(pk=line.pk)
    if row.kind != Kind.RECEIPT:
        raise Refused(_("Nur Einzahlungen lassen sich zuordnen."))
    if claim.cancelled_at:
        raise Refused(_("Diese Forderung ist aufgehoben. Überweisen Sie das Geld zurück."))
    entry = assign(row.entry, claim, actor_key, cents)
    _settle(row)
    return entry


@transaction.atomic
def undo_assignment(line: BankLine, entry: Entry, actor_key: str) -> Entry:
    """The assignment was wrong: the money is unexplained again, the claim open again. Diary: `payment.reversed`."""
    row = BankLine.objects.select_for_update().select_related("entry").get(pk=line.pk)
    if not assignments(row).filter(pk=entry.pk).exists():
        raise Refused(_("Diese Zuordnung gehört nicht zu diesem Umsatz."))
    return reverse(entry, actor_key, "wrong")


@transaction.atomic
def send_line_back(line: BankLine, actor_key: str) -> Entry:
    """Nobody knows what it is for: it goes back to the account it came from. Diary as `send_back`."""
    row = BankLine.objects.select_for_update().select_related("entry").get(pk=line.pk)
    if row.kind != Kind.RECEIPT:
        raise Refused(_("Nur Einzahlungen lassen sich zurücküberweisen."))
    entry = send_back(row.entry, actor_key)
    _settle(row)
    return entry


@transaction.atomic
def explain_debit(line: BankLine, account: str, actor_key: str) -> Entry:
    """The clerk knows why money left: charges of the bank, or a refund ordered elsewhere. Diary: `payment.debit_explained`."""
    row = BankLine.objects.select_for_update().select_related("entry").get(pk=line.pk)
    if row.kind != Kind.UNKNOWN_DEBIT or account not in (chart.BANK_COSTS, chart.PAYOUTS, chart.CHARGEBACK_COSTS):
        raise Refused(_("Dieser Umsatz lässt sich so nicht erklären."))
    rest = rest_of(row.entry)
    if not rest:
        raise Refused(_("Dieser Umsatz ist schon erklärt."))
    lines = [Line(chart.SUSPENSE, rest, item=row.entry_id), Line(account, -rest)]
    entry, _new = post(Entry.Kind.CLEARING, Source.own(actor_key, f"explain:{row.pk}"), lines)
    _settle(row)
    facts = {"entry": entry.pk, "cents": rest, "account": account}
    record("payment.debit_explained", subject=str(row), actor=actor_key, data=facts)
    return entry


def assignments(line: BankLine) -> QuerySet[Entry]:
    """Assignments of this money that stand."""
    given = Posting.objects.filter(account=chart.SUSPENSE, item=line.entry_id).values("entry")
    undone = Entry.objects.filter(reverses__isnull=False).values("reverses")
    return Entry.objects.filter(pk__in=given, kind=Entry.Kind.ASSIGN).exclude(pk__in=undone)


def _settle(row: BankLine) -> None:
    """Nothing is left to ask."""
    rest = Posting.objects.filter(account=chart.SUSPENSE, item=row.entry_id).aggregate(sum=Sum("cents"))["sum"]
    if not rest and row.why:
        row.why = ""
        row.save(update_fields=["why"])
