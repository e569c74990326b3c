"""The one place that writes the journal: balanced entries, once per source, under the lock of the claim they move."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import chart
from ..bill import line_text as clean
from ..models import Entry, Memo, Posting, Receivable

MOST_CENTS = 10**12  # ten thousand million euros: no city books more in one line


class Refused(Exception):
    """The state does not allow this; the message says what to do."""


@dataclass(frozen=True)
class Source:
    """Where a booking comes from. The key makes it happen once: the same file line, callback or click again is no new money."""

    key: str
    actor: str  # as in the diary: "staff:3", "provider:demo", "system"
    booked_on: date | None = None  # as the bank says; today where nobody says
    by: str = ""
    reason: str = ""
    memo: str = ""

    @staticmethod
    def own(actor: str, what: str, reason: str = "", by: str = "") -> "Source":
        """A booking of our own making, guarded by the lock of its claim."""
        return Source(f"{what}:{uuid.uuid4().hex}", actor, reason=reason, by=by)


@dataclass(frozen=True)
class Line:
    """A posting to be written; `item` 0 stands for the entry itself."""

    account: str
    cents: int
    receivable: int | None = None
    item: int | None = None


def posted(key: str) -> Entry | None:
    """The booking of this source, if it is there already."""
    return Entry.objects.filter(source_key=key).first()


def lock(receivable: Receivable | int) -> Receivable:
    """The claim as it stands, locked: the first lock of every action that moves money."""
    pk = receivable if isinstance(receivable, int) else receivable.pk
    return Receivable.objects.select_for_update(no_key=True).get(pk=pk)


def checked(cents: int) -> int:
    """An amount that can be booked."""
    if not 0 < cents <= MOST_CENTS:
        raise ValueError(f"{cents} cents cannot be booked")
    return cents


def move(
    row: Receivable, delta: int, contra: Sequence[Line], kind: str, source: Source, reverses: Entry | None = None
) -> tuple[Entry, bool]:
    """Let the debtor owe `delta` more (less, if negative), against the postings in `contra`.

    A claim is either open or over-paid, never both: what goes below zero is owed by the city (account refunds).
    `row` must be locked; its derived columns follow. (The entry, whether it is new); a known source books nothing.
    """
    before = row.open_cents - row.refund_cents
    after = before + delta
    lines = [
        Line(chart.RECEIVABLES, max(after, 0) - max(before, 0), row.pk),
        Line(chart.REFUNDS, min(after, 0) - min(before, 0), row.pk),
        *contra,
    ]
    entry, new = post(kind, source, lines, reverses)
    if new:
        row.open_cents, row.refund_cents = max(after, 0), max(-after, 0)
        row.written_off_cents += sum(line.cents for line in contra if line.account == chart.WRITE_OFFS)
    return entry, new


def post(kind: str, source: Source, lines: Sequence[Line], reverses: Entry | None = None) -> tuple[Entry, bool]:
    """Write one entry; (the entry, whether it is new). The database refuses what does not add up to zero."""
    today = timezone.localdate()
    entry = Entry(
        kind=kind, day=today, booked_on=source.booked_on or today, source_key=source.key[:120], by=source.by,
        actor=source.actor[:60], reason=source.reason[:40], reverses=reverses, created_at=timezone.now(),
    )  # fmt: skip
    with connection.cursor() as cursor:
        # A second transaction with the same source waits here for the first, and then finds its entry.
        cursor.execute(
            """INSERT INTO payments_entry
            (kind, day, booked_on, source_key, "by", actor, reason, reverses_id, created_at, transaction)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 0) ON CONFLICT (source_key) DO NOTHING RETURNING id""",
            [
                kind, today, entry.booked_on, entry.source_key, entry.by, entry.actor, entry.reason, entry.reverses_id,
                entry.created_at,
            ],
        )  # fmt: skip
        found = cursor.fetchone()
    if found is None:
        return Entry.objects.get(source_key=entry.source_key), False
    entry.pk = found[0]
    entry._state.adding = False
    # Debits first: a claim that is raised and paid in one booking is never below zero in between.
    ordered = sorted((line for line in lines if line.cents), key=lambda line: -line.cents)
    Posting.objects.bulk_create(
        Posting(
            entry_id=entry.pk, account=line.account, cents=line.cents, receivable_id=line.receivable,
            item_id=entry.pk if line.item == 0 else line.item,
        )
        for line in ordered
    )  # fmt: skip
    if source.memo:
        Memo.objects.create(entry=entry, text=clean(source.memo)[:500])
    return entry, True


def account_of(by: str, provider: str = "") -> str:
    """Where money of this way lands first."""
    ways = {"transfer": chart.BANK, "debit": chart.DEBIT_TRANSIT, "counter": chart.COUNTER}
    if by == "provider":
        return chart.provider(provider)
    if by not in ways:
        raise ValueError(_("Dieser Zahlungsweg ist unbekannt: %s") % by)
    return ways[by]
