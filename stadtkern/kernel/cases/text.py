"""What a case is called in words, for citizens and for clerks."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from stadtkern.kernel.registers.evidence import types
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.catalogue import Service
from stadtkern.ui import words

from .models import Case, Decision, Status


@dataclass(frozen=True)
class Words:
    """A state in words: `word` for lists, `sentence` for the page, `tone` for the badge (info, success, warning, danger)."""

    word: Any
    sentence: Any
    tone: str


_STATUS: dict[str, Words] = {
    Status.DRAFT: Words(
        gettext_lazy("Entwurf"), gettext_lazy("Ihr Antrag ist gespeichert, aber noch nicht abgeschickt."), "info"
    ),
    Status.SUBMITTED: Words(gettext_lazy("Eingegangen"), gettext_lazy("Wir haben Ihren Antrag erhalten."), "info"),
    Status.AWAITING_PAYMENT: Words(
        gettext_lazy("Gebühr offen"),
        gettext_lazy("Bitte bezahlen Sie die Gebühr. Danach beginnen wir mit der Prüfung."),
        "warning",
    ),
    Status.IN_REVIEW: Words(
        gettext_lazy("In Prüfung"), gettext_lazy("Wir prüfen Ihren Antrag. Sie müssen nichts tun."), "info"
    ),
    Status.AWAITING_CITIZEN: Words(
        gettext_lazy("Wartet auf Sie"), gettext_lazy("Wir haben eine Frage. Erst mit Ihrer Antwort geht es weiter."), "warning"
    ),
    Status.DECIDED: Words(
        gettext_lazy("Entschieden"), gettext_lazy("Wir haben entschieden. Das Schreiben wird gerade erstellt."), "info"
    ),
    Status.CLOSED: Words(gettext_lazy("Abgeschlossen"), gettext_lazy("Ihr Antrag ist abgeschlossen."), "success"),
    Status.WITHDRAWN: Words(gettext_lazy("Zurückgenommen"), gettext_lazy("Sie haben den Antrag zurückgenommen."), "info"),
}
IN_THE_MAKING = Words(
    gettext_lazy("In Arbeit"),
    gettext_lazy("Ihr Antrag ist bewilligt. Sobald Sie abholen können, schreiben wir Ihnen."),
    "info",
)
_OUTCOME = {
    Decision.Outcome.GRANTED: gettext_lazy("bewilligt"),
    Decision.Outcome.PARTLY: gettext_lazy("teilweise bewilligt"),
    Decision.Outcome.REJECTED: gettext_lazy("abgelehnt"),
}


def status_of(case: Case) -> Words:
    """The state for the applicant."""
    if case.status == Status.DECIDED and _handed_over(case.service):
        return IN_THE_MAKING
    return words_of(case.status)


def _handed_over(key: str) -> bool:
    try:
        return bool(catalogue.even_retired(key).decision.handover)
    except catalogue.UnknownService:
        return False


def words_of(status: str) -> Words:
    """The words of a state."""
    return _STATUS[status]


def outcome_of(decision: Decision) -> str:
    """bewilligt, teilweise bewilligt, abgelehnt."""
    return str(_OUTCOME[Decision.Outcome(decision.outcome)])


def title_of(case: Case) -> str:
    """Name of the service in the reader's language."""
    return service_title(case.service)


def service_title(key: str) -> str:
    """Name of a service in the reader's language; its key when the folder is gone (no query)."""
    try:
        return catalogue.even_retired(key).in_language(get_language() or "de").title
    except catalogue.UnknownService:
        return key


def closing_letter(case: Case, service: Service, decision: Decision) -> tuple[str, str]:
    """Title and body of the letter that brings the decision."""
    names = {"service": service.title, "reference": case.reference, "outcome": outcome_of(decision)}
    title = _("Entscheidung zu Ihrem Antrag %(reference)s") % names
    own = service.messages.get(decision.outcome.lower()) or service.messages.get("decided")
    body = own or _("wir haben über Ihren Antrag „%(service)s“ entschieden: %(outcome)s.") % names
    if not service.decision.letter:
        return title, "\n\n".join(part for part in (body, decision.reason) if part)
    return title, body + "\n\n" + _("Das Schreiben mit allen Einzelheiten liegt bei.")


def source_of(source: str) -> str:
    """ "residents 2026-11-22" as "aus dem Melderegister, 22.11.2026"."""
    register, _space, on = source.partition(" ")
    known = {key: str(one.origin) for key, one in types().items()} | {"account": _("aus dem Konto")}
    name = known.get(register, register)
    try:
        return f"{name}, {words.day(date.fromisoformat(on))}"
    except ValueError:
        return name
