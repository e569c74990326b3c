"""Every kind of expression, each with the days and times it means; seen from 4 March 2027, a Thursday, in NW."""

from datetime import date, datetime, time, timedelta

import pytest

from stadtkern.lib.when import read

NOW = datetime(2027, 3, 4, 10, 0)
DAYS = {  # days: first..last, several separated by blanks, "first.." open, "" any
    "am 8., sonst am 10. März": "03-08 03-10",
    "Montag wäre gut, notfalls Dienstag": "03-08 03-09",
    "Montag oder, wenn das nicht geht, Mittwoch": "03-08 03-10",
    "am liebsten Montag, gern auch Mittwoch": "03-08 03-10",
    "diesen oder nächsten Freitag": "03-05 03-12",
    "KW 14 oder 15": "04-05..04-18",
    "Ende Mai, Anfang Juni": "05-21..06-10",
    "Mitte bis Ende Mai": "05-11..05-31",
    "in zwei, drei Wochen": "03-18..03-25",
    "in frühestens zwei Wochen": "03-18..",
    "zwei Wochen vor Ostern": "03-12",
    "am 8. März oder einen Tag später": "03-08 03-09",
    "Ostern ist zu, dann am Tag danach": "03-30",
    "mein Ausweis gilt bis 20. März, also vorher": "03-04..03-19",
    "vom 10. bis 24. März sind wir weg, davor geht es": "03-04..03-09",
    "ab dem 15. März Nachtschicht, also bis dahin": "03-04..03-14",
    "bis Ostern": "03-04..03-25",
    "zwischen Ostern und Pfingsten": "03-30..05-15",
    "in der Woche nach Himmelfahrt": "05-10..05-16",
    "letzte Ferienwoche": "03-28..04-03",
    "erster Werktag im April": "04-01",
    "do o fr vorm": "03-05 03-11",
    "mo mi fr": "03-05 03-08 03-10",
    "10., 12. und 15. März": "03-10 03-12 03-15",
    "Mo 8.3. oder Di 9.3.": "03-08 03-09",
    "nächsten freien Termin, egal": "",
    "vor Monatsende": "03-04..03-31",
    "heute": "03-04",
    "heute noch": "03-04",
    "morgen": "03-05",
    "übermorgen": "03-06",
    "guten Morgen": "",
    "guten Tag, bis morgen dann": "03-04..03-05",
    "diese Woche": "03-04..03-07",
    "noch in dieser Woche": "03-04..03-07",
    "nächste Woche": "03-08..03-14",
    "kommende Woche": "03-08..03-14",
    "in der nächsten Woche": "03-08..03-14",
    "im Laufe der nächsten Woche": "03-08..03-14",
    "übernächste Woche": "03-15..03-21",
    "Anfang nächster Woche": "03-08..03-09",
    "Mitte nächster Woche": "03-09..03-11",
    "Ende nächster Woche": "03-11..03-12",
    "am Wochenende": "03-06..03-07",
    "nächstes Wochenende": "03-06..03-07",
    "übernächstes Wochenende": "03-13..03-14",
    "nächsten Monat": "04-01..04-30",
    "im nächsten Monat": "04-01..04-30",
    "diesen Monat noch": "03-04..03-31",
    "im Mai": "05-01..05-31",
    "im März": "03-04..03-31",
    "im Februar": "2028-02-01..2028-02-29",
    "Anfang März": "03-04..03-10",
    "Mitte Mai": "05-11..05-20",
    "Ende Mai": "05-21..05-31",
    "Ende des Monats": "03-21..03-31",
    "bis Monatsende": "03-04..03-31",
    "Anfang nächsten Monats": "04-01..04-10",
    "in 14 Tagen": "03-18",
    "in vierzehn Tagen": "03-18",
    "in zwei Wochen": "03-18",
    "in einer Woche": "03-11",
    "heute in acht Tagen": "03-11",
    "heute in einer Woche": "03-11",
    "morgen in einer Woche": "03-12",
    "Montag in einer Woche": "03-15",
    "Montag in acht Tagen": "03-15",
    "Dienstag in vierzehn Tagen": "03-23",
    "in zwei Wochen am Freitag": "03-19",
    "in einem Monat": "04-04",
    "in den nächsten zwei Wochen": "03-04..03-18",
    "innerhalb der nächsten zehn Tage": "03-04..03-14",
    "in den nächsten Tagen": "03-04..03-11",
    "binnen einer Woche": "03-04..03-11",
    "Montag": "03-08",
    "am Donnerstag": "03-11",
    "diesen Freitag": "03-05",
    "kommenden Freitag": "03-05",
    "nächsten Dienstag": "03-09",
    "übernächsten Dienstag": "03-16",
    "nächste Woche Dienstag": "03-09",
    "Dienstag nächster Woche": "03-09",
    "Dienstag oder Mittwoch nächster Woche": "03-09..03-10",
    "nächste Woche Dienstag oder Donnerstag": "03-09 03-11",
    "Montag oder Dienstag": "03-08..03-09",
    "Montag, Dienstag oder Mittwoch": "03-08..03-10",
    "von Montag bis Mittwoch": "03-08..03-10",
    "Montag bis Mittwoch": "03-08..03-10",
    "am 9.": "03-09",
    "am 3.": "04-03",
    "am dritten": "04-03",
    "am 3. Mai": "05-03",
    "am dritten Mai": "05-03",
    "dritten Mai": "05-03",
    "am dritten fünften": "05-03",
    "am ersten zwölften": "12-01",
    "am 3.5.": "05-03",
    "am 03.05.2027": "05-03",
    "am 3.5.27": "05-03",
    "am 2027-05-03": "05-03",
    "3 Mai": "05-03",
    "am einundzwanzigsten April": "04-21",
    "am 29. Februar": "2028-02-29",
    "Freitag, den 12. März": "03-12",
    "am Freitag dem zwölften": "03-12",
    "am 8. oder 9. März": "03-08..03-09",
    "am 8., 9. oder 10. März": "03-08..03-10",
    "zwischen dem 8. und 12. März": "03-08..03-12",
    "vom 8. bis zum 12. März": "03-08..03-12",
    "8.-12. März": "03-08..03-12",
    "vom 29. März bis 2. April": "03-29..04-02",
    "zwischen dem 29. März und dem 2. April": "03-29..04-02",
    "ab Montag": "03-08..",
    "ab morgen": "03-05..",
    "ab nächster Woche": "03-08..",
    "ab dem 15.": "03-15..",
    "ab Mai": "05-01..",
    "frühestens am Montag": "03-08..",
    "frühestens nächste Woche": "03-08..",
    "frühestens in zwei Wochen": "03-18..",
    "nicht vor Montag": "03-08..",
    "nicht vor dem 15. April": "04-15..",
    "erst nach dem 15.": "03-16..",
    "nach dem 15. April": "04-16..",
    "nach Ostern": "03-30..",
    "vor Ostern": "03-04..03-25",
    "an Ostern": "03-26..03-29",
    "am Gründonnerstag": "03-25",
    "am Dienstag nach Ostern": "03-30",
    "am Tag nach Himmelfahrt": "05-07",
    "in den Osterferien": "03-22..04-03",
    "nach den Osterferien": "04-04..",
    "vor den Osterferien": "03-04..03-21",
    "in den Sommerferien": "07-19..08-31",
    "in den Ferien": "03-22..04-03",
    "in den Herbstferien": "10-23..11-06",
    "in den Weihnachtsferien": "12-24..2028-01-08",
    "zwischen Weihnachten und Neujahr": "12-27..12-31",
    "zwischen den Jahren": "12-27..12-31",
    "vor Weihnachten": "03-04..12-23",
    "bis Freitag": "03-04..03-05",
    "spätestens am Freitag": "03-04..03-05",
    "bis spätestens nächsten Mittwoch": "03-04..03-10",
    "bis Ende März": "03-04..03-31",
    "bis zum 20.": "03-04..03-20",
    "in KW 12": "03-22..03-28",
    "in der 12. Kalenderwoche": "03-22..03-28",
    "in der Woche vom 15. März": "03-15..03-21",
    "in der Woche nach Ostern": "03-30..04-05",
    "am ersten Montag im April": "04-05",
    "letzten Freitag im April": "04-30",
    "in der ersten Aprilwoche": "04-01..04-07",
    "in der letzten Aprilwoche": "04-24..04-30",
    "erste Maihälfte": "05-01..05-15",
    "in der zweiten Hälfte April": "04-16..04-30",
    "im April, in der zweiten Hälfte": "04-16..04-30",
    "im August, aber erst ab dem 16.": "08-16..08-31",
    "nicht diese Woche": "03-08..",
    "nicht diese Woche, nächste erst": "03-08..03-14",
    "nicht im März, im April": "04-01..04-30",
    "diese oder nächste Woche": "03-04..03-14",
    "Am Dienstag, nein, lieber am Mittwoch": "03-10",
    "Dienstag, Quatsch, Mittwoch": "03-10",
    "nächste Woche, am liebsten Donnerstag": "03-11",
    "nächste Woche, nein, übernächste": "03-15..03-21",
    "heute geht nicht, morgen": "03-05",
    "Montag kann ich nicht, Dienstag ja": "03-09",
    "mein Ausweis läuft am 3. Mai ab": "",
    "seit letzter Woche ist er weg": "",
    "ich bin am 3. Mai 1960 geboren": "",
    "gestern verloren, morgen Zeit": "03-05",
    "vor zwei Wochen umgezogen": "",
    "mein Sohn wird im Mai 16": "",
    "meine dritte Mahnung": "",
    "Ausweis verloren morgen Termin": "03-05",
    "Ausweis gestohlen morgen um neun": "03-05",
    "Mein Pass läuft am 3. Mai ab, ich brauche vorher einen neuen": "03-04..05-02",
    "Ich ziehe am 1. April um, danach ummelden": "04-02..",
    "die nächsten drei Wochen": "03-04..03-25",
    "mo. oder di.": "03-08..03-09",
    "13. bis 15. Juli": "07-13..07-15",
    "13 bis 15 Juli": "07-13..07-15",
    "zum ersten Mal": "",
    "so bald wie möglich": "",
    "egal wann": "",
    "im Frühling": "03-04..05-31",
    "im Mai nächsten Jahres": "2028-05-01..2028-05-31",
    "Ende des Jahres": "11-01..12-31",
    "am Nikolaustag": "12-06",
    "am ersten Advent": "11-28",
    "an Pfingsten": "05-16..05-17",
    "am Tag der Deutschen Einheit": "10-03",
    "nächschde Woch am Dienschdag": "03-09",
    "Midwoch": "03-10",
    "heit oder moang": "03-04..03-05",
}
FILTERS = {  # weekdays that may be, 0 is Monday
    "nicht montags": {1, 2, 3, 4, 5, 6},
    "nicht am Montag": {1, 2, 3, 4, 5, 6},
    "außer Freitag": {0, 1, 2, 3, 5, 6},
    "jeden Tag außer Mittwoch und Freitag": {0, 1, 3, 5, 6},
    "dienstags oder donnerstags": {1, 3},
    "freitags": {4},
    "immer mittwochs": {2},
    "unter der Woche": {0, 1, 2, 3, 4},
    "montags bis donnerstags": {0, 1, 2, 3},
    "an einem Samstag": {5},
}
CLOCKS = {  # after, before, at
    "um 9": "=09:00",
    "um neun Uhr": "=09:00",
    "9 Uhr 30": "=09:30",
    "9.30 Uhr": "=09:30",
    "um 9:05": "=09:05",
    "siebzehn Uhr dreißig": "=17:30",
    "halb neun": "=08:30",
    "halb eins": "=12:30",
    "um halb drei": "=14:30",
    "viertel nach acht": "=08:15",
    "viertel vor neun": "=08:45",
    "dreiviertel neun": "=08:45",
    "viertel neun": "=08:15",
    "zehn nach acht": "=08:10",
    "fünf vor halb elf": "=10:25",
    "fünf nach halb zehn": "=09:35",
    "um drei": "=15:00",
    "morgens um sechs": "=06:00",
    "nachmittags um zwei": "=14:00",
    "abends um sieben": "=19:00",
    "punkt zehn": "=10:00",
    "um zwölf Uhr mittags": "=12:00",
    "ab 17 Uhr": "17:00-",
    "nach 16 Uhr": "16:00-",
    "ab halb fünf": "16:30-",
    "frühestens um zehn": "10:00-",
    "nicht vor zehn": "10:00-",
    "erst ab elf Uhr": "11:00-",
    "bis 12 Uhr": "-12:00",
    "vor zehn": "-10:00",
    "spätestens um 15 Uhr": "-15:00",
    "nicht nach 15 Uhr": "-15:00",
    "zwischen 9 und 11": "09:00-11:00",
    "zwischen neun und elf Uhr": "09:00-11:00",
    "von 14 bis 16 Uhr": "14:00-16:00",
    "14-16 Uhr": "14:00-16:00",
    "zwischen halb neun und zehn": "08:30-10:00",
    "zwischen elf und eins": "11:00-13:00",
    "gegen zehn": "09:30-10:30",
    "so um zehn rum": "09:30-10:30",
    "so gegen halb drei": "14:00-15:00",
    "kurz nach acht": "08:00-08:30",
    "vormittags": "-12:00",
    "am Vormittag": "-12:00",
    "am Nachmittag": "12:00-18:00",
    "mittags": "11:00-14:00",
    "morgens": "-10:00",
    "in der Früh": "-10:00",
    "am Morgen": "-10:00",
    "abends": "17:00-",
    "am späten Nachmittag": "15:00-18:00",
    "nach Feierabend": "17:00-",
    "nach der Arbeit": "17:00-",
    "nicht vormittags": "12:00-",
    "nachmittags ab drei": "15:00-18:00",
    "vormittags zwischen zehn und elf": "10:00-11:00",
    "lieber nachmittags als vormittags": "12:00-18:00",
    "um drei, nein um vier": "=16:00",
    "für 3 Personen": "",
    "drei Ausweise": "",
    "ich bin 72": "",
    "in 3 Tagen": "",
}
BOTH = {
    "übermorgen Nachmittag": ("03-06", "12:00-18:00"),
    "Dienstagnachmittag um halb drei": ("03-09", "=14:30"),
    "morgen früh": ("03-05", "-10:00"),
    "heute Abend": ("03-04", "17:00-"),
    "heute Morgen": ("03-04", "-10:00"),
    "Montag Morgen um acht": ("03-08", "=08:00"),
    "Mittwoch neun Uhr": ("03-10", "=09:00"),
    "Mittwoch um neun": ("03-10", "=09:00"),
    "am 9. um 10": ("03-09", "=10:00"),
    "am 9.3. um 10.30 Uhr": ("03-09", "=10:30"),
    "nächste Woche zwischen neun und elf": ("03-08..03-14", "09:00-11:00"),
    "nächsten Donnerstag gegen vier": ("03-11", "15:30-16:30"),
    "Freitagvormittag": ("03-05", "-12:00"),
    "in drei Wochen um zehn": ("03-25", "=10:00"),
    "am dritten Mai siebzehn Uhr dreißig": ("05-03", "=17:30"),
    "zehn Uhr am zwölften": ("03-12", "=10:00"),
    "Di 9.3. 14 Uhr": ("03-09", "=14:00"),
}


def wanted(label: str) -> set[date]:
    spans = []
    for part in label.split():
        first, _, last = part.partition("..")
        last = last or ("9999-12-31" if ".." in part else first)
        spans.append([date.fromisoformat(one if len(one) > 5 else f"2027-{one}") for one in (first, last)])
    return {day for day in horizon() if not spans or any(first <= day <= last for first, last in spans)}


def horizon() -> list[date]:
    return [NOW.date() + timedelta(days=number) for number in range(800)]


def days_of(text: str) -> set[date]:
    window = read(text, NOW, "NW").window
    return {day for day in horizon() if window.allows(day)}


def clock_of(text: str) -> str:
    clock = read(text, NOW, "NW").window.clock
    told = [f"{one:%H:%M}" if one else "" for one in (clock.after, clock.before)]
    return f"={clock.at:%H:%M}" if clock.at else "-".join(told) if any(told) else ""


@pytest.mark.parametrize("text", DAYS)
def test_days(text: str) -> None:
    assert days_of(text) == wanted(DAYS[text])


@pytest.mark.parametrize("text", FILTERS)
def test_weekdays(text: str) -> None:
    assert days_of(text) == {day for day in horizon() if day.weekday() in FILTERS[text]}


@pytest.mark.parametrize("text", CLOCKS)
def test_times_of_day(text: str) -> None:
    assert clock_of(text) == CLOCKS[text]


@pytest.mark.parametrize("text", BOTH)
def test_days_with_times(text: str) -> None:
    assert (days_of(text), clock_of(text)) == (wanted(BOTH[text][0]), BOTH[text][1])


def test_the_holidays_are_those_of_the_land() -> None:
    assert read("in den Osterferien", NOW, "NW").window.first == date(2027, 3, 22)
    window = read("in den Osterferien", NOW, "BW").window  # nobody has entered them
    assert not window.spans and "Ferien" in window.notes[0]


def test_beyond_the_known_holidays_it_says_so() -> None:
    window = read("in den Osterferien", datetime(2031, 1, 1), "NW").window
    assert not window.spans and "Ferien" in window.notes[0]


def test_the_sentence_without_its_times_is_left_for_the_rest() -> None:
    rest = read("Ich brauche übermorgen um halb neun einen Termin für drei Ausweise", NOW, "NW").rest
    assert rest == "Ich brauche einen Termin für drei Ausweise"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0",
        "9" * 400,
        "am 99.99.9999",
        "in 999999999 Tagen",
        "um 77 Uhr 99",
        "31. Februar",
        "am 0.",
        "..",
        "²½ﷺ٣",
        "a" * 10_000,
        "am " * 300,
    ],
)
def test_odd_text_breaks_nothing(text: str) -> None:
    window = read(text, NOW, "NW").window
    assert all(span.first <= span.last for span in window.spans)


def test_a_window_knows_its_ends() -> None:
    window = read("nach Ostern", NOW, "NW").window
    assert (window.first, window.last(30)) == (date(2027, 3, 30), date(2027, 4, 29))
    assert len(list(read("nächste Woche, nicht montags", NOW, "NW").window.days())) == 6
    assert read("um 9", NOW, "NW").window.clock.allows(time(9))
