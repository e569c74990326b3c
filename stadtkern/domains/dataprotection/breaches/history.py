"""The diary of an entry in words, and what led to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.events.models import Event

from ..models import Breach

SENTENCES = {
    "breach.entered": gettext_lazy("Eingetragen"),
    "breach.described": gettext_lazy("Beschreibung geändert"),
    "breach.authority_decided": gettext_lazy("Über die Meldung an die Aufsicht entschieden"),
    "breach.authority_notified": gettext_lazy("Aufsicht benachrichtigt"),
    "breach.persons_decided": gettext_lazy("Über die Benachrichtigung der Betroffenen entschieden"),
    "breach.affected_named": gettext_lazy("Betroffene benannt"),
    "breach.letter_written": gettext_lazy("Brief geschrieben"),
    "breach.letters_ordered": gettext_lazy("Versand der Briefe begonnen"),
    "breach.persons_told": gettext_lazy("Briefe zugestellt"),
    "breach.closed": gettext_lazy("Abgeschlossen"),
    "breach.reopened": gettext_lazy("Wieder geöffnet"),
}


@dataclass(frozen=True)
class Line:
    """One line of the history."""

    at: datetime
    what: Any
    who: str


def of_breach(row: Breach) -> list[Line]:
    """Newest first; two queries."""
    lines = list(Event.objects.filter(subject=str(row), name__in=SENTENCES).order_by("-pk")[:200])
    keys = {int(line.actor.removeprefix("staff:")) for line in lines if line.actor.startswith("staff:")}
    names = dict(Staff.objects.filter(pk__in=keys).values_list("pk", "account__name")) if keys else {}
    return [Line(line.at, _sentence(line), _who(line.actor, names)) for line in lines]


def _sentence(line: Event) -> str:
    count = line.data.get("count")
    return f"{SENTENCES[line.name]} ({count})" if count is not None else str(SENTENCES[line.name])


def _who(actor: str, names: dict[int, str]) -> str:
    kind, _colon, number = actor.partition(":")
    return names.get(int(number), "") or _("jemand aus der Verwaltung") if kind == "staff" else _("automatisch")


def source_of(row: Breach) -> tuple[str, str]:
    """What led to it in words, and its address where there is one."""
    kind, _colon, number = row.source.partition(":")
    if kind == "case" and number.isdigit():
        reference = Case.objects.filter(pk=int(number)).values_list("reference", flat=True).first()
        return (_("Meldung %s") % reference, reverse("cases:desk_case", args=[reference])) if reference else (_("Meldung"), "")
    if kind == "break_glass":
        return _("Zugriff, der nicht begründet war"), ""
    if kind == "log":
        return _("Das Zugriffsprotokoll ist verändert"), ""
    return (_("Meldung aus der Verwaltung"), "") if row.reported_by else (_("selbst eingetragen"), "")
