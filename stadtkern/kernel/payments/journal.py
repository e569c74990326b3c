"""Reading the journal: a day by account and by source, and the same as the file for the finance system."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from stadtkern.lib.money import as_decimal

from . import chart
from .models import DayClosing, Entry, Posting, Receivable

COLUMNS = (
    "Buchung", "Buchungstag", "Wertstellung", "Art", "Zahlweg", "Konto", "Kontobezeichnung", "Soll", "Haben", "Kassenzeichen",
    "Anlass", "Storno zu", "Grund",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One account over some days: what was there, what came, what went, what is there."""

    account: str
    before: int
    debit: int
    credit: int

    @property
    def after(self) -> int:
        return self.before + self.debit - self.credit

    @property
    def title(self) -> str:
        return chart.title(self.account)

    @property
    def number(self) -> str:
        return chart.number(self.account)


def by_account(since: date, until: date) -> list[Line]:
    """Every account that ever moved, in the order of the chart."""
    inside = Q(entry__day__gte=since)
    rows = (
        Posting.objects.filter(entry__day__lte=until)
        .values("account")
        .annotate(
            before=Coalesce(Sum("cents", filter=Q(entry__day__lt=since)), Value(0)),
            debit=Coalesce(Sum("cents", filter=inside & Q(cents__gt=0)), Value(0)),
            credit=Coalesce(Sum(-F("cents"), filter=inside & Q(cents__lt=0)), Value(0)),
        )
    )
    lines = [Line(row["account"], int(row["before"]), int(row["debit"]), int(row["credit"])) for row in rows]
    return sorted(lines, key=lambda line: (line.number, line.account))


def by_source(since: date, until: date) -> list[tuple[str, str, int, int]]:
    """(kind, way, how many bookings, sum of their debits)."""
    rows = (
        Posting.objects.filter(entry__day__gte=since, entry__day__lte=until, cents__gt=0)
        .values("entry__kind", "entry__by")
        .annotate(sum=Sum("cents"))
        .order_by("entry__kind", "entry__by")
    )
    counts = {
        (row["kind"], row["by"]): row["many"]
        for row in Entry.objects.filter(day__gte=since, day__lte=until).values("kind", "by").annotate(many=Sum(Value(1)))
    }
    return [
        (row["entry__kind"], row["entry__by"], counts[row["entry__kind"], row["entry__by"]], int(row["sum"])) for row in rows
    ]


def rows(since: date, until: date) -> Iterator[tuple[str, ...]]:
    """Every posting of these days as it is exported: ids, days, accounts and amounts, no names."""
    found = (
        Posting.objects.filter(entry__day__gte=since, entry__day__lte=until)
        .annotate(debit=Case(When(cents__gt=0, then="cents"), default=0))
        .order_by("entry_id", "pk")
        .values_list(
            "entry_id", "entry__day", "entry__booked_on", "entry__kind", "entry__by", "account", "cents",
            "receivable__reference", "receivable__about", "entry__reverses_id", "entry__reason",
        )
    )  # fmt: skip
    for entry, day, booked, kind, by, account, cents, reference, about, reverses, reason in found.iterator(chunk_size=5000):
        yield (
            str(entry), day.isoformat(), booked.isoformat(), kind, by, chart.number(account), account,
            amount(max(cents, 0)), amount(max(-cents, 0)), reference or "", about or "", str(reverses or ""), reason,
        )  # fmt: skip


def amount(cents: int) -> str:
    """As German finance systems read it: 1234,56."""
    return str(as_decimal(cents)).replace(".", ",")


def file_of(closing: DayClosing) -> bytes:
    """The closing as CSV (UTF-8, semicolon, CRLF); the same bytes every time, because its days are final."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(closing.since, closing.day))
    return out.getvalue().encode("utf-8")


def name_of(closing: DayClosing) -> str:
    return f"kasse-{closing.day.isoformat()}-{closing.pk}.csv"


def chained(previous: str, data: bytes) -> str:
    """The hash of a closing over the one before it and its own file."""
    return hashlib.sha256(previous.encode() + data).hexdigest()


def is_intact(closing: DayClosing) -> bool:
    """Whether the journal still says what it said when the day was closed."""
    before = DayClosing.objects.filter(day__lt=closing.day).order_by("-day").first()
    return chained(before.hash if before else "", file_of(closing)) == closing.hash


def money_of(row: Receivable) -> list[tuple[Entry, int]]:
    """What came for a claim and what went back (below zero), by booking, oldest first; undone bookings are left out."""
    kinds = [Entry.Kind.RECEIPT, Entry.Kind.ASSIGN, Entry.Kind.REFUND, Entry.Kind.RETURN]
    undone = Entry.objects.filter(reverses__isnull=False, kind=Entry.Kind.REVERSAL).values("reverses")
    own = Q(receivable=row, account__in=[chart.RECEIVABLES, chart.REFUNDS, chart.WRITE_OFFS])
    found = (
        Posting.objects.filter(own, entry__kind__in=kinds)
        .exclude(entry__in=undone)
        .values("entry")
        .annotate(sum=Sum("cents"))
        .order_by("entry")
    )
    sums = {one["entry"]: -int(one["sum"]) for one in found}
    entries = Entry.objects.in_bulk(list(sums))
    return [(entries[pk], cents) for pk, cents in sums.items() if cents]
