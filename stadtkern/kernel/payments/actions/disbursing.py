"""Money of the city for somebody: booked once for each thing, to an account the receiver names, and put on the next list."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record
from stadtkern.lib.sepa.account import NoAccount, masked, read_iban

from .. import bank, chart
from ..models import Disbursement, Entry, Payout
from .posting import Line, Refused, Source, checked, post
from .returning import reverse

MOST_HOLDER = 70


@transaction.atomic
def pay_out(
    *, about: str, key: str, account: Account, cents: int, holder: str, iban: str, label: str, decided_by: Sequence[str],
    actor_key: str,
) -> Disbursement:  # fmt: skip
    """Book it as an expense and let it wait for the next file of the cash office; nothing is sent to a bank by itself.

    Two different people must have decided it. Once for each `about`, unless the bank sent it back. A second call with
    another account changes the account as long as no file carries it. Diary: `payment.disbursed`.
    """
    if len(set(decided_by)) < 2:
        raise Refused(_("Über diese Auszahlung müssen zwei Personen entschieden haben."))
    facts = {"name": _holder(holder), "iban": _iban(iban)}
    with connection.cursor() as cursor:  # two tabs, and the list that is being written
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('payments.refunds', 0))")
    known = live(about)
    if known is not None:
        return _renamed(known, account, facts)
    number = Disbursement.objects.filter(about=about).count() + 1
    lines = [Line(chart.expense(key), checked(cents)), Line(chart.PAYOUTS, -cents)]
    source = Source(f"pay_out:{about}:{number}", actor_key, by="transfer")
    entry, _new = post(Entry.Kind.PAYOUT, source, lines)
    row = Disbursement(about=about, entry=entry, account=account, label=label[:100], cents=cents, decided_by=list(decided_by))
    _seal(row, account, facts)
    row.save(force_insert=True)
    record("payment.disbursed", subject=str(row), actor=actor_key, data={"entry": entry.pk, "cents": cents, "about": about})
    return row


def live(about: str) -> Disbursement | None:
    """What is booked for this thing and did not come back."""
    return Disbursement.objects.filter(about=about, entry__in=_standing()).order_by("-pk").first()


def state(row: Disbursement) -> str:
    """ "WAITING" for a file, or what became of its transfer: "ORDERED", "CLEARED", "RETURNED"."""
    found = Payout.objects.filter(entry=row.entry_id).values_list("status", flat=True).first()
    return str(found or "WAITING")


def to_disburse(most: int) -> list[tuple[Disbursement, dict[str, Any]]]:
    """What waits for a file, with the account; {} where the person has gone and their account with them."""
    rows = list(waiting()[:most])
    known = bank.opened((bytes(row.sealed), _place(row)) for row in rows)
    return list(zip(rows, known, strict=True))


def waiting() -> QuerySet[Disbursement]:
    """Booked, and no file carries it."""
    rows = Disbursement.objects.filter(entry__in=_standing()).exclude(entry__in=Payout.objects.values("entry"))
    return rows.select_related("entry").order_by("pk")


@transaction.atomic
def forget_disbursements(account_id: int) -> int:
    """Somebody goes: what no file carries is booked back, the rest stays without them. The account goes with its key."""
    for row in waiting().filter(account=account_id):
        reverse(row.entry, SYSTEM, "forgotten")
    return Disbursement.objects.filter(account=account_id).update(account=None, shown="")


def _standing() -> QuerySet[Entry]:
    undone = Entry.objects.filter(reverses__isnull=False).values("reverses")
    return Entry.objects.filter(kind=Entry.Kind.PAYOUT).exclude(pk__in=undone)


def _renamed(row: Disbursement, account: Account, facts: dict[str, str]) -> Disbursement:
    if state(row) != "WAITING" or row.account_id != account.pk:
        return row
    _seal(row, account, facts)
    row.save(update_fields=["sealed", "shown"])
    return row


def _seal(row: Disbursement, account: Account, facts: dict[str, str]) -> None:
    row.shown, row.sealed = masked(facts["iban"]), bank.seal(f"account:{account.pk}", facts, _place(row))


def _place(row: Disbursement) -> str:
    return f"disbursement:{row.entry_id}"


def _holder(text: str) -> str:
    name = " ".join("".join(letter for letter in text if letter.isprintable()).split())
    if not name or len(name) > MOST_HOLDER:
        raise Refused(_("Geben Sie an, wem das Konto gehört (höchstens 70 Zeichen)."))
    return name


def _iban(text: str) -> str:
    try:
        return read_iban(text)
    except NoAccount as error:
        raise Refused(str(error)) from error
