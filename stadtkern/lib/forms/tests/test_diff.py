"""What changed between two versions, told to the people who work with the form."""

from dataclasses import replace

from stadtkern.lib.forms.diff import differences
from stadtkern.lib.forms.model import Field, Form, Group, Kind, Option, Step
from stadtkern.lib.forms.rules.model import Rule

COLOURS = (Option("1", "rot"), Option("2", "grün"))
NAME = Field("F1", "Rufname", Kind.TEXT, max_length=20)
HEADS = Field("F2", "Köpfe", Kind.NUMBER, min_value=1)
COLOUR = Field("F3", "Farbe", Kind.CHOICE, minimum=0, options=COLOURS)


def form(*elements, rules=()):
    return Form("Drachen", (Step("G1", "Drache", (Group("G1", "Drache", tuple(elements)),)),), rules=tuple(rules))


def told(old, new):
    return [(one.kind, one.text) for one in differences(old, new)]


def test_equal_forms_do_not_differ():
    assert differences(form(NAME, HEADS), form(NAME, HEADS)) == []


def test_added_removed_and_renamed():
    assert told(form(NAME, HEADS), form(replace(NAME, label="Name"), COLOUR)) == [
        ("added", "Frage „Drache › Farbe“ (Auswahl, freiwillig)."),
        ("removed", "Frage „Drache › Köpfe“ (ganze Zahl, Pflicht)."),
        ("renamed", "„Drache › Rufname“ heißt jetzt „Name“."),
    ]


def test_amount_limits_options_and_help():
    new = form(
        replace(NAME, max_length=30, help="Wie er gerufen wird"),
        replace(HEADS, minimum=0, maximum=None),
        replace(COLOUR, options=(Option("1", "dunkelrot"), Option("3", "blau"))),
    )
    assert told(form(NAME, HEADS, COLOUR), new) == [
        ("amount", "„Drache › Köpfe“: freiwillig, beliebig oft, bisher Pflicht."),
        ("limits", "„Drache › Rufname“, höchstens Zeichen: 30, bisher 20."),
        ("options", "„Drache › Farbe“: neu: blau; weggefallen: grün; anders benannt: rot → dunkelrot."),
        ("help", "„Drache › Rufname“: „Wie er gerufen wird“, bisher kein Hilfetext."),
    ]


def test_a_question_that_moved_into_a_group_is_not_new():
    new = form(HEADS, Group("G2", "Aussehen", (replace(NAME, max_length=30),)))
    assert told(form(NAME, HEADS), new) == [
        ("added", "Gruppe „Drache › Aussehen“ mit 1 Frage."),
        ("moved", "„Drache › Rufname“ steht jetzt unter „Drache › Aussehen › Rufname“."),
        ("limits", "„Drache › Aussehen › Rufname“, höchstens Zeichen: 30, bisher 20."),
    ]


def test_another_order_is_told_once():
    assert told(form(NAME, HEADS, COLOUR), form(COLOUR, NAME, HEADS)) == [("moved", "Die Reihenfolge in „Drache“ ist anders.")]


def test_rules_come_go_and_change():
    old = [Rule("R1", "1", "G1", "Nur mit Kopf."), Rule("R2", "1", "G1", "Weg.")]
    new = [Rule("R1", "2", "G1", "Nur mit  Kopf."), Rule("R3", "1", "", "Neu.")]
    assert told(form(NAME, rules=old), form(NAME, rules=new)) == [
        ("rules", "Neue Regel R3: Neu."),
        ("rules", "Regel R2 ist weggefallen: Weg."),
    ]
    assert (
        "lautet jetzt: Anders."
        in told(form(NAME, rules=old), form(NAME, rules=[replace(old[0], text="Anders."), old[1]]))[0][1]
    )
