"""The questions of the register: what happened, how bad, what to do."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.lib.forms.model import Answers, Field, Kind, Option, Step

from ..models import Breach
from .severity import CIRCUMSTANCES, DATA, EASE

LONG = 10_000


def kinds() -> dict[str, str]:
    """What can happen to data (Art. 4 Nr. 12 DSGVO)."""
    return {
        "confidentiality": _("Andere konnten sie lesen (Vertraulichkeit)"),
        "integrity": _("Sie wurden verändert (Integrität)"),
        "availability": _("Sie waren oder sind weg (Verfügbarkeit)"),
    }


def described() -> Step:
    """The description, in the order of Art. 33 Abs. 3 DSGVO."""
    return Step("panne", _("Was ist passiert?"), (
        Field("title", _("Kurz"), Kind.TEXT, max_length=200, help=_("Zum Beispiel: Brief an falsche Anschrift.")),
        Field("happened", _("Was ist passiert?"), Kind.LONG_TEXT, max_length=LONG,
              help=_("Keine Namen: das Verzeichnis braucht sie nicht.")),
        Field("noticed_at", _("Wann hat die Stadt es bemerkt?"), Kind.DATETIME, help=_("Ab dann laufen 72 Stunden.")),
        Field("kinds", _("Was ist mit den Daten?"), Kind.CHOICE, maximum=3, options=_options(kinds())),
        Field("data", _("Welche Arten von Daten?"), Kind.LONG_TEXT, minimum=0, max_length=2000),
        Field("people", _("Welche Gruppen von Menschen?"), Kind.TEXT, minimum=0, max_length=500),
        Field("persons", _("Wie viele Menschen ungefähr?"), Kind.NUMBER, minimum=0, min_value=0, max_value=10**9),
        Field("records", _("Wie viele Datensätze ungefähr?"), Kind.NUMBER, minimum=0, min_value=0, max_value=10**9),
        Field("consequences", _("Was kann daraus folgen?"), Kind.LONG_TEXT, minimum=0, max_length=LONG),
        Field("measures", _("Was ist getan oder geplant?"), Kind.LONG_TEXT, minimum=0, max_length=LONG),
        Field("processor", _("Dienstleister, bei dem es geschah"), Kind.TEXT, minimum=0, max_length=200),
    ))  # fmt: skip


def severity() -> Step:
    """The three questions of the method."""
    return Step("schwere", _("Wie schwer wiegt es?"), (
        Field("data_class", _("Welche Daten?"), Kind.CHOICE, options=_options({k: v[1] for k, v in DATA.items()})),
        Field("ease", _("Wie leicht erkennt man die Menschen?"), Kind.CHOICE,
              options=_options({k: v[1] for k, v in EASE.items()})),
        Field("circumstances", _("Was kommt dazu?"), Kind.CHOICE, minimum=0, maximum=len(CIRCUMSTANCES),
              options=_options({k: v[1] for k, v in CIRCUMSTANCES.items()})),
    ))  # fmt: skip


def reported() -> Step:
    """What any member of staff is asked: little, at once."""
    return Step("meldung", _("Datenpanne melden"), (
        Field("title", _("Kurz"), Kind.TEXT, max_length=200, help=_("Zum Beispiel: Diensthandy verloren.")),
        Field("happened", _("Was ist passiert?"), Kind.LONG_TEXT, max_length=LONG,
              help=_("Welche Daten, wie viele Menschen, was ist schon getan? Keine Namen.")),
        Field("noticed_at", _("Wann haben Sie es bemerkt?"), Kind.DATETIME),
    ))  # fmt: skip


def answers_of(breach: Breach, step: Step) -> Answers:
    """The entry as answers of a page."""
    found: Answers = {}
    for field in step.children:
        value = getattr(breach, field.key)
        if isinstance(value, list):
            found |= {f"{field.key}[{index}]": one for index, one in enumerate(value)}
        elif field.key == "noticed_at":
            found[field.key] = timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")
        else:
            found[field.key] = value if value not in ("", None) else None
    return found


def values_of(step: Step, answers: Answers) -> dict[str, Any]:
    """Answers as columns; a moment gets the time zone of the city (the earlier one in the doubled hour of October)."""
    values: dict[str, Any] = {}
    for field in step.children:
        if not isinstance(field, Field):
            continue
        if field.maximum != 1:
            chosen = {option.code for option in field.options}
            values[field.key] = sorted({v for k, v in answers.items() if k.startswith(f"{field.key}[") and v in chosen})
        elif field.kind is Kind.DATETIME:
            values[field.key] = timezone.make_aware(datetime.fromisoformat(str(answers[field.key])))
        elif field.kind is Kind.NUMBER:
            values[field.key] = answers.get(field.key)
        else:
            values[field.key] = answers.get(field.key) or ""
    return values


def _options(pairs: Any) -> tuple[Option, ...]:
    return tuple(Option(code, str(label)) for code, label in pairs.items())
