"""The diary of a case in words, for colleagues: who did what, when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.events.models import Event

MOST = 200
# Lines that tell a colleague something; saving a page or looking at the file is noise here.
SENTENCES = {
    "case.started": lazy("Antrag begonnen"),
    "case.prefilled": lazy("Angaben aus dem Register übernommen"),
    "case.fact_contested": lazy("Angabe aus dem Register bestritten"),
    "case.handed_over": lazy("Entwurf übergeben"),
    "case.adopted": lazy("Entwurf ins Konto übernommen"),
    "case.submitted": lazy("Antrag eingegangen"),
    "payment.opened": lazy("Gebühr gefordert"),
    "payment.started": lazy("Zahlung begonnen"),
    "payment.completed": lazy("Gebühr bezahlt"),
    "payment.failed": lazy("Zahlung fehlgeschlagen"),
    "payment.cancelled": lazy("Zahlung abgebrochen"),
    "payment.expired": lazy("Zahlung abgelaufen"),
    "payment.doubled": lazy("Doppelt bezahlt: zu erstatten"),
    "payment.refunded": lazy("Betrag erstattet"),
    "case.paid": lazy("Zur Prüfung freigegeben"),
    "case.paid_late": lazy("Zahlung nach der Rücknahme"),
    "case.taken": lazy("Vorgang übernommen"),
    "case.given_back": lazy("Vorgang zurückgelegt"),
    "case.citizen_asked": lazy("Rückfrage gestellt"),
    "case.citizen_told": lazy("Nachricht geschrieben"),
    "case.citizen_answered": lazy("Rückfrage beantwortet"),
    "case.message_written": lazy("Nachricht erhalten"),
    "case.note_written": lazy("Vermerk geschrieben"),
    "case.decision_proposed": lazy("Entscheidung vorgeschlagen"),
    "case.decision_sent_back": lazy("Vorschlag zurückgegeben"),
    "case.decided": lazy("Entschieden"),
    "document.issued": lazy("Schreiben ausgestellt"),
    "document.revoked": lazy("Schreiben widerrufen"),
    "case.closed": lazy("Abgeschlossen und zugestellt"),
    "case.withdrawn": lazy("Antrag zurückgenommen"),
}


@dataclass(frozen=True)
class Entry:
    """One line; `who` in words."""

    at: datetime
    what: Any
    who: str


def of_case(subject: str) -> list[Entry]:
    """Newest first; two queries however long the history."""
    lines = list(Event.objects.filter(subject=subject, name__in=SENTENCES).order_by("-pk")[:MOST])
    numbers = {line.actor.removeprefix("staff:") for line in lines if line.actor.startswith("staff:")}
    keys = [int(number) for number in numbers if number.isdigit()]
    names = dict(Staff.objects.filter(pk__in=keys).values_list("pk", "account__name")) if keys else {}
    return [Entry(line.at, SENTENCES[line.name], _who(line.actor, names)) for line in lines]


def _who(actor: str, names: dict[int, str]) -> str:
    kind, _colon, number = actor.partition(":")
    if kind == "staff":
        return names.get(int(number), "") or _("Jemand aus dem Amt")
    if kind in ("account", "anonymous"):
        return _("Antragstellerin oder Antragsteller")
    return _("Zahlungsdienst") if kind == "provider" else _("Automatisch")
