"""Second thoughts by construction: a time, a pause, a reason against it, another time; with commas and without."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from stadtkern.lib.when import read

from .label import hours, wanted_hours

NOW = datetime(2027, 3, 3, 9)  # a Wednesday
FIRST = {
    "am Montag": "2027-03-08 |",
    "Montag um neun": "2027-03-08 | =09:00",
    "am 15. März": "2027-03-15 |",
    "am Freitag vormittag": "2027-03-05 | -12:00",
    "morgen": "2027-03-04 |",
    "montags": "mo |",
}
THEN = {
    "am Dienstag": "2027-03-09 |",
    "Donnerstag um elf": "2027-03-04 | =11:00",
    "am 18. März": "2027-03-18 |",
    "übernächste Woche": "2027-03-15..2027-03-21 |",
    "Mittwoch ab 14 Uhr": "2027-03-10 | 14:00-",
    "übermorgen": "2027-03-05 |",
    "dienstags": "di |",
}
PAUSES = """nein|ach nee|halt|stopp|Moment|warte|obwohl|Entschuldigung|ich meine|Quatsch|äh|hm|sorry|Blödsinn|das heißt|ach
upps|Pardon|nein warten Sie|oder nee|nee doch nicht""".replace("\n", "|").split("|")
AGAIN = """also|dann|lieber|dann doch|besser|dann lieber|sagen wir|nehmen wir|machen wir|also bitte|dann halt|dann eben
also doch""".replace("\n", "|").split("|")
REASONS = """da kann ich nicht|da arbeite ich|da hab ich Zahnarzt|da hab ich ja Training|das geht nicht|da ist ja Feiertag
da habt ihr zu|da bin ich weg|das passt mir nicht|das schaffe ich nicht|da kommt der Handwerker|da hat mein Sohn Schule
da muss ich zur Physio|da sind wir verreist|das klappt doch nicht|da schreib ich Klausur|da wird's mir zu eng|{d} ist Zahnarzt
{d} kann ich nicht|{d} arbeite ich|{d} geht nicht|{d} tagt der Elternbeirat|{d} ist schlecht
{d} kommt der Elektriker""".replace("\n", "|").split("|")


def _meant(first: str, then: str) -> str:
    """What takes the place; the hour said before holds where none is said again."""
    old, new = FIRST[first].partition("|"), THEN[then].partition("|")
    return f"{new[0]}| {new[2].strip() or old[2].strip()}"


def _pair(lot: random.Random) -> tuple[str, str]:
    while True:
        first, then = lot.choice(list(FIRST)), lot.choice(list(THEN))
        if ".." not in THEN[then] or FIRST[first].endswith("|"):  # "Montag um neun, nein, nächste Woche" may mean either
            return first, then


def _said() -> Iterator[tuple[str, str]]:
    lot = random.Random(2027)
    for again in AGAIN:
        for pause in PAUSES:
            first, then = _pair(lot)
            yield f"Reisepass {first}, {pause}, {lot.choice((again, ''))} {then}", _meant(first, then)
        for reason in REASONS:
            first, then = _pair(lot)
            told = reason.format(d=first.replace(" um neun", "").replace(" vormittag", ""))
            pause = lot.choice(("", f", {lot.choice(PAUSES)}"))
            yield f"Reisepass {first}{pause}, {told}, {again} {then}", _meant(first, then)


def _wrong(said: list[tuple[str, str]]) -> list[str]:
    horizon = [NOW.date() + timedelta(days=number) for number in range(60)]
    return [text for text, wish in said if hours(read(text, NOW, "NW").window, horizon) != wanted_hours(wish, horizon)]


def test_what_is_taken_back_is_out() -> None:
    said = list(_said())
    wrong = _wrong(said)
    assert len(wrong) <= len(said) // 50, f"{len(wrong)} of {len(said)}:\n" + "\n".join(wrong)


def test_what_is_taken_back_is_out_without_commas() -> None:
    said = [(text.lower().replace(",", ""), wish) for text, wish in _said()]
    wrong = _wrong(said)
    assert len(wrong) <= len(said) // 14, f"{len(wrong)} of {len(said)}:\n" + "\n".join(wrong)
