"""What is owed: raised (Sollstellung), raised further (dunning), reduced, called off, written off, paid in parts."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from stadtkern.kernel.accounts.models import Account, Company, Mandate
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.lib.money import tax_within

from .. import chart
from ..bill import Item, Kind, Line, as_items
from ..bill import line_text as clean
from ..models import Entry, Position, Receivable
from .posting import Line as Booked
from .posting import Refused, Source, checked, lock, move
from .receiving import announce_progress, end_attempts

MAX_CENTS = 999_999_00  # XBezahldienste 1.0


@transaction.atomic
def raise_claim(
    *,
    about: str,
    items: Sequence[Line],
    description: str,
    actor_key: str,
    key: str = "",
    account: Account | None = None,
    company: Company | None = None,
    mandate: Mandate | None = None,
    draft_key: str | None = None,
    debtor_name: str = "",
    debtor_address: str = "",
    back_to: str = "",
    due: date | None = None,
    instalments: Mapping[str, int] | None = None,
) -> Receivable:
    """The one claim for `about` (Sollstellung); a second call returns it. ValueError when it is not the same sum.

    `key` names the revenue account (default: the kind of thing, "case"). `instalments` = {"most": 6, "least_cents": 5000}
    lets the payer choose parts. Diary: `payment.claimed`.
    """
    row = Receivable(
        about=about, key=key, account=account, company=company, mandate=mandate, draft_key=draft_key, debtor_name=debtor_name,
        debtor_address=debtor_address, description=description, back_to=back_to, **({"due_date": due} if due else {}),
    )  # fmt: skip
    made, new = claim(row, items, actor_key, instalments)
    if new:
        record("payment.claimed", subject=str(made), actor=actor_key, data={"cents": made.claimed_cents})
    return made


def claim(
    row: Receivable, items: Sequence[Line], actor_key: str, instalments: Mapping[str, int] | None = None
) -> tuple[Receivable, bool]:
    """Save and book a new claim, or find the live one for the same thing; without a diary line. Locked either way."""
    bill = as_items(items)
    total = sum(item.cents for item in bill)
    if not 0 < total <= MAX_CENTS:
        raise ValueError(f"{total} cents cannot be asked for")
    rule = instalments or {}
    row.key = (row.key or row.about.partition(":")[0])[:60]
    row.debtor_name, row.debtor_address = clean(row.debtor_name)[:200], clean(row.debtor_address)[:400]
    row.description = clean(row.description)[:250]
    row.instalments_most, row.instalment_least_cents = rule.get("most", 0), rule.get("least_cents", 0)
    for _again in range(3):
        if _insert(row):
            _add(row, bill, Entry.Kind.CLAIM, Source(f"claim:{row.pk}", actor_key))
            return row, True
        if existing := Receivable.objects.live(row.about).select_for_update(no_key=True).first():
            bill_sum = existing.positions.filter(entry__source_key=f"claim:{existing.pk}").aggregate(sum=Sum("cents"))["sum"]
            if bill_sum != total:
                raise ValueError(f"{existing} is fixed at {bill_sum} cents")
            return existing, False
    raise Refused(_("Die Forderung wird gerade an anderer Stelle geändert. Bitte laden Sie die Seite neu."))


@transaction.atomic
def add_position(receivable: Receivable, item: Item, actor_key: str, *, source_key: str = "") -> Entry:
    """More is owed: a dunning fee, the bank's costs for a returned debit; with a source key once.

    Diary: `payment.increased`.
    """
    row = lock(receivable)
    if row.cancelled_at:
        raise Refused(_("Diese Forderung ist aufgehoben."))
    checked(item.cents)
    source = Source(source_key, actor_key) if source_key else Source.own(actor_key, "position")
    return _add(row, [item], Entry.Kind.CLAIM, source, "payment.increased")


@transaction.atomic
def reduce(receivable: Receivable, cents: int, reason: str, actor_key: str) -> Entry:
    """Less is owed, because of a reason the payer can read; what was paid too much is to be refunded.

    The reduction takes from the positions in the order of the bill, each with its own tax. Diary: `payment.reduced`, and
    `payment.completed` about the thing itself if nothing is open any more.
    """
    row = lock(receivable)
    checked(cents)
    if row.cancelled_at or cents > row.claimed_cents - row.written_off_cents:
        raise Refused(_("Die Forderung ist nicht so hoch."))
    owed = row.open_cents
    if not (reason := clean(reason).strip()):
        raise Refused(_("Bitte nennen Sie den Grund der Ermäßigung."))
    entry = _add(
        row, _less(_owed(row), cents, reason), Entry.Kind.REDUCTION, Source.own(actor_key, "reduction"), "payment.reduced"
    )
    if owed and not row.open_cents:
        end_attempts(row, actor_key)
        announce_progress(row, actor_key, {"entry": entry.pk, "cents": 0})
    if row.claimed_cents == 0:
        _close(row)
    return entry


@transaction.atomic
def cancel_claim(receivable: Receivable, reason: str, actor_key: str) -> Receivable:
    """Nothing is owed any more: the claim is taken back whole, what was paid is to be refunded. A second time changes nothing.

    Diary: `payment.claim_cancelled`.
    """
    row = lock(receivable)
    if row.cancelled_at:
        return row
    if less := [item.turned(reason or _("Aufgehoben")) for item in _owed(row)]:
        more = [Booked(chart.WRITE_OFFS, -row.written_off_cents, row.pk)] if row.written_off_cents else []
        _add(row, less, Entry.Kind.CANCEL, Source.own(actor_key, "cancel"), "payment.claim_cancelled", more)
    _close(row)
    return row


@transaction.atomic
def write_off(receivable: Receivable, reason: str, actor_key: str, cents: int | None = None) -> Entry:
    """The city gives up the rest (Niederschlagung, Erlass); money that comes all the same undoes it.

    `reason` is one of REASONS. Diary: `payment.written_off`.
    """
    row = lock(receivable)
    amount = checked(row.open_cents if cents is None else cents) if row.open_cents else 0
    if not amount or amount > row.open_cents:
        raise Refused(_("So viel ist nicht offen."))
    if reason not in REASONS:
        raise Refused(_("Bitte wählen Sie den Grund aus."))
    source = Source.own(actor_key, "write_off", reason)
    entry, _new = move(row, -amount, [Booked(chart.WRITE_OFFS, amount, row.pk)], Entry.Kind.WRITE_OFF, source)
    if not row.open_cents:
        end_attempts(row, actor_key)
    record("payment.written_off", subject=str(row), actor=actor_key, data={"cents": amount, "reason": reason})
    return entry


REASONS = ("small", "hopeless", "dead", "hardship", "barred")  # Kleinbetrag, erfolglos, verstorben, Härte, verjährt


def _add(
    row: Receivable, items: Sequence[Item], kind: str, source: Source, told: str = "", more: Sequence[Booked] = ()
) -> Entry:
    """Book positions of any sign; `more` goes with them. A source that is known adds nothing."""
    contra: dict[str, int] = {}
    for item in items:
        for account, cents in ((_account(row, item), item.net_cents), (chart.tax(item.tax_bp), item.tax_cents)):
            contra[account] = contra.get(account, 0) - cents
    lines = [*more, *(Booked(account, cents) for account, cents in contra.items())]
    entry, new = move(row, -sum(line.cents for line in lines), lines, kind, source)
    if not new:
        return entry
    Position.objects.bulk_create(
        Position(
            receivable=row, entry=entry, kind=item.kind, account=_account(row, item), label=item.label,
            reason=clean(item.reason)[:250], tax_bp=item.tax_bp, net_cents=item.net_cents, tax_cents=item.tax_cents,
            cents=item.cents,
        )
        for item in items
    )  # fmt: skip
    total = sum(item.cents for item in items)
    row.claimed_cents += total
    if told:
        record(told, subject=str(row), actor=source.actor, data={"cents": total})
    return entry


def _account(row: Receivable, item: Item) -> str:
    by_kind = {Kind.DUNNING: chart.DUNNING, Kind.CHARGEBACK: chart.CHARGEBACK_COSTS}
    return item.account or by_kind.get(Kind(item.kind)) or chart.revenue(row.key)


def _owed(row: Receivable) -> list[Item]:
    """What is claimed per account and tax rate, with the tax as it was booked, in the order of the bill."""
    groups: dict[tuple[str, int], list[Position]] = {}
    for line in row.positions.all():
        groups.setdefault((line.account, line.tax_bp), []).append(line)
    return [
        Item(lines[0].label, total, bp, account=account, tax=sum(line.tax_cents for line in lines))
        for (account, bp), lines in groups.items()
        if (total := sum(line.cents for line in lines)) or sum(line.tax_cents for line in lines)
    ]


def _less(owed: Sequence[Item], cents: int, reason: str) -> list[Item]:
    """Take `cents` from what is owed; the last cent of a group takes the last cent of its tax along."""
    found = []
    for item in owed:
        if item.cents <= 0 or not cents:
            continue
        part = min(cents, item.cents)
        rest = item.cents - part
        tax = item.tax_cents if not rest else min(max(tax_within(part, item.tax_bp), item.tax_cents - rest), item.tax_cents)
        found.append(Item(item.label, part, item.tax_bp, account=item.account, tax=tax).turned(reason))
        cents -= part
    return found


def _close(row: Receivable) -> None:
    row.cancelled_at = timezone.now()
    row.save(update_fields=["cancelled_at"])


def _insert(row: Receivable) -> bool:
    """With the next running number and its Kassenzeichen; False where the thing has a live claim already, whoever was first."""
    fields = Receivable._meta.concrete_fields
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Receivable._meta.db_table])
        row.pk = int(cursor.fetchone()[0])
        row.reference = Receivable.numbered(row.pk, str(city().raw.get("payments", {}).get("prefix", "")))
        columns = [sql.Identifier(str(field.column)) for field in fields]
        statement = sql.SQL(
            "INSERT INTO payments_receivable ({}) VALUES ({}) "
            "ON CONFLICT (about) WHERE cancelled_at IS NULL DO NOTHING RETURNING id"
        ).format(sql.SQL(", ").join(columns), sql.SQL(", ").join([sql.Placeholder()] * len(fields)))
        cursor.execute(
            statement,
            [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields],
        )
        row._state.adding = False
        return cursor.fetchone() is not None
