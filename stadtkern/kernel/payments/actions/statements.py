"""A file of the bank is taken in: every statement once, in the order of the balances, all of the file or nothing."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy.sealing import actions as keys
from stadtkern.lib import camt
from stadtkern.ui import words

from .. import bank
from ..bank import Account
from ..models import BankFile, BankLine, BankOrder, Statement
from .explaining import Desk
from .posting import MOST_CENTS, Refused

AHEAD = timedelta(days=5)  # the next banking day may be a few days away
SEALED_BY = "bank"


@dataclass(frozen=True)
class Taken:
    """What came of a file."""

    file: BankFile
    statements: list[Statement]
    lines: int
    assigned: int  # lines booked to claims by themselves
    asked: int  # lines a clerk must look at


def take_in(
    name: str, data: bytes, *, actor_key: str, way: str = "upload", told: Callable[[int, int], None] = lambda done, total: None
) -> Taken:
    """Read, check and book a file (camt.053, also zipped). Diary: `payment.statements_taken`.

    `told` hears how many movements of how many are booked. Refused with a German reason: not readable, not our account,
    sums wrong, taken already, overlapping, in the future.
    """
    ours = bank.account()
    if ours is None:
        raise Refused(_("In city.toml steht noch kein Bankkonto der Stadt ([payments.bank])."))
    try:
        found = camt.read_file(name, data)
    except camt.CamtError as error:
        raise Refused(str(error)) from error
    for one in found:
        _check(one, ours)
    return _book(name, data, found, ours, actor_key, way, told)


@transaction.atomic
def _book(
    name: str, data: bytes, found: Sequence[camt.Statement], ours: Account, actor_key: str, way: str,
    told: Callable[[int, int], None],
) -> Taken:  # fmt: skip
    with connection.cursor() as cursor:  # one import at a time: balances follow each other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('payments.statements', 0))")
    digest = hashlib.sha256(data).hexdigest()
    if known := BankFile.objects.filter(sha256=digest).first():
        raise Refused(_("Diese Datei wurde am %(at)s schon eingelesen.") % {"at": words.moment(known.received_at)})
    file = BankFile.objects.create(name=file_name(name), sha256=digest, size=len(data), way=way, by=actor_key)
    desk = Desk(ours, actor_key)
    rows: list[Statement] = []
    lines: list[BankLine] = []
    total = sum(len(one.movements) for one in found)
    for one in found:
        row = _statement(file, one)
        rows.append(row)
        for movement in one.movements:
            told(len(lines), total)
            lines.append(_line(desk, row, movement))
    asked = sum(bool(line.why) for line in lines)
    facts = {"file": file.pk, "statements": len(rows), "lines": len(lines), "asked": asked}
    record("payment.statements_taken", subject=str(file), actor=actor_key, data=facts)
    assigned = sum(line.kind == BankLine.Kind.RECEIPT and not line.why for line in lines)
    return Taken(file, rows, len(lines), assigned, asked)


def file_name(name: str) -> str:
    """A name of whatever origin as it can be kept and shown."""
    return "".join(letter for letter in name if letter.isprintable())[:200] or "Auszug"


def _check(one: camt.Statement, ours: Account) -> None:
    if one.iban not in ours.ibans:
        raise Refused(
            _("Der Auszug gehört zum Konto %(iban)s. Das ist kein Konto der Stadt (city.toml, [payments.bank]).")
            % {"iban": f"{one.iban[:4]} … {one.iban[-4:]}"}
        )
    if one.currency != "EUR":
        raise Refused(_("Der Auszug ist in %(currency)s. Gebucht werden Konten in Euro.") % {"currency": one.currency})
    latest = max([day for day in (one.closing_on, *(line.booked_on for line in one.movements)) if day], default=None)
    if latest is None:
        raise Refused(_("Der Auszug nennt keinen Tag."))
    if latest > timezone.localdate() + AHEAD:
        raise Refused(_("Der Auszug nennt einen Tag in der Zukunft: %(day)s.") % {"day": words.day(latest)})


def _statement(file: BankFile, one: camt.Statement) -> Statement:
    """The row, where it fits behind (or into a gap between) what is there."""
    closing_on = one.closing_on or max(line.booked_on for line in one.movements)
    row = Statement(
        file=file, iban=one.iban, bank_id=one.id, number=one.number, page=one.page, last_page=one.last_page,
        opening_on=one.opening_on, closing_on=closing_on, opening_cents=one.opening_cents, closing_cents=one.closing_cents,
    )  # fmt: skip
    named = _("Der Auszug %(number)s vom %(day)s") % {"number": one.number or one.id, "day": words.day(closing_on)}
    row.gap = _place(row, one, named)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(_("%(named)s wurde schon eingelesen.") % {"named": named}) from error
    return row


def _place(row: Statement, one: camt.Statement, named: str) -> bool:
    """Whether the statement before it is missing. Refused when it overlaps with one that is there."""
    overlaps = Refused(
        _("%(named)s überschneidet sich mit Auszügen, die schon eingelesen sind. Kein Umsatz wird zweimal gebucht.")
        % {"named": named}
    )
    last = Statement.objects.filter(iban=row.iban).order_by("-closing_on", "-pk").first()
    if last is None or (row.opening_cents == last.closing_cents and row.closing_on >= last.closing_on):
        if last and _again(row):
            raise Refused(_("%(named)s wurde schon eingelesen.") % {"named": named})
        return False
    if _brings_along(row, one):
        raise overlaps
    if (row.opening_on or row.closing_on) >= last.closing_on and row.closing_on > last.closing_on:
        return True
    for after in Statement.objects.filter(iban=row.iban, gap=True, closing_on__gte=row.closing_on):
        if after.opening_cents == row.closing_cents:
            before = Statement.objects.filter(iban=row.iban, closing_on__lte=row.closing_on, pk__lt=after.pk)
            previous = before.order_by("-closing_on", "-pk").first()
            after.gap = False
            after.save(update_fields=["gap"])
            return bool(previous and previous.closing_cents != row.opening_cents)
    if _again(row):
        raise Refused(_("%(named)s wurde schon eingelesen.") % {"named": named})
    raise overlaps


def _brings_along(row: Statement, one: camt.Statement) -> bool:
    """Whether it repeats days that are booked: at the end of such a day it has the balance we know from another statement."""
    first = min((line.booked_on for line in one.movements), default=row.closing_on)
    known = Statement.objects.filter(iban=row.iban, closing_on__gte=first, closing_on__lt=row.closing_on)
    return any(
        row.opening_cents + sum(line.cents for line in one.movements if line.booked_on <= on) == balance
        for on, balance in known.values_list("closing_on", "closing_cents")
    )


def _again(row: Statement) -> bool:
    same = Statement.objects.filter(iban=row.iban, closing_on=row.closing_on, page=row.page)
    numbered = row.number is not None and same.filter(number=row.number).exists()
    return numbered or bool(row.bank_id and same.filter(bank_id=row.bank_id).exists())


def _line(desk: Desk, row: Statement, movement: camt.Movement) -> BankLine:
    """One movement, booked; every cent has an entry of the journal."""
    line = BankLine(
        statement=row, position=movement.entry, part=movement.part, cents=movement.cents, booked_on=movement.booked_on,
        value_on=movement.value_on, code=movement.code[:20], gvc=movement.gvc, reason=movement.reason[:35],
        end_to_end=movement.end_to_end[:35], batch=movement.batch[:35], foreign=movement.foreign[:40],
    )  # fmt: skip
    if abs(movement.cents) > MOST_CENTS:
        raise Refused(_("Der Auszug enthält einen Umsatz, der nicht stimmen kann. Rufen Sie die Datei noch einmal ab."))
    if movement.cents == 0:
        raise Refused(_("Der Auszug enthält einen Umsatz über 0,00 €. Rufen Sie die Datei noch einmal ab."))
    place = f"bankline:{row.pk}:{movement.entry}:{movement.part}"
    facts = {"name": movement.name, "iban": movement.iban, "text": movement.remittance, "for": movement.ultimate}
    line.sealed = bank.seal(f"{SEALED_BY}:{row.pk}", {key: value[:2000] for key, value in facts.items() if value}, place)
    desk.explain(line, movement, source_key=place)
    line.save(force_insert=True)
    return line


KEEP_YEARS = 8  # § 147 Abs. 3 AO: Buchungsbelege


@transaction.atomic
def forget_old(today: date, limit: int = 200) -> int:
    """Names, accounts and texts of statements and of files for the bank past their years: keys go, bookings stay.

    Diary: `payment.statements_forgotten`; how many statements and files.
    """
    last = date(today.year - KEEP_YEARS - 1, 12, 31)
    rows = list(Statement.objects.filter(closing_on__lte=last, forgotten=False)[:limit])
    for row in rows:
        keys.shred(f"{SEALED_BY}:{row.pk}", actor_key=SYSTEM)
    orders = list(BankOrder.objects.filter(created_at__date__lte=last).exclude(sealed=b"")[:limit])
    for order in orders:
        keys.shred(f"bankorder:{order.number}", actor_key=SYSTEM)
    if rows or orders:
        Statement.objects.filter(pk__in=[row.pk for row in rows]).update(forgotten=True)
        BankOrder.objects.filter(pk__in=[order.pk for order in orders]).update(sealed=b"")
        facts = {"statements": len(rows), "orders": len(orders)}
        record("payment.statements_forgotten", subject="bank", actor=SYSTEM, data=facts)
    return len(rows) + len(orders)
