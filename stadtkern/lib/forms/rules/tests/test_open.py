"""What must not compile: sentences that are half understood, contradict themselves or name what the form has not."""

import pytest

from stadtkern.lib.forms.rules.model import State

from .kite import compiled
from .test_german import ids

OPEN = {
    "Wenn es regnet, dann muss F6 befüllt werden.": "es regnet",
    "Wenn F2 = wahr, dann muss F6 unverzüglich befüllt werden.": "unverzüglich",
    "Wenn F2 = wahr, dann muss F6 Begründung spätestens nach drei Tagen befüllt werden.": "spätestens",
    "Wenn F2 = wahr, dann muss F6 befüllt werden und es gilt das Gesetz.": "gilt das Gesetz",
    "Wenn F2 = wahr, dann prüft die Behörde F6.": "prüft",
    "Wenn F2 = wahr, dann muss F99 befüllt werden.": "gibt es in diesem Formular nicht",
    "Wenn F98 = wahr, dann muss F6 befüllt werden.": "gibt es in diesem Formular nicht",
    "Wenn F1 = 009, dann muss F6 befüllt werden.": "keine Auswahl",
    'Wenn F1 = 001 "stark", dann muss F6 befüllt werden.': "passen nicht zusammen",
    "Wenn F2 = 007, dann muss F6 befüllt werden.": "Ja oder Nein",
    "Wenn F3 = wahr, dann muss F6 befüllt werden.": "eine Zahl",
    "Wenn F6 > 5, dann muss F12 befüllt werden.": "lässt sich nicht",
    "Wenn F4 = 17, dann muss F6 befüllt werden.": "lässt sich nicht",
    "Das Datum in F4 muss vor dem Datum in F3 liegen.": "nicht vergleichen",
    "Wenn G4 = 001, dann muss F6 befüllt werden.": "keinen Wert",
    "Wenn F10 = wahr, dann muss F6 befüllt werden.": "keinen Wert",
    "Wenn F1 = 001 und F2 = wahr oder F3 > 3, dann muss F6 befüllt werden.": "gemischt",
    "Wenn F2 = wahr, dann muss F6 befüllt werden. Wenn F2 = wahr, dann darf F6 nicht befüllt werden.": "widerspricht sich",
    'Wenn F2 = "Ja", dann zeige F6 an, bei <> "Nein" blende F6 aus.': "widerspricht sich",
    "Wenn F11 = 001, dann zeige F6. Wenn F11 = 002, dann blende F6 aus.": "widerspricht sich",
    "Wenn F1 <> 001 ODER <> 002, dann muss F6 befüllt werden.": "trifft immer zu",
    "Wenn F1 = 001 UND = 002, dann muss F6 befüllt werden.": "nie zutreffen",
    "Wenn in F9 ein Code im Bereich < 400000 und >= 500000 liegt, dann muss F6 befüllt werden.": "",
    "F6 darf befüllt werden.": "„darf“",
    "Wenn F2 = wahr, dann darf F6 ausgeblendet sein.": "bleibt offen",
    "F1 ist mit 001 vorzubefüllen.": "Vorgaben",
    "Wenn F2 = wahr, dann ist G6 erneut anzuzeigen.": "Wiederholungen",
    "Falls keiner der genannten Codes ausgewählt wurde, dann ist F6 auszublenden.": "davor",
    "Wenn in F43 ein EU-Staat gewählt wird, dann muss F6 befüllt werden.": "Welche Staaten",
    "Wenn F2 = wahr, dann zeige F6 oder F12 an.": "welches",
    "Es muss mindestens eines der Felder F22 oder F23 befüllt sein.\nsonst": "",
    "F6 ist Pflicht.\nsonst": "",
    "sonst": "",
    "Wenn F2 = wahr, dann F6 nicht != leer": "",
    "bei <> 001": "",
    "Wenn F2 = wahr": "",
    "Wenn F2 = wahr, dann": "",
    "F6": "",
    "": "",
    "Die Behörde prüft den Antrag.": "",
    "(((((((((((((((((((": "",
    "Wenn " * 3000: "",
    "F6 " * 9000: "länger als",
    "Wenn F2 = wahr, dann muss F6 befüllt werden\x00 nicht.": "",
}


@pytest.mark.parametrize(("text", "why"), OPEN.items(), ids=[text[:40] for text in OPEN])
def test_stays_open(text: str, why: str) -> None:
    rule = compiled(ids(text))
    assert rule.state is State.OPEN and not rule.clauses
    assert rule.why and why in rule.why


def test_the_same_element_twice_at_one_depth_is_not_guessed() -> None:
    assert "mehreren Stellen" in compiled(ids("Wenn F2 = wahr, dann muss F41 befüllt werden.")).why
    assert compiled(ids("Wenn F2 = wahr, dann muss G4.F41 befüllt werden.")).state is State.COMPILED
    assert compiled(ids("Wenn F42 befüllt ist, dann muss F41 befüllt werden."), bearer="G99900000001/G99900000004").clauses


def test_a_remark_is_a_note_and_nothing_that_demands_is() -> None:
    assert compiled("Hinweis: Die Angabe dient der Statistik.").state is State.NOTE
    assert compiled("Hinweis: Die Angabe muss der Statistik dienen.").state is State.OPEN
    assert compiled("Die Angabe dient der Statistik.").state is State.OPEN
