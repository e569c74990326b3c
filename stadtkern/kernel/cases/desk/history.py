"""The diary of a case in words, for colleagues: who did what, when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.events.models import Event

MOST = 200
# Lines that tell a colleague something; saving a page or looking at the file is noise here.
SENTENCES = {
    "case.started": gettext_lazy("Antrag begonnen"),
    "case.prefilled": gettext_lazy("Angaben aus dem Register übernommen"),
    "case.fact_contested": gettext_lazy("Angabe aus dem Register bestritten"),
    "case.handed_over": gettext_lazy("Entwurf übergeben"),
    "case.adopted": gettext_lazy("Entwurf ins Konto übernommen"),
    "case.consent_given": gettext_lazy("Zweite Person hat zugestimmt"),
    "case.consent_declined": gettext_lazy("Zweite Person hat abgelehnt"),
    "case.submitted": gettext_lazy("Antrag eingegangen"),
    "payment.opened": gettext_lazy("Gebühr gefordert"),
    "payment.started": gettext_lazy("Zahlung begonnen"),
    "payment.completed": gettext_lazy("Gebühr bezahlt"),
    "payment.failed": gettext_lazy("Zahlung fehlgeschlagen"),
    "payment.cancelled": gettext_lazy("Zahlung abgebrochen"),
    "payment.expired": gettext_lazy("Zahlung abgelaufen"),
    "payment.doubled": gettext_lazy("Doppelt bezahlt: zu erstatten"),
    "payment.refunded": gettext_lazy("Betrag erstattet"),
    "case.paid": gettext_lazy("Zur Prüfung freigegeben"),
    "case.paid_late": gettext_lazy("Zahlung nach der Rücknahme"),
    "case.taken": gettext_lazy("Vorgang übernommen"),
    "case.given_back": gettext_lazy("Vorgang zurückgelegt"),
    "case.citizen_asked": gettext_lazy("Rückfrage gestellt"),
    "case.citizen_told": gettext_lazy("Nachricht geschrieben"),
    "case.citizen_answered": gettext_lazy("Rückfrage beantwortet"),
    "case.message_written": gettext_lazy("Nachricht erhalten"),
    "case.note_written": gettext_lazy("Vermerk geschrieben"),
    "case.extended": gettext_lazy("Gesetzliche Frist verlängert"),
    "case.rest_opened": gettext_lazy("Trotz Einschränkung geöffnet (Art. 18 Abs. 2 DSGVO)"),
    "correction.asked": gettext_lazy("Amt um Berichtigung gebeten"),
    "correction.answered": gettext_lazy("Amt hat zur Berichtigung geantwortet"),
    "case.decision_proposed": gettext_lazy("Entscheidung vorgeschlagen"),
    "case.decision_sent_back": gettext_lazy("Vorschlag zurückgegeben"),
    "case.decided": gettext_lazy("Entschieden"),
    "paper.accepted": gettext_lazy("Am Schalter angenommen, Bestellung beauftragt"),
    "paper.ordered": gettext_lazy("Beim Hersteller bestellt"),
    "paper.in_production": gettext_lazy("Wird hergestellt"),
    "paper.sent": gettext_lazy("Vom Hersteller verschickt"),
    "paper.rejected": gettext_lazy("Vom Hersteller zurückgewiesen"),
    "paper.ordered_again": gettext_lazy("Noch einmal bestellt"),
    "paper.not_connected": gettext_lazy("Kein Hersteller verbunden: Stand von Hand eintragen"),
    "paper.arrived": gettext_lazy("Im Amt angekommen"),
    "paper.ready": gettext_lazy("Zur Abholung bereit"),
    "paper.returned": gettext_lazy("Aus dem Terminal zurück an den Schalter"),
    "paper.collected": gettext_lazy("Abgeholt"),
    "document.issued": gettext_lazy("Schreiben ausgestellt"),
    "document.revoked": gettext_lazy("Schreiben widerrufen"),
    "case.closed": gettext_lazy("Abgeschlossen und zugestellt"),
    "case.withdrawn": gettext_lazy("Antrag zurückgenommen"),
    "case.data_taken": gettext_lazy("Angaben als Datei geholt"),
    "exchange.prepared": gettext_lazy("Übergabe an die zuständige Behörde begonnen"),
    "exchange.submitted": gettext_lazy("An die zuständige Behörde übergeben"),
    "exchange.accepted": gettext_lazy("Eingang von der Behörde bestätigt"),
    "exchange.rejected": gettext_lazy("Von der Behörde nicht angenommen"),
    "exchange.failed": gettext_lazy("Übergabe gescheitert"),
    "exchange.received": gettext_lazy("Über FIT-Connect eingegangen"),
    "case.passed_on": gettext_lazy("Abgeschlossen, die Behörde entscheidet"),
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
    if kind == "provider":
        return _("Zustelldienst") if number == "fitconnect" else _("Zahlungsdienst")
    return _("Automatisch")
