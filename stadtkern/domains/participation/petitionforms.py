"""What a petition asks beyond title and text: reason, costs where the law wants them, up to three representatives."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from stadtkern.lib.forms.model import Field, Kind, Option, Step

from .models import Petition, Process
from .petitionrules import MOST_REPRESENTATIVES
from .templating import all_templates

NAMES = ("reason", "costs", *(f"{what}{n}" for n in range(1, MOST_REPRESENTATIVES + 1) for what in ("name", "address")))


def asks(process: Process) -> bool:
    """Whether contributions of this process are petitions."""
    kind = all_templates().get(process.kind)
    return kind is not None and kind.contribution == "PETITION"


def more(process: Process) -> list[Field]:
    """The further questions; none for other kinds of processes."""
    if not asks(process):
        return []
    fields = [
        Field("reason", _("Begründung"), Kind.LONG_TEXT, max_length=5000, help=_("Warum soll der Rat das beschließen?")),
    ]
    costs = process.settings.get("costs", "none")
    if costs in ("optional", "required"):
        label = _("Was kostet das, und woher kommt das Geld?")
        fields.append(Field("costs", label, Kind.LONG_TEXT, minimum=int(costs == "required"), max_length=3000))
    least = int(process.settings.get("representatives") or 0)
    for number in range(1, MOST_REPRESENTATIVES + 1):
        said = {1: _("Erste Vertretungsperson"), 2: _("Zweite Vertretungsperson"), 3: _("Dritte Vertretungsperson")}[number]
        needed, hint = int(number <= least), _("Vor- und Nachname. Er steht auf der Seite; fragen Sie vorher.")
        fields.append(Field(f"name{number}", said, Kind.TEXT, minimum=needed, max_length=120, help=hint if number == 1 else ""))
        address = _("Anschrift") if number == 1 else _("Anschrift dazu")
        private = _("Liest nur die Stadt.") if number == 1 else ""
        fields.append(Field(f"address{number}", address, Kind.TEXT, minimum=needed, max_length=200, help=private))
    return fields


def details_of(process: Process | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what a petition asks."""
    if process is None or not asks(process):
        return {}
    return {name: str(values[name]) for name in NAMES if values.get(name)}


def missing(process: Process, details: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first thing that is not there, as field and sentence."""
    for field in more(process):
        if field.minimum and not details.get(field.key):
            return field.key, _("Bitte ergänzen Sie: %s.") % field.label
    return None


def session() -> Step:
    return Step("sitzung", _("Sitzung des Rates"), (
        Field("session", _("An welchem Tag befasst sich der Rat damit?"), Kind.DATE),
    ))  # fmt: skip


def decision() -> Step:
    outcomes = (
        Option(Petition.Outcome.ACCEPTED, _("Der Rat hat zugestimmt.")),
        Option(Petition.Outcome.PARTLY, _("Der Rat hat teilweise zugestimmt.")),
        Option(Petition.Outcome.REJECTED, _("Der Rat hat abgelehnt.")),
        Option(Petition.Outcome.VOTE, _("Die Bürgerinnen und Bürger stimmen selbst ab.")),
    )
    return Step("entscheidung", _("Entscheidung des Rates"), (
        Field("outcome", _("Wie hat der Rat entschieden?"), Kind.CHOICE, options=outcomes),
        Field("decision", _("Was hat er beschlossen, und warum?"), Kind.LONG_TEXT, max_length=10_000),
        Field("url", _("Adresse der Niederschrift"), Kind.TEXT, minimum=0, max_length=500,
              help=_("Zum Beispiel im Ratsinformationssystem: https://…")),
    ))  # fmt: skip


def sheet() -> Step:
    return Step("liste", _("Listen auf Papier"), (
        Field("label", _("Welche Liste?"), Kind.TEXT, max_length=60, help=_("Zum Beispiel: Liste 1 bis 12.")),
        Field("valid", _("Gültige Unterschriften"), Kind.NUMBER, min_value=0, max_value=100_000),
        Field("invalid", _("Ungültige"), Kind.NUMBER, minimum=0, min_value=0, max_value=100_000),
    ))  # fmt: skip
