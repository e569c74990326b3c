"""The states of a report: what everybody reads, and what may follow what."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from ..models import Report

S = Report.State


@dataclass(frozen=True)
class Word:
    """A state for people: short, with colour, and a sentence for who reported it."""

    short: Any
    level: str  # info, success, warning, danger
    text: Any
    needs_text: bool = False  # a clerk has to say why, in public


WORDS: dict[str, Word] = {
    S.RECEIVED: Word(gettext_lazy("Eingegangen"), "info", gettext_lazy("Die Meldung ist bei uns angekommen.")),
    S.ACCEPTED: Word(gettext_lazy("In Prüfung"), "info", gettext_lazy("Wir sehen es uns an.")),
    S.PLANNED: Word(gettext_lazy("Eingeplant"), "info", gettext_lazy("Die Arbeit ist eingeplant.")),
    S.ORDERED: Word(gettext_lazy("Beauftragt"), "info", gettext_lazy("Eine Firma hat den Auftrag.")),
    S.IN_PROGRESS: Word(gettext_lazy("In Arbeit"), "warning", gettext_lazy("Wir arbeiten daran.")),
    S.CHECKING: Word(
        gettext_lazy("Wird abgenommen"), "warning", gettext_lazy("Die Arbeit ist als fertig gemeldet. Wir sehen nach.")
    ),
    S.DONE: Word(gettext_lazy("Erledigt"), "success", gettext_lazy("Es ist erledigt. Danke für Ihre Meldung.")),
    S.DECLINED: Word(
        gettext_lazy("Keine Maßnahme"), "danger", gettext_lazy("Wir unternehmen hier nichts. Warum, steht dabei."), True
    ),
    S.NOT_OURS: Word(
        gettext_lazy("Nicht unsere Aufgabe"), "danger", gettext_lazy("Dafür sind andere zuständig. Wer, steht dabei."), True
    ),
    S.DUPLICATE: Word(
        gettext_lazy("Schon gemeldet"), "info", gettext_lazy("Diese Stelle war schon gemeldet. Dort geht es weiter.")
    ),
}
CLOSED = frozenset({S.DONE, S.DECLINED, S.NOT_OURS, S.DUPLICATE})
_WORK = {S.ACCEPTED, S.PLANNED, S.ORDERED, S.IN_PROGRESS}
_END = {S.DONE, S.DECLINED, S.NOT_OURS}
NEXT: dict[str, frozenset[str]] = {
    S.RECEIVED: frozenset(_WORK | _END),
    S.ACCEPTED: frozenset(_WORK | _END),
    S.PLANNED: frozenset(_WORK | _END),
    S.ORDERED: frozenset(_WORK | _END | {S.CHECKING}),
    S.IN_PROGRESS: frozenset(_WORK | _END | {S.CHECKING}),
    S.CHECKING: frozenset(_WORK | _END),
    S.DONE: frozenset({S.RECEIVED}),  # opened again
    S.DECLINED: frozenset({S.RECEIVED}),
    S.NOT_OURS: frozenset({S.RECEIVED}),
    S.DUPLICATE: frozenset(),
}
NEXT = {str(state): frozenset(str(one) for one in after if one != state) for state, after in NEXT.items()}


def choices(state: str) -> list[tuple[str, Word]]:
    """What a clerk can choose next, in the order of the work."""
    return [(one, word) for one, word in WORDS.items() if one in NEXT[state] and one != S.RECEIVED]
