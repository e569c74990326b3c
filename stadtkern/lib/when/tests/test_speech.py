"""How people talk: stories beside the wish, dialect, words heard wrongly; seen from the same Thursday as test_read."""

from datetime import date, datetime

import pytest

from stadtkern.lib.when import read

from .test_read import clock_of, days_of, wanted

DAYS = {
    # the month said once, at the end
    "vom achten bis zum zehnten April hab ich frei": "04-08..04-10",
    "der fünfte oder der sechste Mai": "05-05..05-06",
    "dä zweite oder dä vierte Mai": "05-02 05-04",
    "Termin 12. bis 14. 6.": "06-12..06-14",
    "zwischen dem 5. und dem 9. Juli": "07-05..07-09",
    "am 8. oder 9.": "03-08..03-09",
    "vom 29. bis 2. April": "03-29..04-02",
    # from when on, whatever else is told
    "Frühestens ab dem 12. April, über Ostern sind wir an der Nordsee": "04-12..",
    "nicht vor dem 6. April, über die Feiertage bin ich bei meiner Tochter": "04-06..",
    "nit vor em fuffzehnte April": "04-15..",
    "net vorm zwölften Mai": "05-12..",
    "nich eher als am 20. April": "04-20..",
    # stories
    "Wir sind über Pfingsten verreist": "",
    "Über Ostern sind wir weg, danach wäre gut": "03-30..",
    "Die Meldefrist ist der 30. April, ich könnte am Dienstag": "03-09",
    "Ich beginne im Mai in einer Kita und brauche das Zeugnis": "",
    "Sie arbeitet ab April im Imbiss": "",
    "Wir haben im Januar einen Sohn bekommen": "",
    "Ich bin im Februar hergezogen und komme am Mittwoch": "03-10",
    "Wir wollen im Juli heiraten, die Anmeldung gern ab dem 12. April": "04-12..",
    "Wir wollen im Juli heiraten": "07-01..07-31",
    "Wir wollen im Juli heiraten, am liebsten am 9.": "07-09",
    # heard or written by sound
    "am Dunnerschdaach": "03-11",
    "am Fridaach": "03-05",
    "am Mettwoch": "03-10",
    "Sunndaach": "03-07",
    "am Sonnabend": "03-06",
    "im Septemba": "09-01..09-30",
    "am Feiertag": "",
    "der Vortag": "",
    "mein Pass ist fertig": "",
}
CLOCKS = {
    "um sechse": "=18:00",
    "um achte": "=08:00",
    "nach viere": "16:00-",
    "halb neune": "=08:30",
    "bis um fünfe": "-17:00",
    "zwischen achte und zehne": "08:00-10:00",
    "öm zehn": "=10:00",
    "jejen neun": "08:30-09:30",
    "auf d'Nacht": "17:00-",
    "Ich suche jeden Abend einen Parkplatz, ginge es ab neun": "09:00-",
    "jeden Abend ab sechs kann ich": "18:00-",
}


@pytest.mark.parametrize("text", DAYS)
def test_days(text: str) -> None:
    assert days_of(text) == wanted(DAYS[text])


@pytest.mark.parametrize("text", CLOCKS)
def test_times_of_day(text: str) -> None:
    assert clock_of(text) == CLOCKS[text]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Donnerstag in zwei Wochen", date(2027, 3, 18)),
        ("Freitag in einer Woche", date(2027, 3, 12)),
        ("Mittwoch in zwei Wochen", date(2027, 3, 24)),
    ],
)
def test_a_weekday_in_some_weeks_counts_from_today(text: str, day: date) -> None:
    window = read(text, datetime(2027, 3, 4, 10), "NW").window
    assert (window.first, window.last()) == (day, day)
