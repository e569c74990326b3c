"""Slots besides time, confidence, negation, words a recogniser broke; the command for programs."""

import json
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command

from stadtkern.kernel.voice.understanding import slots
from stadtkern.kernel.voice.understanding.dialect import verbs, written
from stadtkern.kernel.voice.understanding.intent import without_denied
from stadtkern.kernel.voice.understanding.wish import Understanding, understand
from stadtkern.lib.phonetic import sound_of

from .corpus import ear

NOW = datetime(2026, 12, 1, 9, 15)
PLACES = [("mitte", "Bürgeramt Mitte"), ("nord", "Bürgeramt Nord"), ("standesamt", "Standesamt")]


def of(text: str) -> Understanding:
    return understand(text, now=NOW, land="NW", ear=ear(), places=PLACES)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("für mich und meine zwei Kinder", 3),
        ("zu dritt", 3),
        ("wir sind zu viert", 4),
        ("für 3 Personen", 3),
        ("meine Frau und ich", 2),
        ("für mich und meinen Mann", 2),
        ("drei Ausweise", 3),
        ("für uns beide", 2),
        ("für meine drei Kinder", 3),
        ("wir sind fünf", 5),
        ("für mich, meine Frau und unsere zwei Töchter", 4),
        ("Ausweis", None),
        ("ich bin 72", None),
        ("ich habe zwei Hunde", None),
        ("mein Sohn ist 16", None),
        ("999 Personen", None),
    ],
)
def test_how_many_come(text: str, count: int | None) -> None:
    assert slots.persons(text) == count


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("am Telefon bitte", "phone"),
        ("können Sie mich anrufen, rufen Sie mich zurück", "phone"),
        ("per Video", "video"),
        ("Videotermin", "video"),
        ("persönlich am Schalter", "desk"),
        ("ich rufe an wegen", ""),
        ("Telefon gefunden", ""),
        ("bitte nicht per Video", ""),
    ],
)
def test_how_they_want_to_be_served(text: str, channel: str) -> None:
    assert slots.channel(text) == channel


@pytest.mark.parametrize(
    ("text", "places"),
    [("im Bürgeramt Nord", ("nord",)), ("in Mitte", ("mitte",)), ("egal wo", ()), ("irgendein Bürgeramt", ()), ("Ausweis", ())],
)
def test_where(text: str, places: tuple[str, ...]) -> None:
    assert slots.places(text, PLACES) == places


def test_everything_of_one_sentence() -> None:
    said = of("Für mich und meine zwei Kinder brauche ich Reisepässe, übermorgen Nachmittag ab 15 Uhr im Bürgeramt Nord")
    assert said.target and said.target.matter == "reisepass"
    assert (said.persons, said.places) == (3, ("nord",))
    assert said.words(["Bürgeramt Nord"]) == [
        "Reisepass beantragen",
        "am Donnerstag, 3. Dezember, zwischen 15 Uhr und 18 Uhr",
        "für 3 Personen",
        "Ort: Bürgeramt Nord",
    ]


def test_the_plain_wish_is_understood_without_asking_back() -> None:
    said = of("Ich brauche nächste Woche einen Termin für meinen neuen Ausweis")
    assert said.sure and said.services[0] == "personalausweis"
    assert of("Mein Ausweis ist fertig, kann ich ihn abholen?").services[0] == "ausweis_abholung"
    assert of("nächste Woche Dienstag oder Donnerstag").words() == ["am Dienstag, 8. Dezember oder am Donnerstag, 10. Dezember"]


def test_what_is_denied_is_not_meant() -> None:
    said = of("Nicht den Reisepass, den Personalausweis")
    assert said.target and said.target.matter == "personalausweis"
    assert without_denied("keinen Reisepass") == "keinen Reisepass"


@pytest.mark.parametrize(
    ("heard", "matter"),
    [
        ("Personal aus weiß beantragen", "personalausweis"),
        ("reise bass", "reisepass"),
        ("führer schein umtauchen", "fuehrerschein_umtausch"),
        ("melde bescheinigung", "meldebescheinigung"),
        ("Sulassung Auto", "kfz_zulassung"),
    ],
)
def test_misheard_words_still_sound_right(heard: str, matter: str) -> None:
    assert matter in of(heard).services


@pytest.mark.parametrize(
    ("said", "matter"),
    [
        ("Den Wagen hat der Schrotthändler, jetzt soll er abgemeldet werden", "kfz_abmeldung"),
        ("Mein Roller wird stillgelegt", "kfz_abmeldung"),
        ("Das Wohnmobil ist da und soll zugelassen werden", "kfz_zulassung"),
        ("Unser Dackel ist gestorben, was wird aus der Hundesteuer", "hundesteuer_abmelden"),
        ("Der Reisepass liegt bereit, ich will ihn holen", "ausweis_abholung"),
        ("Heiraten, und zwar an einem Sonnabend", "trauung_samstag"),
        ("Einen Parkausweis für den Rollstuhlfahrer", "parkausweis_schwerbehinderung"),
    ],
)
def test_one_word_decides_between_things_that_share_their_names(said: str, matter: str) -> None:
    assert of(said).services[0] == matter


@pytest.mark.parametrize(
    ("spoken", "meant"),
    [
        ("abjemeldet", "abgemeldet"),
        ("umjezogen", "umgezogen"),
        ("afjelaufe", "abgelaufen"),
        ("Hundche", "Hundchen"),
        ("heirate", "heiraten"),
        ("Führungszeuchnis", "Führungszeugnis"),
        ("jetzt jede Woche jemand", "jetzt jede Woche jemand"),
        ("Gewerbe und Projekt im Januar", "Gewerbe und Projekt im Januar"),
        ("Jens, Jenny und Jeans", "Jens, Jenny und Jeans"),
    ],
)
def test_dialect_is_put_back_as_it_is_written(spoken: str, meant: str) -> None:
    assert written(spoken) == meant


def test_what_the_city_offers_stands_before_an_entry_of_the_directory() -> None:
    for said in (
        "Mein Vermieter möchte sehen, dass ich hier gemeldet bin",
        "Ich jobbe bald in einer Pizzeria und brauche die Belehrung",
    ):
        assert of(said).guesses[0].target.kind != "entry"


def test_nothing_is_made_of_nothing() -> None:
    for text in ("", "hm", "Guten Tag", "asdf qwertz", "Termin", "\0"):
        assert not of(text).sure
    assert of("Personalausweis").sure


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("Wikipedia", "3412"),
        ("Müller", "657"),
        ("Mueller", "657"),
        ("Pass", "18"),
        ("Bas", "18"),
        ("", ""),
        ("42", ""),
        ("Lüdenscheidt", "52682"),
    ],
)
def test_sounds_of_words(word: str, code: str) -> None:
    assert sound_of(word) == code


def test_the_command_tells_it_to_programs(open_hall: object) -> None:
    out = StringIO()
    call_command("understand", "Personalausweis nächste Woche ab 17 Uhr zu zweit", now="2026-12-01T09:15", stdout=out)
    told = json.loads(out.getvalue())
    assert told["days"] == [["2026-12-07", "2026-12-13"]] and told["after"] == "17:00" and told["persons"] == 2
    assert any("ausweis" in service["key"] for service in told["services"])


def test_forms_of_a_verb_mean_the_verb() -> None:
    assert verbs("Wohnung angemeldet, Mofa abzumelden, Pass beantragt") == "Wohnung anmelden, Mofa abmelden, Pass beantragen"
    assert "ummeldung" in of("Die Wohnung muss angemeldet werden").services
