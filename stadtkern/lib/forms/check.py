"""Checking answers: what is missing or not usable, said as what to type instead."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from stdnum import iban

from stadtkern.lib.forms.model import Field, Form, Group, Kind, Step
from stadtkern.lib.forms.regex import LONGEST, compiled
from stadtkern.lib.forms.rules.complaints import complaints
from stadtkern.lib.forms.rules.evaluate import Effects
from stadtkern.lib.forms.show import date_text, decimal_text, money_text
from stadtkern.lib.forms.text import REFUSED, is_name
from stadtkern.lib.forms.walk import Visit, Walk, is_ticks

Translate = Callable[[str], str]
LINE = 1_000  # characters of a text without its own limit
PAGES = 10_000  # characters of a long text without its own limit

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}")
_PHONE = re.compile(r"\+?[\d\s()/.–-]{5,30}")
_DECIMAL = re.compile(r"-?\d{1,18}(?:\.\d{1,9})?")
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_NAMES = frozenset({"name", "given-name", "family-name", "additional-name"})
_NAME_KEYS = frozenset({"given_names", "family_name", "birth_name"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a path, in words for the person who fills in the form; `help` = the rule in its own words."""

    path: str
    message: str
    label: str
    help: str = ""


def problems(
    part: Form | Step, answers: Mapping[str, Any], translate: Translate = str, effects: Effects | None = None
) -> list[Problem]:
    """All problems of the visible fields, in the order of the form; empty when the answers are complete.

    Of a whole form the rules are applied; with a step alone give the `effects` of its form on these answers. Rules about
    fields of later steps are told on the last of them, or earlier once all of these are answered.
    """
    walk = Walk(part, answers, effects)
    found: list[Problem] = []
    counted: set[str] = set()
    labels: dict[str, str] = {}
    for visit in walk.visits():
        element = visit.element
        labels[visit.path] = element.label
        if visit.index is not None:
            container = visit.path.rpartition("[")[0]
            if container not in counted:
                counted.add(container)
                found.extend(_too_many(visit, container, walk, translate))
        if isinstance(element, Group):
            found.extend(_group(element, visit, walk, translate))
        else:
            message = _field(element, visit, walk, translate)
            if message:
                found.append(Problem(_shown_at(visit), message, element.label))
    if walk.effects and walk.effects.violations:
        told = {problem.path for problem in found}
        found.extend(Problem(*each) for each in complaints(walk, labels, told, translate, whole=isinstance(part, Form)))
    return list(dict.fromkeys(found))


def _shown_at(visit: Visit) -> str:
    ticks = isinstance(visit.element, Field) and is_ticks(visit.element)
    return visit.path.rpartition("[")[0] if ticks else visit.path


def _too_many(visit: Visit, container: str, walk: Walk, _: Translate) -> list[Problem]:
    element = visit.element
    if element.maximum is None:
        return []
    indexes = walk.census.indexes.get(container, set())
    if sum(walk.has_content(f"{container}[{index}]") for index in indexes) <= element.maximum:
        return []
    text = _("Bitte machen Sie bei „%(label)s“ höchstens %(count)s Angaben und entfernen Sie die übrigen.")
    return [Problem(container, text % {"label": element.label, "count": element.maximum}, element.label)]


def _group(group: Group, visit: Visit, walk: Walk, _: Translate) -> list[Problem]:
    if group.choice and walk.chosen(group, visit.path) is None:
        text = _("Bitte wählen Sie bei „%(label)s“ aus, welche Angabe Sie machen.")
        return [Problem(visit.path, text % {"label": group.label}, group.label)]
    if _is_demanded(group, visit, walk):
        text = _("Bitte machen Sie bei „%(label)s“ mindestens eine Angabe.")
        return [Problem(visit.path, text % {"label": group.label}, group.label)]
    if visit.index is not None and visit.index < group.minimum and not walk.has_content(visit.path) and not _demands(group):
        text = _("Bitte machen Sie bei „%(label)s“ mindestens %(count)s Angaben.")
        container = visit.path.rpartition("[")[0]
        return [Problem(container, text % {"label": group.label, "count": group.minimum}, group.label)]
    return []


def _is_demanded(group: Group, visit: Visit, walk: Walk) -> bool:
    """Whether a rule requires the group, nothing in it was answered and no question in it would say so."""
    container = visit.path if visit.index is None else visit.path.rpartition("[")[0]
    if walk.effects is None or container not in walk.effects.required or visit.index:
        return False
    return not walk.has_content(container) and not _demands(group)


def _demands(group: Group) -> bool:
    """Whether an empty group is noticed by a question in it that must be answered."""
    return group.choice or any(
        child.minimum > 0 and (_demands(child) if isinstance(child, Group) else _is_asked(child)) for child in group.children
    )


def _is_asked(field: Field) -> bool:
    return not (field.kind is Kind.LABEL or field.locked or field.hidden or field.when)


def _field(field: Field, visit: Visit, walk: Walk, translate: Translate) -> str:
    if field.kind is Kind.LABEL or field.locked or field.hidden:
        return ""
    value = walk.answers.get(visit.path)
    if value is None or value == "":
        needed = field.minimum > 0 if field.maximum == 1 else (visit.index or 0) < field.minimum
        return _missing(field, translate) if needed else ""
    return value_problem(field, value, translate)


def _missing(field: Field, _: Translate) -> str:
    if field.kind in (Kind.CHOICE, Kind.YES_NO):
        if field.maximum != 1 and field.minimum > 1:
            text = _("Bitte wählen Sie bei „%(label)s“ mindestens %(count)s Antworten aus.")
        else:
            text = _("Bitte wählen Sie bei „%(label)s“ eine Antwort aus.")
    elif field.kind is Kind.FILE:
        text = _("Bitte laden Sie bei „%(label)s“ eine Datei hoch.")
    elif field.kind is Kind.DATE:
        text = _("Bitte geben Sie bei „%(label)s“ ein Datum an, zum Beispiel 24.11.2026.")
    else:
        text = _("Bitte füllen Sie „%(label)s“ aus.")
    return text % {"label": field.label, "count": field.minimum}


def value_problem(field: Field, value: object, translate: Translate = str) -> str:
    """What is wrong with one value of this field, empty when nothing is; the value may be of any type."""
    return _CHECKS[field.kind](field, value, translate)


def _text(field: Field, value: object, _: Translate) -> str:
    if not isinstance(value, str):
        return _("Bitte geben Sie hier einen Text ein.")
    if REFUSED in value or "\x00" in value:
        return _("Im Text steht ein Zeichen, das wir nicht speichern können (�). Bitte tippen Sie diese Stelle neu.")
    longest = field.max_length or (PAGES if field.kind is Kind.LONG_TEXT else LINE)
    if len(value) > longest:
        text = _("Bitte kürzen Sie den Text auf höchstens %(most)s Zeichen. Es sind %(count)s.")
        return text % {"most": longest, "count": len(value)}
    if field.min_length and len(value) < field.min_length:
        return _("Bitte geben Sie mindestens %(least)s Zeichen ein.") % {"least": field.min_length}
    if (field.autocomplete in _NAMES or field.key in _NAME_KEYS) and not is_name(value):
        return _("Bitte schreiben Sie den Namen mit lateinischen Buchstaben, so wie er im Ausweis steht.")
    if field.pattern and not matches(field.pattern, value):
        if field.pattern_hint:
            return _("Bitte geben Sie die Angabe in dieser Form ein: %(hint)s") % {"hint": field.pattern_hint}
        return _("Bitte prüfen Sie die Schreibweise. Die Angabe hat nicht die Form, die hier verlangt wird.")
    return ""


def matches(pattern: str, value: str) -> bool:
    """Whether the whole text fits; patterns are those of XML Schema ; one that `regex.compiled` refuses fits all."""
    pattern_read = compiled(pattern)
    return pattern_read is None or (len(value) <= LONGEST and pattern_read.fullmatch(value) is not None)


def _number(field: Field, value: object, _: Translate) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return _("Bitte geben Sie eine ganze Zahl ein, zum Beispiel 12.")
    if abs(value) >= 10**18:
        return _("Die Zahl ist zu groß. Bitte geben Sie höchstens 18 Ziffern ein.")
    return _range(field, value, str, _)


def _decimal(field: Field, value: object, _: Translate) -> str:
    plain = str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else value
    if not isinstance(plain, str) or not _DECIMAL.fullmatch(plain):
        return _("Bitte geben Sie eine Zahl ein, zum Beispiel 12,5.")
    return _range(field, float(plain), lambda limit: decimal_text(str(limit)), _)


def _money(field: Field, value: object, _: Translate) -> str:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 10**15:
        return _("Bitte geben Sie einen Betrag in Euro ein, zum Beispiel 1.234,56.")
    return _range(field, value, lambda limit: money_text(int(limit)), _)


def _range(field: Field, value: float, show: Callable[[Any], str], _: Translate) -> str:
    low, high = field.min_value, field.max_value
    if isinstance(low, int | float) and value < low:
        return _("Bitte geben Sie mindestens %(least)s an.") % {"least": show(low)}
    if isinstance(high, int | float) and value > high:
        return _("Bitte geben Sie höchstens %(most)s an.") % {"most": show(high)}
    return ""


def _date(field: Field, value: object, _: Translate) -> str:
    found = _ISO.fullmatch(value) if isinstance(value, str) else None
    example = _("Bitte geben Sie ein Datum an, das es gibt, mit Tag, Monat und Jahr, zum Beispiel 24.11.2026.")
    if found is None or not isinstance(value, str):
        return example
    try:
        date(int(found.group(1)), int(found.group(2) or 1), int(found.group(3) or 1))
    except ValueError:
        return example
    if not found.group(3) and not field.partial:
        return _("Bitte geben Sie das ganze Datum an: Tag, Monat und Jahr, zum Beispiel 24.11.2026.")
    return _date_range(field, value, _)


def _date_range(field: Field, value: str, _: Translate) -> str:
    low, high = _day(field.min_value), _day(field.max_value)
    if low and value < low[: len(value)]:
        if field.min_value == "today":
            return _("Bitte geben Sie ein Datum an, das heute oder später ist.")
        return _("Bitte geben Sie ein Datum ab dem %(least)s an.") % {"least": date_text(low)}
    if high and value > high[: len(value)]:
        if field.max_value == "today":
            return _("Bitte geben Sie ein Datum an, das nicht in der Zukunft liegt.")
        return _("Bitte geben Sie ein Datum bis zum %(most)s an.") % {"most": date_text(high)}
    return ""


def _day(limit: object) -> str | None:
    if limit == "today":
        return date.today().isoformat()
    return limit if isinstance(limit, str) and _ISO.fullmatch(limit) else None


def _time(field: Field, value: object, _: Translate) -> str:
    if isinstance(value, str) and _TIME.fullmatch(value):
        return ""
    return _("Bitte geben Sie eine Uhrzeit ein, zum Beispiel 14:30.")


def _datetime(field: Field, value: object, _: Translate) -> str:
    day, _t, clock = value.partition("T") if isinstance(value, str) else ("", "", "")
    if len(day) != 10 or not _TIME.fullmatch(clock):
        return _("Bitte geben Sie Tag, Monat, Jahr und Uhrzeit an, zum Beispiel 24.11.2026 um 14:30.")
    return _date(field, day, _)


def _yes_no(field: Field, value: object, _: Translate) -> str:
    return "" if isinstance(value, bool) else _("Bitte wählen Sie „Ja“ oder „Nein“ aus.")


def _choice(field: Field, value: object, _: Translate) -> str:
    if any(option.code == value for option in field.options):
        return ""
    return _("Bitte wählen Sie eine der angebotenen Antworten aus.")


def _email(field: Field, value: object, _: Translate) -> str:
    problem = _text(field, value, _)
    if problem:
        return problem
    if isinstance(value, str) and len(value) <= 254 and _EMAIL.fullmatch(value) and ".." not in value:
        return ""
    return _("Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.org.")


def _phone(field: Field, value: object, _: Translate) -> str:
    problem = _text(field, value, _)
    if problem:
        return problem
    if isinstance(value, str) and _PHONE.fullmatch(value) and sum(char.isdigit() for char in value) >= 4:
        return ""
    return _("Bitte geben Sie eine Telefonnummer nur mit Ziffern ein, zum Beispiel 0123 456789.")


def _iban(field: Field, value: object, _: Translate) -> str:
    if isinstance(value, str) and len(value) <= 40 and value.isascii() and iban.is_valid(value, check_country=False):
        return ""
    return _("Bitte prüfen Sie die IBAN, eine Stelle stimmt nicht. Beispiel: DE89 3704 0044 0532 0130 00.")


def _file(field: Field, value: object, _: Translate) -> str:
    if isinstance(value, str) and 0 < len(value) <= 200 and REFUSED not in value:
        return ""
    return _("Bitte laden Sie die Datei noch einmal hoch.")


def _label(field: Field, value: object, _: Translate) -> str:
    return ""


_CHECKS: dict[Kind, Callable[[Field, object, Translate], str]] = {
    Kind.TEXT: _text, Kind.LONG_TEXT: _text, Kind.NUMBER: _number, Kind.DECIMAL: _decimal, Kind.MONEY: _money,
    Kind.DATE: _date, Kind.TIME: _time, Kind.DATETIME: _datetime, Kind.YES_NO: _yes_no, Kind.CHOICE: _choice,
    Kind.EMAIL: _email, Kind.PHONE: _phone, Kind.IBAN: _iban, Kind.FILE: _file, Kind.LABEL: _label,
}  # fmt: skip
