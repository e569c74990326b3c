"""How Germans name days and hours, with what is meant: tables of their own, nothing is taken from the grammar.

A day phrase is its text and a function of today; a meaning is written as label.py reads it.
"""

from collections.abc import Callable
from datetime import date, timedelta

Meaning = Callable[[date], str]
Phrase = tuple[str, Meaning]

NAMES = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag")
SHORT = ("mo", "di", "mi", "do", "fr", "sa", "so")
MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember")
ORDINALS = {
    3: "dritten",
    5: "fünften",
    8: "achten",
    12: "zwölften",
    17: "siebzehnten",
    20: "zwanzigsten",
    23: "dreiundzwanzigsten",
}


def on(day: date) -> str:
    return day.isoformat()


def between(first: date, last: date) -> str:
    return f"{first}..{last}"


def since(day: date) -> str:
    return f"{day}.."


def until(day: date) -> str:
    return f"..{day}"


def plus(days: int) -> Meaning:
    return lambda today: on(today + timedelta(days=days))


def next_one(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def monday(today: date, weeks: int = 0) -> date:
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def month(number: int, today: date) -> tuple[date, date]:
    year = today.year + (number < today.month)
    after = date(year + (number == 12), number % 12 + 1, 1)
    return date(year, number, 1), after - timedelta(days=1)


def next_month(today: date, steps: int = 1) -> tuple[date, date]:
    return month((today.month - 1 + steps) % 12 + 1, today)


def day_of(number: int, of: int, today: date) -> date:
    found = date(today.year, of, number)
    return found if found >= today else date(today.year + 1, of, number)


def next_number(number: int, today: date) -> date:
    day = today
    while day.day != number:
        day += timedelta(days=1)
    return day


def points(today: date) -> list[Phrase]:
    """Single days."""
    far = (today.month + 1) % 12 + 1
    found: list[Phrase] = [
        ("heute", plus(0)),
        ("morgen", plus(1)),
        ("übermorgen", plus(2)),
        ("heute in einer Woche", plus(7)),
        ("heute in acht Tagen", plus(7)),
        ("in drei Tagen", plus(3)),
        ("in zwei Wochen", plus(14)),
        ("in 3 Wochen", plus(21)),
        ("morgen in einer Woche", plus(8)),
    ]
    for number, name in enumerate(NAMES):
        found += [
            (f"am {name}", lambda t, n=number: on(next_one(n, t))),
            (f"diesen {name}", lambda t, n=number: on(next_one(n, t))),
            (f"nächsten {name}", lambda t, n=number: on(next_one(n, t))),
            (f"am kommenden {name}", lambda t, n=number: on(next_one(n, t))),
            (f"übernächsten {name}", lambda t, n=number: on(next_one(n, t) + timedelta(days=7))),
            (f"am {name} in einer Woche", lambda t, n=number: on(t + timedelta(days=(n - t.weekday()) % 7 + 7))),
            (f"nächste Woche {name}", lambda t, n=number: on(monday(t, 1) + timedelta(days=n))),
            (f"am {name} nächster Woche", lambda t, n=number: on(monday(t, 1) + timedelta(days=n))),
            (f"übernächste Woche am {name}", lambda t, n=number: on(monday(t, 2) + timedelta(days=n))),
        ]
    for number, word in ORDINALS.items():
        found += [
            (f"am {number}.", lambda t, n=number: on(next_number(n, t))),
            (f"am {word}", lambda t, n=number: on(next_number(n, t))),
            (f"am {number}. {MONTHS[far - 1]}", lambda t, n=number: on(day_of(n, far, t))),
            (f"am {word} {MONTHS[far - 1]}", lambda t, n=number: on(day_of(n, far, t))),
            (f"am {number}.{far}.", lambda t, n=number: on(day_of(n, far, t))),
            (f"am {number:02}.{far:02}.", lambda t, n=number: on(day_of(n, far, t))),
        ]
    for which, place in (("ersten", 0), ("zweiten", 1), ("dritten", 2)):
        found.append((f"am {which} Dienstag im {MONTHS[far - 1]}", lambda t, p=place: on(nth(1, p, month(far, t)))))
        found.append((f"am {which} Freitag im {MONTHS[far - 1]}", lambda t, p=place: on(nth(4, p, month(far, t)))))
    found.append((f"am Tag nach dem 8. {MONTHS[far - 1]}", lambda t: on(day_of(9, far, t))))
    found.append((f"am letzten Montag im {MONTHS[far - 1]}", lambda t: on(nth(0, -1, month(far, t)))))
    return found


def nth(weekday: int, place: int, of: tuple[date, date]) -> date:
    first, last = of
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if day.weekday() == weekday][place]


def spans(today: date) -> list[Phrase]:
    """Weeks, months, parts of them, bounds."""
    far = (today.month + 1) % 12 + 1
    name, day = MONTHS[far - 1], next_one(2, today)
    week = (monday(today, 3)).isocalendar().week
    found: list[Phrase] = [
        ("diese Woche", lambda t: between(t, monday(t) + timedelta(days=6))),
        ("nächste Woche", lambda t: between(monday(t, 1), monday(t, 1) + timedelta(days=6))),
        ("kommende Woche", lambda t: between(monday(t, 1), monday(t, 1) + timedelta(days=6))),
        ("in der nächsten Woche", lambda t: between(monday(t, 1), monday(t, 1) + timedelta(days=6))),
        ("übernächste Woche", lambda t: between(monday(t, 2), monday(t, 2) + timedelta(days=6))),
        (f"in KW {week}", lambda t: between(monday(t, 3), monday(t, 3) + timedelta(days=6))),
        (f"in der {week}. Kalenderwoche", lambda t: between(monday(t, 3), monday(t, 3) + timedelta(days=6))),
        (f"im {name}", lambda t: between(*month(far, t))),
        (f"Anfang {name}", lambda t: between(month(far, t)[0], month(far, t)[0] + timedelta(days=9))),
        (f"Mitte {name}", lambda t: between(month(far, t)[0] + timedelta(days=10), month(far, t)[0] + timedelta(days=19))),
        (f"Ende {name}", lambda t: between(month(far, t)[0] + timedelta(days=20), month(far, t)[1])),
        (f"in der ersten {name}hälfte", lambda t: between(month(far, t)[0], month(far, t)[0] + timedelta(days=14))),
        (f"in der zweiten Hälfte vom {name}", lambda t: between(month(far, t)[0] + timedelta(days=15), month(far, t)[1])),
        ("nächsten Monat", lambda t: between(*next_month(t))),
        ("im nächsten Monat", lambda t: between(*next_month(t))),
        ("Anfang nächster Woche", lambda t: between(monday(t, 1), monday(t, 1) + timedelta(days=1))),
        ("Mitte nächster Woche", lambda t: between(monday(t, 1) + timedelta(days=1), monday(t, 1) + timedelta(days=3))),
        ("Ende nächster Woche", lambda t: between(monday(t, 1) + timedelta(days=3), monday(t, 1) + timedelta(days=4))),
        ("in den nächsten zwei Wochen", lambda t: between(t, t + timedelta(days=14))),
        ("innerhalb der nächsten zehn Tage", lambda t: between(t, t + timedelta(days=10))),
        ("die kommenden 14 Tage", lambda t: between(t, t + timedelta(days=14))),
        ("in den nächsten Tagen", lambda t: between(t, t + timedelta(days=7))),
        ("in zwei bis drei Wochen", lambda t: between(t + timedelta(days=14), t + timedelta(days=21))),
        ("ab morgen", lambda t: since(t + timedelta(days=1))),
        ("ab nächster Woche", lambda t: since(monday(t, 1))),
        ("erst ab übernächster Woche", lambda t: since(monday(t, 2))),
        (f"ab dem 12. {name}", lambda t: since(day_of(12, far, t))),
        (f"frühestens am 12. {name}", lambda t: since(day_of(12, far, t))),
        (f"nicht vor dem 12. {name}", lambda t: since(day_of(12, far, t))),
        (f"nach dem 12. {name}", lambda t: since(day_of(13, far, t))),
        (f"ab {name}", lambda t: since(month(far, t)[0])),
        ("frühestens in zwei Wochen", lambda t: since(t + timedelta(days=14))),
        (f"bis zum 20. {name}", lambda t: until(day_of(20, far, t))),
        (f"nicht später als am 20. {name}", lambda t: until(day_of(20, far, t))),
        (f"nicht nach dem 20. {name}", lambda t: until(day_of(20, far, t))),
        (f"spätestens am 20. {name}", lambda t: until(day_of(20, far, t))),
        (f"noch vor dem 20. {name}", lambda t: until(day_of(19, far, t))),
        (f"bis Ende {name}", lambda t: until(month(far, t)[1])),
        (f"bis spätestens {day.strftime('%d.%m.')}", lambda t: until(day)),
        ("spätestens in drei Wochen", lambda t: until(t + timedelta(days=21))),
        (f"zwischen dem 5. und 12. {name}", lambda t: between(day_of(5, far, t), day_of(12, far, t))),
        (f"zwischen dem 5. und dem 12. {name}", lambda t: between(day_of(5, far, t), day_of(12, far, t))),
        (f"vom 5. bis 12. {name}", lambda t: between(day_of(5, far, t), day_of(12, far, t))),
        (f"vom fünften bis zum zwölften {name}", lambda t: between(day_of(5, far, t), day_of(12, far, t))),
        (f"vom 05.{far:02}. bis 12.{far:02}.", lambda t: between(day_of(5, far, t), day_of(12, far, t))),
        (f"in der Woche vom 12. {name}", lambda t: week_with(day_of(12, far, t))),
        (f"in der Woche ab dem 12. {name}", lambda t: week_with(day_of(12, far, t))),
    ]
    return found


def week_with(day: date) -> str:
    return between(monday(day), monday(day) + timedelta(days=6))


def weekly(today: date) -> list[Phrase]:
    """Days that come every week."""
    found: list[Phrase] = []
    for number, name in enumerate(NAMES):
        short = SHORT[number]
        found += [
            (f"{name.lower()}s", lambda t, s=short: s),
            (f"immer {name.lower()}s", lambda t, s=short: s),
            (f"nur {name.lower()}s", lambda t, s=short: s),
            (f"jeden {name}", lambda t, s=short: s),
        ]
    return [
        *found,
        ("montags bis donnerstags", lambda t: "mo,di,mi,do"),
        ("von Montag bis Freitag", lambda t: "mo,di,mi,do,fr"),
        ("werktags", lambda t: "mo,di,mi,do,fr"),
        ("unter der Woche", lambda t: "mo,di,mi,do,fr"),
        ("dienstags und donnerstags", lambda t: "di,do"),
        ("montags, mittwochs und freitags", lambda t: "mo,mi,fr"),
        ("nur samstags oder freitags", lambda t: "fr,sa"),
    ]


CLOCKS: tuple[tuple[str, str], ...] = (
    ("um 9 Uhr", "=09:00"),
    ("um 10", "=10:00"),
    ("um zehn", "=10:00"),
    ("um 14 Uhr", "=14:00"),
    ("um halb neun", "=08:30"),
    ("um viertel nach neun", "=09:15"),
    ("um viertel vor elf", "=10:45"),
    ("um dreiviertel neun", "=08:45"),
    ("um 8.30 Uhr", "=08:30"),
    ("um 14:15 Uhr", "=14:15"),
    ("um zwei", "=14:00"),
    ("um elf Uhr dreißig", "=11:30"),
    ("gegen 10 Uhr", "09:30-10:30"),
    ("so gegen elf", "10:30-11:30"),
    ("so um neun rum", "08:30-09:30"),
    ("kurz nach 9", "09:00-09:30"),
    ("ab 15 Uhr", "15:00-"),
    ("ab fünf", "17:00-"),
    ("nach 16 Uhr", "16:00-"),
    ("nicht vor zehn", "10:00-"),
    ("frühestens um 11", "11:00-"),
    ("erst ab halb zehn", "09:30-"),
    ("bis 11 Uhr", "-11:00"),
    ("vor 10 Uhr", "-10:00"),
    ("vor zwölf", "-12:00"),
    ("spätestens um 11 Uhr", "-11:00"),
    ("bis Mittag", "-12:00"),
    ("nicht nach 15 Uhr", "-15:00"),
    ("zwischen 9 und 11 Uhr", "09:00-11:00"),
    ("zwischen neun und elf", "09:00-11:00"),
    ("von 14 bis 16 Uhr", "14:00-16:00"),
    ("zwischen halb zehn und halb zwölf", "09:30-11:30"),
    ("zwischen zwei und vier", "14:00-16:00"),
    ("vormittags", "-12:00"),
    ("am Vormittag", "-12:00"),
    ("nachmittags", "12:00-18:00"),
    ("am Nachmittag", "12:00-18:00"),
    ("am späten Nachmittag", "15:00-18:00"),
    ("mittags", "11:00-14:00"),
    ("in der Mittagspause", "11:00-14:00"),
    ("abends", "17:00-"),
    ("nach der Arbeit", "17:00-"),
    ("nach Feierabend", "17:00-"),
    ("vor der Arbeit", "-09:00"),
    ("morgens", "-10:00"),
    ("in der Früh", "-10:00"),
    ("frühmorgens", "-10:00"),
    ("nach dem Mittagessen", "12:00-"),
)

FRAMES = (
    "Ich brauche einen neuen Personalausweis, {}.",
    "{} für die Ummeldung bitte",
    "Haben Sie {} noch etwas frei?",
    "Guten Tag, ich wollte fragen, ob {} ein Termin für die Beglaubigung möglich ist.",
    "Termin Reisepass {}",
    "{} würde es mir passen, es geht um mein Auto.",
    "Ich könnte {}.",
    "Führungszeugnis, am liebsten {}",
    "Hallo ich müsste {} mal vorbeikommen wegen dem Ausweis",
)
