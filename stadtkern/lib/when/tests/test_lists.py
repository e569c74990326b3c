"""Several days with hours of their own, and what somebody would rather have: every form × days × hours, by construction."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from stadtkern.lib.when import read

from .label import hours, wanted_hours

NOW = datetime(2027, 3, 3, 9)  # a Wednesday
DAYS = {
    "am Montag": "2027-03-08",
    "am Dienstag": "2027-03-09",
    "am Mittwoch": "2027-03-10",
    "am Donnerstag": "2027-03-04",
    "am Freitag": "2027-03-05",
}
WEEKLY = {"montags": "mo", "dienstags": "di", "mittwochs": "mi", "donnerstags": "do", "freitags": "fr"}
HOURS = {
    "ab drei": "15:00-",
    "ab 14 Uhr": "14:00-",
    "bis zwölf": "-12:00",
    "vormittags": "-12:00",
    "nachmittags": "12:00-18:00",
    "zwischen 9 und 11": "09:00-11:00",
    "um zehn": "=10:00",
    "nach 16 Uhr": "16:00-",
    "den ganzen Tag": "",
    "jederzeit": "",
}
FORMS = (  # three days with three hours, and which of them are meant
    ("Perso. Ich kann {a} {x}, {b} {y} und {c} {z}.", "abc"),
    ("{a} {x} oder {b} {y} oder {c} {z}, Ummeldung", "abc"),
    ("{a} kann ich {x}, {b} {y}, {c} {z}", "abc"),
    ("Perso: {a} geht's {x}, {b} {y} und {c} {z}", "abc"),
    ("{a} bin ich unterwegs, {b} könnte ich {y}, {c} {z}", "bc"),
    ("Ummeldung {a} {x}, sonst {b} {y}, sonst {c} {z}", "abc"),
    ("Am liebsten {a} {x}, notfalls {b} {y} oder {c} {z}, Reisepass", "abc"),
    ("{a} {x} wäre gut, {b} {y} oder {c} {z} ginge auch", "abc"),
    ("Mir passt {a} {x}, aber auch {b} {y}", "ab"),
    ("Ich habe {a} {x} Zeit, {b} dagegen {y}", "ab"),
    ("{a} {x}, und wenn das nicht geht, {b} {y}", "ab"),
)


def _said() -> Iterator[tuple[str, str]]:
    lot = random.Random(2027)
    for _ in range(30):
        for form, meant in FORMS:
            table = lot.choice((DAYS, WEEKLY))
            days, clocks = lot.sample(list(table), 3), lot.sample(list(HOURS), 3)
            text = form.format(**dict(zip("abc", days, strict=True)), **dict(zip("xyz", clocks, strict=True)))
            wishes = [f"{table[days['abc'.index(one)]]} | {HOURS[clocks['abc'.index(one)]]}" for one in meant]
            yield text, " / ".join(wishes)


def test_each_day_has_its_own_hours() -> None:
    said = list(_said())
    horizon = [NOW.date() + timedelta(days=number) for number in range(40)]
    wrong = [text for text, wish in said if hours(read(text, NOW, "NW").window, horizon) != wanted_hours(wish, horizon)]
    assert len(wrong) <= len(said) // 50, f"{len(wrong)} of {len(said)}:\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "rather"),
    [
        ("Freitag lieber, sonst Donnerstag", "2027-03-05 |"),
        ("am liebsten Freitag um zehn, zur Not Donnerstag ab drei", "2027-03-05 | =10:00"),
        ("Donnerstag oder Freitag, lieber Freitag", "2027-03-05 |"),
        ("wenn Freitag nichts frei ist, Donnerstag", "2027-03-05 |"),
        ("nächste Woche vormittags, sonst nachmittags", "2027-03-08..2027-03-14 | -12:00"),
        ("erste Wahl der 9. März, zweite Wahl der 8. März", "2027-03-09 |"),
    ],
)
def test_what_somebody_would_rather_have_is_known(text: str, rather: str) -> None:
    window, horizon = read(text, NOW, "NW").window, [NOW.date() + timedelta(days=number) for number in range(40)]
    assert window.rather and hours(window.rather, horizon) == wanted_hours(rather, horizon)


def test_equal_times_have_no_order() -> None:
    assert read("Montag oder Dienstag", NOW, "NW").window.rather is None
