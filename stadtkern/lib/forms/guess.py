"""One believable value for a field: invented names, streets, days and numbers within its limits."""

import re
from datetime import date, timedelta
from random import Random
from uuid import UUID

from stadtkern.lib.forms.check import value_problem
from stadtkern.lib.forms.model import Field, Kind, Value
from stadtkern.lib.forms.regex import example

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
