"""Sentences of every family the grammar knows, invented, and what they mean; see `kite` for the form."""

import re

import pytest

from stadtkern.lib.forms.rules.model import State

from .kite import compiled, meaning, short


def ids(text: str) -> str:
    """`F1` stands for the long id."""
    return re.sub(r"\b([FG])(\d{1,2})\b", lambda m: f"{m.group(1)}9990000{int(m.group(2)):04d}", text)


MUST = [("require", ["F6"], "true(F2)")]
SHOWN = [("show", ["F6"], "true(F2)")]
STRONG = [("require", ["F6"], "F1='002'")]

CONDITIONAL = {
    'Wenn F2 "Mit Licht" = "wahr", dann muss F6 "Begründung" befüllt werden.': MUST,
    "WENN F2 = JA, DANN ist F6 ein Pflichtfeld": MUST,
    'Falls das Feld F2 "Mit Licht" === "Ja" ist, dann ist das Feld F6 auszufüllen.': MUST,
    "Sofern F2 gleich wahr ist, so ist das Feld F6 verpflichtend anzugeben.": MUST,
    "Ist F2 = wahr, muss F6 befüllt werden.": MUST,
    "Bei F2 = wahr ist F6 ein Pflichtfeld.": MUST,
    "Wenn F2 == true dann F6 = Pflichtfeld.": MUST,
    "WENN F2 = 'Ja' DANN F6 != leer": MUST,
    'Das Feld "Begründung" muss befüllt werden, wenn das Feld "Mit Licht" den Wert "wahr" hat.': MUST,
    "F6 ist ein Pflichtfeld bei F2 = wahr.": MUST,
    "Das Feld F6 ist nur anzuzeigen, wenn im Feld F2 „Ja“ ausgewählt wurde.": SHOWN,
    "Das Feld F6 ist nur auszufüllen, wenn F2 = Ja.": [*SHOWN, *MUST],
    "F6 ist ein Pflichtfeld, wenn F2 mit „Ja“ belegt ist.": MUST,
    "F6 ist nur dann Pflicht, wenn F2 mit ja beantwortet wird.": MUST,
    "Wenn F2 = wahr, dann ist F6 ein Pflichtfeld, ansonsten ist das Feld optional.": MUST,
    "WENN F2 = Ja DANN aktiviere F6. WENN F2 = Nein DANN deaktiviere F6.": SHOWN,
    "Wenn F2 = Ja, dann zeige F6 Begründung, ansonsten nicht.": SHOWN,
    'Wenn F2 Mit Licht === "Ja", dann zeige F6 Begründung an, wenn F2 Mit Licht <> "Ja", dann blende F6 Begründung aus.': SHOWN,
    'Wenn F2 = "Ja" zeige F6 an, bei <> "Ja" zeige F6 nicht an.': SHOWN,
    "Zeige F6 nur an, wenn F2 = wahr.": SHOWN,
    "F6 darf nur befüllt werden, wenn F2 = wahr.": SHOWN,
    "Nur wenn F2 = wahr, darf F6 angezeigt werden.": SHOWN,
    "Das Feld F6 wird nur angezeigt, wenn im Feld F2 die Auswahl Ja getroffen wurde.": SHOWN,
    "Wenn F2 = wahr, dann erscheint F6 und muss befüllt werden.": SHOWN + MUST,
    "WENN F2 = WAHR, DANN zeige als Pflicht F6 Begründung an, SONST zeige F6 Begründung nicht an.": SHOWN + MUST,
    "Wenn F2 = wahr, dann muss F6 befüllt werden. Wenn F2 <> wahr, dann darf F6 nicht befüllt werden.": [
        ("require+", ["F6"], "true(F2)")
    ],
    "Wenn F2 = falsch, dann darf F6 nicht angezeigt werden.": [("forbid", ["F6"], "F2=False")],
    "Wenn F2 != wahr, ist F6 auszublenden.": [("forbid", ["F6"], "!true(F2)")],
    "Wenn F2 = wahr, dann muss F6 als Pflichtfeld angezeigt UND F12 ausgeblendet werden.": [
        *SHOWN,
        *MUST,
        ("forbid", ["F12"], "true(F2)"),
    ],
    "WENN F2 = Ja, DANN aktiviere F6 UND mache es zu einer Pflichtangabe UND deaktiviere F12.": [
        *SHOWN,
        *MUST,
        ("forbid", ["F12"], "true(F2)"),
    ],
    "Wenn F2 = wahr, dann muss F6 befüllt werden. Die beiden anderen Felder F12 und F14 dürfen dann nicht befüllt werden.": [
        *MUST,
        ("forbid", ["F12"], "true(F2)"),
        ("forbid", ["F14"], "true(F2)"),
    ],
    "Wenn F2 = Ja, dann zeige F6 Begründung als Pflichtfeld und F10 Hinweis an.": [
        *SHOWN,
        *MUST,
        ("show", ["F10"], "true(F2)"),
    ],
}

CODES = {
    'Wenn F1 "Wind" = 002 "stark", dann muss F6 befüllt werden.': STRONG,
    "Wenn F1 = 002 - stark, dann muss F6 befüllt werden.": STRONG,
    "Wenn in Feld F1 'Wind' Auswahl=02, dann muss F6 befüllt werden.": STRONG,
    'Wenn F1 Wind == "002 stark", dann muss F6 befüllt werden.': STRONG,
    'Wenn F1 = "stark", dann muss F6 befüllt werden.': STRONG,
    'Wenn F1 mit dem Code "002" belegt ist, dann muss F6 befüllt werden.': STRONG,
    'Wenn F1 "Wind den Wert 002 hat, dann muss F6 befüllt werden.': STRONG,
    'Wenn F8 = "Ja", dann muss F6 befüllt werden.': [("require", ["F6"], "F8='1'")],
    'Wenn F1 = 002 "stark" ODER = 003 "Sturm", dann muss F6 befüllt werden.': [("require", ["F6"], "F1 in ['002', '003']")],
    "Wenn F1 = (002 ODER 003), dann muss F6 befüllt werden.": [("require", ["F6"], "F1 in ['002', '003']")],
    'Wenn F1 <> 002 "stark" UND <> 003 "Sturm", dann darf F6 nicht befüllt werden.': [
        ("forbid", ["F6"], "!F1 in ['002', '003']")
    ],
    'Wenn F1 Auswahl = 02 "stark ODER 03 "Sturm", dann muss F6 befüllt werden.': [("require", ["F6"], "F1 in ['002', '003']")],
    "Wenn F1 in (002, 003), dann muss F6 befüllt werden.": [("require", ["F6"], "F1 in ['002', '003']")],
    "Wenn F1 nicht den Wert 001 hat, dann muss F6 befüllt werden.": [("require", ["F6"], "!F1='001'")],
    "Wenn F1 = alle anderen Ausprägungen, dann muss F6 befüllt werden. Wenn F1 = 001, dann ist F6 ein optionales Feld.": [
        ("require", ["F6"], "(!is_empty(F1) and !F1='001')")
    ],
    "Wenn in F9 eine Rechtsform ausgewählt wird, deren Code im Bereich >= 200000 bis < 300000 liegt, ist F6 Pflicht.": [
        ("require", ["F6"], "F9 in [['200000', '299999']]")
    ],
    "Wenn F9 = 110000 bis 119999 oder 240000, dann muss F6 befüllt werden.": [
        ("require", ["F6"], "(F9 in [['110000', '119999']] or F9='240000')")
    ],
    'Wenn F9 = 411000 "e.K., e.Kfm.", dann muss F6 befüllt werden.': [("require", ["F6"], "F9 in ['411000', 'e.K., e.Kfm.']")],
    "Wenn F11 001 enthält, dann muss F6 befüllt werden.": [("require", ["F6"], "F11='001'")],
    "Wenn F2 = wahr, dann muss F1 befüllt werden, wobei nur die Codes 001 oder 002 ausgewählt werden dürfen.": [
        ("require", ["F1"], "true(F2)"),
        ("valid", ["F1"], "(!true(F2) or is_empty(F1) or F1 in ['001', '002'])"),
    ],
    "In F1 dürfen nur die Codes 001 und 002 ausgewählt werden.": [("valid", ["F1"], "(is_empty(F1) or F1 in ['001', '002'])")],
}

COMBINED = {
    "Wenn F1 = 001 UND F2 = falsch, dann darf F6 nicht befüllt werden.": [("forbid", ["F6"], "(F1='001' and F2=False)")],
    "Wenn (F1 = 001 ODER F3 > 5) UND F2 = wahr, dann muss F6 befüllt werden.": [
        ("require", ["F6"], "((F1='001' or 5<F3) and true(F2))")
    ],
    'Wenn eines der folgenden Felder F2, F14 mit "Ja" belegt ist, dann muss F6 befüllt werden.': [
        ("require", ["F6"], "(true(F2) or true(F14))")
    ],
    "Wenn beide Felder F2 und F14 = wahr sind, dann muss F6 befüllt werden.": [("require", ["F6"], "(true(F2) and true(F14))")],
    "Wenn weder F22 noch F23 befüllt ist, muss F6 befüllt werden.": [("require", ["F6"], "(is_empty(F22) and is_empty(F23))")],
    "Sind F22 und F23 leer, muss F6 befüllt werden.": [("require", ["F6"], "(is_empty(F22) and is_empty(F23))")],
    "Wenn F22 nicht leer, dann darf F23 nicht leer sein.": [("require", ["F23"], "!is_empty(F22)")],
    "Wenn in F22 kein Eintrag vorgenommen wurde, ist F23 ein Pflichtfeld.": [("require", ["F23"], "is_empty(F22)")],
    "Wenn die Gruppe G4 befüllt ist, darf die Gruppe G5 nicht befüllt werden.": [("forbid", ["G5"], "!is_empty(G4)")],
}

NUMBERS = {
    "Wenn F3 > 100, dann muss F6 befüllt werden.": [("require", ["F6"], "100<F3")],
    "Wenn F3 mindestens 18 beträgt, dann muss F6 befüllt werden.": [("require", ["F6"], "18<=F3")],
    "Wenn F3 kleiner als 5 ist, dann muss F6 befüllt werden.": [("require", ["F6"], "F3<5")],
    "Wenn F7 > 100,50 Euro, dann muss F6 befüllt werden.": [("require", ["F6"], "10050<F7")],
    "Wenn F4 vor dem 01.01.2020 liegt, dann muss F6 befüllt werden.": [("require", ["F6"], "F4<'2020-01-01'")],
    "WENN G3 Geburtsdatum = < 18 Jahre, DANN ist F6 Pflicht.": [("require", ["F6"], "age([F31 F32 F33])<18")],
    "Der Wert in F3 darf nicht größer als 50 sein.": [("valid", ["F3"], "!50<F3")],
    "F3 muss zwischen 1 und 50 liegen.": [("valid", ["F3"], "(1<=F3 and F3<=50)")],
}

CHECKS = {
    "Es muss mindestens eines der Felder F22 oder F23 befüllt sein.": "(!is_empty(F22) or !is_empty(F23))",
    "F22 oder F23 muss befüllt sein.": "(!is_empty(F22) or !is_empty(F23))",
    "Genau eines der Felder F22 oder F23 muss befüllt sein.": "(!is_empty(F22) xor !is_empty(F23))",
    "Es muss entweder F22 oder F23 befüllt werden.": "(!is_empty(F22) xor !is_empty(F23))",
    "Entweder muss G4 oder G5 befüllt sein.": "(!is_empty(G4) xor !is_empty(G5))",
    "Höchstens eines der Felder F22 oder F23 darf befüllt sein.": "!(!is_empty(F22) and !is_empty(F23))",
    "Die Felder F22 und F23 dürfen nicht gleichzeitig befüllt sein.": "!(!is_empty(F22) and !is_empty(F23))",
    "Es dürfen nicht beide Felder F22 und F23 befüllt sein.": "!(!is_empty(F22) and !is_empty(F23))",
    'Mindestens eines der Felder F2 oder F14 muss den Wert "wahr" haben.': (
        "((!is_empty(F2) and true(F2)) or (!is_empty(F14) and true(F14)))"
    ),
    "Das Datum im Feld F4 muss zeitlich vor dem Datum in Feld F5 liegen.": "(is_empty(F4) or is_empty(F5) or F4<F5)",
    "F4 <= F5": "(is_empty(F4) or is_empty(F5) or F4<=F5)",
    "Das Datum in Feld F4 darf nicht in der Zukunft liegen.": "!today(0)<F4",
    "F4 muss in der Vergangenheit liegen.": "(is_empty(F4) or F4<today(0))",
    "Der Wert in F13 gibt an, wie oft die Gruppe G6 befüllt werden muss.": "(is_empty(F13) or count(G6)=F13)",
    "Die Gruppe G6 muss mindestens zweimal befüllt werden.": "2<=count(G6)",
}


@pytest.mark.parametrize(("text", "expected"), [*{**CONDITIONAL, **CODES, **COMBINED, **NUMBERS}.items()])
def test_a_sentence_means(text: str, expected: list[object]) -> None:
    assert meaning(ids(text)) == expected


@pytest.mark.parametrize(("text", "expected"), CHECKS.items())
def test_a_check_means(text: str, expected: str) -> None:
    (clause,) = compiled(ids(text)).clauses
    assert (clause.effect, short(clause.condition)) == ("valid", expected)
    assert clause.message.endswith(".") and "!" not in clause.message


def test_a_date_of_three_parts_must_exist() -> None:
    text = (
        "Wenn alle drei Felder F31, F32 und F33 befüllt sind, muss die Validität des sich ergebenden Kalenderdatums "
        "sichergestellt werden. D.h. es muss z.B. der 30.02.2019 verhindert werden."
    )
    (clause,) = compiled(ids(text)).clauses
    assert clause.targets[0].endswith("F99900000031") and "real_date" in short(clause.condition)


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        'F1 ist mit 001 "schwach" vorzubefüllen und in der Antragsstrecke auszublenden.': [("set* 001", ["F1"], "always")],
        "Das Feld F1 wird mit 02= stark vorbefüllt und ausgeblendet.": [("set* 002", ["F1"], "always")],
        "Wenn F2 = wahr, dann setze F1 auf 002.": [("set 002", ["F1"], "true(F2)")],
        "Wenn F2 = wahr, dann ist F1 mit 001 vorzubefüllen und auszublenden. Wenn F2 <> wahr, dann wird F1 ausgeblendet.": [
            ("set+* 001", ["F1"], "true(F2)")
        ],
    }.items(),
)
def test_values_are_set(text: str, expected: list[object]) -> None:
    assert meaning(ids(text)) == expected


def test_the_states_of_a_union_come_from_the_sentence_that_lists_them() -> None:
    text = (
        "Wenn in F43 ein Staat gewählt wird, der nicht zur EU gehört, dann ist F6 zu befüllen. "
        "Die Mitgliedstaaten sind: 124 Belgien, 125 Bulgarien, 000 Deutschland und 129 Frankreich."
    )
    ((effect, targets, held),) = meaning(ids(text))
    assert (effect, targets) == ("require", ["F6"])
    assert held.startswith("(!is_empty(F43) and !F43 in ['124', 'Belgien'") and "'Frankreich'" in held


def test_dieses_feld_is_the_one_that_carries_the_rule() -> None:
    field, group = "G99900000001/F99900000006", "G99900000001/G99900000004"
    own = "Dieses Feld ist ein Pflichtfeld, wenn F2 = wahr."
    assert [clause.targets for clause in compiled(ids(own), bearer=field).clauses] == [(field,)]
    assert compiled(ids(own), bearer=group).state is State.OPEN
    (clause,) = compiled(ids("Die Gruppe ist auszublenden, wenn F2 = falsch."), bearer=group).clauses
    assert (clause.effect, clause.targets) == ("forbid", (group,))
