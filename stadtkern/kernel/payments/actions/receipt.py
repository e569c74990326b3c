"""Receipts as sealed papers, made when somebody asks, from the journal and the positions of the claim."""

from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Document
from stadtkern.ui import words

from ..journal import money_of
from ..models import Entry, Payment, Receivable
from .posting import Refused

KEEP_YEARS = 10  # vouchers of the city treasury; to be checked against the Land's rules
WAYS = {
    "provider": "über den Bezahldienst",
    "transfer": "durch Überweisung",
    "debit": "durch Lastschrift",
    "counter": "am Schalter",
}
BACK = (Entry.Kind.REFUND, Entry.Kind.RETURN)


def issue_receipt(payment: Payment, actor_key: str) -> Document:
    """The one receipt of a paid attempt; a second call returns the first. Refused before it is paid."""
    if payment.status != Payment.Status.PAID or payment.completed_at is None:
        raise Refused("a receipt needs a payment")
    paid_on = timezone.localdate(payment.completed_at)
    with translation.override("de"):
        rows = [["Wofür", payment.description]]
        if len(payment.items) > 1:
            rows += [[_labelled(line["label"], line.get("reason", "")), words.euro(line["cents"])] for line in payment.items]
        rows += [["Betrag", words.euro(payment.amount_cents)], ["Eingegangen am", words.day(paid_on)]]
        rows += [["Kassenzeichen", payment.purpose]]
        note = tax_note(taxes_of(payment))
    return _issue(payment, f"Quittung {payment.purpose}", rows, note, paid_on, actor_key, f"payment:{payment.pk}:receipt")


def issue_claim_receipt(row: Receivable, actor_key: str) -> Document:
    """What came for a claim and what went back, all its money so far; the same state gives the same paper.

    Refused while nothing has come.
    """
    money = money_of(row)
    if not money:
        raise Refused("a receipt needs money")
    last = money[-1][0]
    with translation.override("de"):
        rows = [["Wofür", row.description]]
        rows += [[_labelled(line.label, line.reason), words.euro(line.cents)] for line in row.positions.all()]
        rows += [["Gefordert", words.euro(row.claimed_cents)]]
        rows += [[_moved(entry), words.euro(cents)] for entry, cents in money]
        rows += [["Noch offen", words.euro(row.open_cents)]] if row.open_cents else []
        rows += [["Wird erstattet", words.euro(row.refund_cents)]] if row.refund_cents else []
        rows += [["Kassenzeichen", row.reference]]
        note = tax_note(taxes(row))
    title = f"{'Erstattung' if last.kind in BACK else 'Quittung'} {row.reference}"
    return _issue(row, title, rows, note, last.booked_on, actor_key, f"receivable:{row.pk}:receipt:{last.pk}")


def taxes(row: Receivable) -> dict[int, int]:
    """Contained tax by rate, in cents, as booked."""
    return _rates((line.tax_bp, line.tax_cents) for line in row.positions.all())


def taxes_of(payment: Payment) -> dict[int, int]:
    """The same of what one attempt paid."""
    return _rates((line.get("tax_bp", 0), line.get("tax_cents", 0)) for line in payment.items)


def tax_note(rates: dict[int, int]) -> str:
    """One sentence about the tax."""
    if not rates:
        return _("Gebühren der Stadt enthalten keine Umsatzsteuer.")
    one = _("%(tax)s Umsatzsteuer (%(rate)s)")
    told = ", ".join(one % {"tax": words.euro(cents), "rate": words.percent(bp)} for bp, cents in sorted(rates.items()))
    number = city().raw.get("imprint", {}).get("vat_id", "")
    said = _("Im Betrag enthalten: %s.") % told
    return f"{said} {_('USt-IdNr. der Stadt: %s.') % number}" if number else said


def _rates(lines: Any) -> dict[int, int]:
    found: dict[int, int] = {}
    for bp, cents in lines:
        found[bp] = found.get(bp, 0) + cents
    return {bp: cents for bp, cents in found.items() if bp and cents}


def _moved(entry: Entry) -> str:
    word = {Entry.Kind.REFUND: "Erstattet", Entry.Kind.RETURN: "Zurückgebucht"}.get(Entry.Kind(entry.kind), "Eingegangen")
    way = WAYS.get(entry.by, "") if entry.kind not in BACK else ""
    return " ".join(part for part in (word, "am", words.day(entry.booked_on), way) if part)


def _labelled(label: str, reason: str) -> str:
    return f"{label} ({reason})" if reason else label


def _issue(
    owner: Payment | Receivable, title: str, rows: list[list[str]], note: str, on: date, actor_key: str, once: str
) -> Document:
    return documents.issue(
        about=owner.about,
        account=owner.account,
        company=owner.company,
        mandate=owner.mandate,
        title=title,
        kind="Quittung",
        template=(Path(__file__).parents[1] / "quittung.typ").read_text(encoding="utf-8"),
        data={"sections": rows, "note": note, "gift": _is_gift(owner), "office": {"title": city().name, **_seat()}},
        keep_until=date(on.year + KEEP_YEARS, 12, 31),
        actor_key=actor_key,
        once=once,
    )


def _is_gift(owner: Payment | Receivable) -> bool:
    return owner.about.startswith("donation:")


def _seat() -> dict[str, str]:
    return {key: city().contact.get(key, "") for key in ("street", "postcode", "town", "phone", "email")}
