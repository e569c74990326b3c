"""Whatever stands in a sentence, it is read: words of time in any order raise nothing and take no time."""

import random
from datetime import datetime

import pytest

from stadtkern.lib.when import read

NOW = datetime(2026, 9, 30, 9)
WORDS = """
am an im in der den dem die das ab bis zum vom von zwischen um über während vor nach gegen bei zu so nur immer also
dann aber und oder heute morgen übermorgen Montag Dienstag mittwochs Do fr Samstag Wochenende Woche Wochen Monat
Monats Oktober november Mai Ferien Osterferien Ostern Weihnachten nächste nächsten diese kommenden übernächste erste
zweiten letzten Anfang Mitte Ende 1 2 3 5 8 10 12 24 31 99 3. 12. 31. 3.12. 31.2. 9:15 9.30 24:00 10-12 5/6 / - – ,
. ; ? halb viertel dreiviertel Uhr früh vormittags mittags nachmittags abends Abend nicht kein nie außer lieber
sonst notfalls am_liebsten wenn weil denn danach davor vorher kann ich geht passt arbeite habe Schule Urlaub weg
nein Quatsch ach doch egal jeden alle beide spätestens frühestens noch erst schon zwei drei elf zwölf vierzehn Tage
KW 44 kommt
""".split()  # noqa: SIM905


@pytest.mark.parametrize("seed", range(4))
def test_words_of_time_in_any_order(seed):
    dice = random.Random(seed)
    for _ in range(250):
        text = " ".join(dice.choices(WORDS, k=dice.randint(1, 14))).replace("_", " ")
        found = read(text, NOW, "NW")
        assert len(found.rest) <= len(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Personalausweis am 12 oder 13 november", "2026-11-12", "2026-11-13"),
        ("am 10-12 november", "2026-11-10", "2026-11-12"),
        ("am 5 bis 7 november", "2026-11-05", "2026-11-07"),
        ("am 5 / 6 oktober", "2026-10-05", "2026-10-06"),
        ("am 9 oder 10", "2026-10-09", "2026-10-10"),
        ("am 12 oder 13 januar, lieber am 13", "2027-01-12", "2027-01-13"),
        ("am 24 zwischen neun und elf", "2026-10-24", "2026-10-24"),
        ("Der Freitag kommt in Frage, um 10 Uhr", "2026-10-02", "2026-10-02"),
        ("Der 13. kommt in Frage, ab 10 Uhr", "2026-10-13", "2026-10-13"),
        ("Der Freitag bleibt, um 10 Uhr", "2026-10-02", "2026-10-02"),
        ("Die Ummeldung steht am Montag an, ab 10 Uhr", "2026-10-05", "2026-10-05"),
        ("Der Vermieter kommt am Montag, passt Dienstag um 9?", "2026-10-06", "2026-10-06"),
    ],
)
def test_numbers_behind_am_and_days_that_are_offered(text, first, last):
    spans = read(text, NOW, "NW").window.spans
    assert (str(spans[0].first), str(spans[-1].last)) == (first, last)
