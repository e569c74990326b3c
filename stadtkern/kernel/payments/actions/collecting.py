"""Direct debits: announced to the debtor, written into a file for the bank, in transit until the statement shows them."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox.actions import deliver
from stadtkern.kernel.privacy import keys
from stadtkern.lib.sepa.debit import Debit, write
from stadtkern.lib.sepa.target import settlement_day, settlement_days_after
from stadtkern.ui import words

from .. import bank
from ..desk import office_key
from ..models import BankOrder, Collection, DebitMandate, DunningStop, Receivable
from .posting import Refused, lock
from .receiving import receive

Status = Collection.Status
BANK_DAYS = 1  # settlement days the bank needs before the due date (SEPA core, D-1)


def to_announce(today: date) -> list[tuple[Receivable, DebitMandate, int]]:
    """Open claims with a live mandate of their debtor and no collection under way: (claim, mandate, cents)."""
    busy = Collection.objects.filter(status__in=[Status.ANNOUNCED, Status.ORDERED]).values("receivable")
    returned = Collection.objects.filter(status=Status.RETURNED).values("receivable")  # not again by itself
    mandates = DebitMandate.objects.live()
    people, firms = mandates.filter(company=None).values("account"), mandates.exclude(company=None).values("company")
    rows = Receivable.objects.open().filter(cancelled_at=None, voluntary=False).exclude(pk__in=busy).exclude(pk__in=returned)
    rows = rows.filter(company=None, account__in=people) | rows.filter(company__in=firms)
    found = []
    for claim in rows.prefetch_related("instalments").order_by("pk")[:5000]:
        if DunningStop.objects.of(claim, today).exists():
            continue
        # A mandate for this claim goes before the general one.
        mandate = DebitMandate.objects.for_claim(claim).order_by("only").first()
        cents = claim.due_cents(today + timedelta(days=31)) if claim.instalments.exists() else claim.open_cents
        if mandate and cents:
            found.append((claim, mandate, cents))
    return found


@transaction.atomic
def announce(claim: Receivable, mandate: DebitMandate, cents: int, actor_key: str) -> Collection:
    """The debtor is told day and amount in advance (Vorabankündigung). Diary: `payment.debit_announced`."""
    ours, today = _ours(), timezone.localdate()
    row = lock(claim)
    live = DebitMandate.objects.live().select_for_update().filter(pk=mandate.pk).first()
    if live is None or row.cancelled_at or not 0 < cents <= row.open_cents:
        raise Refused(_("Hier ist nichts (mehr) einzuziehen."))
    due = settlement_day(max(row.due_date, today + timedelta(days=ours.notice_days)))
    number = Collection.objects.filter(receivable=row).count() + 1
    made = Collection(
        mandate=live, receivable=row, cents=cents, due_date=due, end_to_end=f"{row.reference}-{number}",
        sequence=_sequence(live, first=live.used_at is None),
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(_("Für diese Forderung läuft schon ein Einzug.")) from error
    _tell(made, ours, actor_key)
    facts = {"collection": made.pk, "cents": cents}
    record("payment.debit_announced", subject=str(row), actor=actor_key, data=facts)
    return made


def to_order(today: date) -> list[Collection]:
    """Announced ones whose day has come so near that the bank wants the file."""
    latest = settlement_days_after(today, BANK_DAYS + 1)
    rows = Collection.objects.filter(status=Status.ANNOUNCED, due_date__lte=latest)
    return list(rows.select_related("receivable", "mandate").order_by("due_date", "pk"))


def order_debits(actor_key: str) -> BankOrder:
    """Write the file (pain.008) of everything that is due; what was paid meanwhile is dropped. Diary: `payment.debits_ordered`.

    Refused where nothing is left. Each collection is in one file only: its row is locked and changes its state with it.
    """
    order, problem = _order(actor_key)
    if order is None:
        raise Refused(problem)
    return order


@transaction.atomic
def _order(actor_key: str) -> tuple[BankOrder | None, str]:
    ours, today = _ours(), timezone.localdate()
    chosen = [row for row in to_order(today) if _still_owed(row)]
    locked = Collection.objects.select_for_update(of=("self",)).select_related("mandate", "receivable")
    rows = list(locked.filter(pk__in=[row.pk for row in chosen], status=Status.ANNOUNCED).order_by("due_date", "pk"))
    if not rows:
        return None, _("Zurzeit ist nichts einzuziehen.")
    number = f"LS-{timezone.localtime():%Y%m%d-%H%M%S}-{rows[0].pk}"
    earliest = settlement_days_after(today, BANK_DAYS)
    known = bank.opened((row.mandate.sealed, f"mandate:{row.mandate.reference}") for row in rows)
    debits, kept, used = [], [], set()
    for row, facts in zip(rows, known, strict=True):
        if not facts:  # the holder's key was shredded: erased
            row.status = Status.DROPPED
            row.save(update_fields=["status"])
            continue
        row.due_date = max(row.due_date, earliest)
        row.sequence = _sequence(row.mandate, first=row.mandate.used_at is None and row.mandate_id not in used)
        used.add(row.mandate_id)
        kept.append(row)
        debits.append(_debit(row, facts))
    if not debits:
        return None, _("Zurzeit ist nichts einzuziehen.")
    data, batches = write(number, timezone.localtime().replace(tzinfo=None), ours.as_holder(), debits, version=ours.version)
    total = sum(row.cents for row in kept)
    order = BankOrder(kind=BankOrder.Kind.DEBIT, number=number, by=actor_key, count=len(kept), cents=total)
    order.sha256, order.sealed = hashlib.sha256(data).hexdigest(), sealed_file(data, number)
    order.save(force_insert=True)
    for row in kept:
        _in_transit(row, order, batches[row.end_to_end], actor_key)
    facts_told = {"order": order.pk, "count": order.count, "cents": order.cents}
    record("payment.debits_ordered", subject=str(order), actor=actor_key, data=facts_told)
    return order, ""


def _sequence(mandate: DebitMandate, *, first: bool) -> str:
    """Only one collection of a mandate is its first, also of several in one file."""
    return "OOFF" if mandate.only_id else "FRST" if first else "RCUR"


def _still_owed(row: Collection) -> bool:
    """Under the lock of the claim: what was paid, cancelled or stopped meanwhile is not collected."""
    claim = lock(row.receivable_id)
    stopped = DunningStop.objects.of(claim, timezone.localdate()).exists()
    if row.cents <= claim.open_cents and claim.cancelled_at is None and row.mandate.ended_at is None and not stopped:
        return True
    Collection.objects.filter(pk=row.pk, status=Status.ANNOUNCED).update(status=Status.DROPPED)
    return False


def _in_transit(row: Collection, order: BankOrder, batch: str, actor_key: str) -> None:
    row.order, row.batch, row.status = order, batch, Status.ORDERED
    row.entry = receive(
        row.receivable, cents=row.cents, by="debit", source_key=f"collection:{row.pk}", booked_on=row.due_date,
        actor_key=actor_key,
    )  # fmt: skip
    row.save()
    DebitMandate.objects.filter(pk=row.mandate_id).update(used_at=timezone.now())
    if row.mandate.only_id:
        DebitMandate.objects.filter(pk=row.mandate_id).update(ended_at=timezone.now(), ending=DebitMandate.Ending.REPLACED)


def _debit(row: Collection, facts: dict[str, str]) -> Debit:
    return Debit(
        end_to_end=row.end_to_end, cents=row.cents, mandate=row.mandate.reference,
        signed_on=timezone.localdate(row.mandate.signed_at), name=facts["holder"], iban=facts["iban"],
        text=f"{row.receivable.reference} {row.receivable.description}", sequence=row.sequence, due=row.due_date,
    )  # fmt: skip


def _tell(row: Collection, ours: bank.Account, actor_key: str) -> None:
    claim = row.receivable
    with override(claim.account.language if claim.account else "de"):  # the reader's, not the clerk's
        body, title = _announcement(row, ours), _("Wir ziehen %(amount)s ein") % {"amount": words.euro(row.cents)}
    deliver(
        account=claim.account, company=claim.company, mandate=claim.mandate, about=claim.about, office=cash_office(),
        title=title, body=body, actor_key=actor_key, once=f"collection:{row.pk}", link=reverse("payments:debit"),
    )  # fmt: skip


def _announcement(row: Collection, ours: bank.Account) -> str:
    claim = row.receivable
    return _(
        "Wir ziehen am %(day)s %(amount)s von Ihrem Konto %(account)s ein.\n\n"
        "Wofür: %(what)s\nKassenzeichen: %(reference)s\nMandatsreferenz: %(mandate)s\n"
        "Gläubiger-Identifikationsnummer: %(creditor)s\n\n"
        "Sie müssen nichts tun. Sorgen Sie nur dafür, dass das Konto gedeckt ist. Wenn etwas nicht stimmt, schreiben Sie uns "
        "bitte vor diesem Tag."
    ) % {
        "day": words.day(row.due_date), "amount": words.euro(row.cents), "account": row.mandate.shown,
        "what": claim.description, "reference": claim.reference, "mandate": row.mandate.reference,
        "creditor": ours.creditor_id,
    }  # fmt: skip


def cash_office() -> Office | None:
    """The office that writes to people about money."""
    return Office.objects.filter(key=office_key()).first()


def _ours() -> bank.Account:
    ours = bank.account()
    if ours is None or not ours.creditor_id:
        raise Refused(_("Lastschriften sind in dieser Stadt noch nicht eingerichtet."))
    return ours


def sealed_file(data: bytes, number: str) -> bytes:
    """A file for the bank as the database keeps it."""
    return keys.seal(f"bankorder:{number}", data, place=f"bankorder:{number}")


def file_of(order: BankOrder) -> bytes:
    """The file again, for the bank's portal. Raises CannotOpen when its key is gone."""
    return keys.open_(bytes(order.sealed), place=f"bankorder:{order.number}")


@transaction.atomic
def fetched(order: BankOrder, actor_key: str) -> bytes:
    """Somebody of the cash office takes the file to the bank. Diary: `payment.order_fetched`."""
    BankOrder.objects.filter(pk=order.pk, fetched_at=None).update(fetched_at=timezone.now())
    record("payment.order_fetched", subject=str(order), actor=actor_key, data={"order": order.pk})
    return file_of(order)


def announce_all(rows: Sequence[tuple[Receivable, DebitMandate, int]], actor_key: str) -> int:
    """Announce all of a list; returns how many (others were paid or announced meanwhile)."""
    done = 0
    for claim, mandate, cents in rows:
        try:
            announce(claim, mandate, cents, actor_key)
        except Refused:
            continue
        done += 1
    return done
