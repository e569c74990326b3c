"""Believable answers to any form: for tests, for the check of an imported schema and for the demo."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from stadtkern.lib.forms.check import problems, value_problem
from stadtkern.lib.forms.model import Answers, Element, Field, Form, Group, Kind, Step, Value, children_of
from stadtkern.lib.forms.regex import example
from stadtkern.lib.forms.shape import clean
from stadtkern.lib.forms.show import input_text
from stadtkern.lib.forms.walk import Walk, is_ticks

GIVEN = ("Anna", "Zoë", "Łukasz", "José María", "Ayşe", "Björn", "Đorđe", "Chloé", "Mehmet", "Sören")
FAMILY = ("Müller", "Çelik", "Nguyễn", "O’Connor", "Kowalczyk", "Šimić", "von der Heide", "Yılmaz", "Groß", "Østergaard")
STREETS = ("Hauptstraße", "Am Markt", "Lindenweg", "Bahnhofstraße", "Käthe-Kollwitz-Ring", "An der Mühle")
TOWNS = ("Musterstadt", "Neustadt an der Aue", "Großenhain", "Köln")
WORDS = ("Angabe", "Beispiel", "Text", "Auskunft", "Nachweis", "Bemerkung")
_BY_WORD: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"vorname|given_name", GIVEN), (r"familienname|nachname|geburtsname|family_name|birth_name", FAMILY),
    (r"straße|street", STREETS),
    (r"hausnummer|house_number", ("12", "7 a", "103")), (r"postleitzahl|postcode", ("49999", "01067")),
    (r"\bort\b|wohnort|geburtsort|town|place", TOWNS), (r"staatsangeh|staat\b", ("deutsch", "türkisch")),
    (r"telefon|phone", ("0123 456789",)), (r"mail", ("name@example.org",)),
)  # fmt: skip


class NoSample(Exception):
    """A form no answers were found for; the message names the field."""


def valid_answers(form: Form | Step, seed: int = 0) -> Answers:
    """Answers to every question of the form, optional ones included, repetitions at least once; no problems remain.

    The same seed gives the same answers; other seeds take other branches of conditions. NoSample when a pattern or the
    limits of a field cannot be met.
    """
    random = Random(seed)  # noqa: S311 - invented data, nothing secret
    answers: Answers = {}
    conditions = _conditions(form)
    for child in children_of(form):
        _fill(child, "", answers, random, conditions)
    answers = clean(form, answers)
    left = problems(form, answers)
    if left:
        raise NoSample(f"{left[0].path}: {left[0].message}")
    return answers


def posted(step: Step, answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a browser posts when these answers stand on the page: names of inputs to texts; files are not part of it."""
    data: dict[str, list[str]] = {}
    for visit in Walk(step, answers).visits():
        element, path = visit.element, visit.path
        value = answers.get(path)
        if isinstance(element, Group):
            if element.choice or visit.index is not None or element.minimum == 0:
                data[path] = [str(value) if element.choice else "1"]
        elif is_ticks(element):
            data.setdefault(path.rpartition("[")[0], [""]).append(str(value))
        elif isinstance(value, bool):
            data[path] = ["", "true" if value else "false"]
        elif not (element.locked or element.hidden or element.kind in (Kind.LABEL, Kind.FILE)):
            data[path] = [input_text(element, value)]
    return data


def _conditions(part: Form | Step) -> dict[str, list[Value]]:
    """Values that other elements wait for, by the key of the field."""
    found: dict[str, list[Value]] = {}

    def look(children: tuple[Element, ...]) -> None:
        for child in children:
            for key, value in (child.when or {}).items():
                found.setdefault(re.sub(r"\[\d+\]", "", key).rpartition("/")[2], []).append(value)
            if isinstance(child, Group):
                look(child.children)

    look(children_of(part))
    return found


def _fill(element: Element, prefix: str, answers: Answers, random: Random, conditions: Mapping[str, list[Value]]) -> None:
    path = f"{prefix}{element.key}"
    if element.maximum == 1:
        _fill_one(element, path, answers, random, conditions)
        return
    wanted = max(element.minimum, 1)
    if element.maximum is None or element.maximum > wanted:
        wanted += random.randint(0, 1)
    if isinstance(element, Field) and is_ticks(element):
        codes = [option.code for option in element.options]
        for index, code in enumerate(random.sample(codes, min(wanted, len(codes)))):
            answers[f"{path}[{index}]"] = code
        return
    for index in range(wanted):
        _fill_one(element, f"{path}[{index}]", answers, random, conditions)


def _fill_one(element: Element, path: str, answers: Answers, random: Random, conditions: Mapping[str, list[Value]]) -> None:
    if isinstance(element, Group):
        children = element.children
        if element.choice:
            children = (random.choice(children),)
            answers[path] = children[0].key
        for child in children:
            _fill(child, f"{path}/", answers, random, conditions)
        return
    if element.kind is Kind.LABEL or element.locked or element.hidden:
        return
    awaited = conditions.get(element.key, [])
    value: Value = random.choice(awaited) if awaited and random.random() < 0.8 else None
    if value is None or value_problem(element, value):
        value = value_of(element, random)
    if value is None and element.minimum:
        raise NoSample(f"{path}: keine passende Angabe gefunden für „{element.label}“")
    answers[path] = value


def value_of(field: Field, random: Random) -> Value:
    """One valid value of the field; None when none was found."""
    for _ in range(50):
        value = _guess(field, random)
        if value not in (None, "") and not value_problem(field, value):
            return value
    return None


def _guess(field: Field, random: Random) -> Value:
    if field.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE):
        return _words(field, random)
    if field.kind is Kind.CHOICE:
        return random.choice(field.options).code if field.options else None
    if field.kind in (Kind.NUMBER, Kind.MONEY, Kind.DECIMAL):
        return _number(field, random)
    if field.kind in (Kind.DATE, Kind.DATETIME):
        day = _day(field, random)
        return day if field.kind is Kind.DATE else f"{day}T{random.randint(8, 17):02d}:30"
    if field.kind is Kind.YES_NO:
        return random.random() < 0.5
    if field.kind is Kind.IBAN:
        return random.choice(("DE89370400440532013000", "DE02120300000000202051", "FR1420041010050500013M02606"))
    return f"{random.randint(8, 17):02d}:15" if field.kind is Kind.TIME else str(UUID(int=random.getrandbits(128), version=4))


def _number(field: Field, random: Random) -> Value:
    step = 100 if field.kind is Kind.MONEY else 1
    low = field.min_value if isinstance(field.min_value, int | float) else 1
    high = field.max_value if isinstance(field.max_value, int | float) else low + 50 * step
    lowest, highest = -int(-low // 1), int(high // 1)
    if lowest > highest:
        return str(low) if field.kind is Kind.DECIMAL else None
    whole = random.randint(lowest, highest)
    return str(whole) if field.kind is Kind.DECIMAL else whole


def _day(field: Field, random: Random) -> str:
    today = date.today()
    low = _limit(field.min_value, today) or (_limit(field.max_value, today) or today) - timedelta(days=4000)
    high = _limit(field.max_value, today) or low + timedelta(days=3000)
    return (low + timedelta(days=random.randint(0, max((high - low).days, 0)))).isoformat()


def _limit(limit: object, today: date) -> date | None:
    if limit == "today":
        return today
    return date.fromisoformat(limit) if isinstance(limit, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", limit) else None


def _words(field: Field, random: Random) -> str:
    if field.pattern and "@" not in field.pattern:
        return example(field.pattern, random)
    if field.kind is Kind.EMAIL:
        return "name@example.org"
    if field.kind is Kind.PHONE:
        return "0123 456789"
    about = f"{field.key} {field.label}".lower()
    text = next((random.choice(words) for word, words in _BY_WORD if re.search(word, about)), "") or random.choice(WORDS)
    least = field.min_length or 1
    while len(text) < least:
        text = f"{text} {random.choice(WORDS)}"
    most = max(field.max_length or len(text), 1)
    return text[:most].strip().ljust(min(least, most), "x")
