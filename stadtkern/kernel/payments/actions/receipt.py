"""The receipt as a sealed paper, made when somebody asks for it."""

from datetime import date
from pathlib import Path

from django.utils import timezone, translation

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Document
from stadtkern.ui import words

from ..models import Payment
from .posting import Refused

KEEP_YEARS = 10  # vouchers of the city treasury; to be checked against the Land's rules


def issue_receipt(payment: Payment, actor_key: str) -> Document:
    """The one receipt of a paid payment; a second call returns the first. Refused before it is paid."""
    if payment.status != Payment.Status.PAID or payment.completed_at is None:
        raise Refused("a receipt needs a payment")
    paid_on = timezone.localdate(payment.completed_at)
    with translation.override("de"):
        rows = [["Wofür", payment.description]]
        if len(payment.items) > 1:
            rows += [[line["label"], words.euro(line["cents"])] for line in payment.items]
        rows += [["Betrag", words.euro(payment.amount_cents)], ["Eingegangen am", words.day(paid_on)]]
        rows += [["Kassenzeichen", payment.purpose]]
    return documents.issue(
        about=payment.about,
        account=payment.account,
        company=payment.company,
        mandate=payment.mandate,
        title=f"Quittung {payment.purpose}",
        kind="Quittung",
        template=(Path(__file__).parents[1] / "quittung.typ").read_text(encoding="utf-8"),
        data={"sections": rows, "office": {"title": city().name, **_seat()}},
        keep_until=date(paid_on.year + KEEP_YEARS, 12, 31),
        actor_key=actor_key,
        once=f"payment:{payment.pk}:receipt",
    )


def _seat() -> dict[str, str]:
    return {key: city().contact.get(key, "") for key in ("street", "postcode", "town", "phone", "email")}
