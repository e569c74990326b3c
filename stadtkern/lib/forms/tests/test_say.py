"""Compiled rules in German sentences that a clerk can confirm."""

import pytest

from stadtkern.lib.forms.model import Field, Form, Group, Kind, Option, Step
from stadtkern.lib.forms.rules.model import Clause, Effect
from stadtkern.lib.forms.rules.say import say

LAND = Field("F1", "Wohnsitz", Kind.CHOICE, options=(Option("1", "in Deutschland"), Option("2", "im Ausland")))
FORM = Form(
    "x",
    (Step("s", "s", (LAND, Field("F2", "Staat", Kind.TEXT), Field("F3", "Ehe", Kind.YES_NO),
     Field("F4", "Alter", Kind.NUMBER),
     Group("G1", "Kind", (Field("F5", "Name", Kind.TEXT),), 0, None),
     Group("G2", "Eltern", (Field("F5", "Name", Kind.TEXT),)))),),
)  # fmt: skip
ABROAD = {"equal": [{"path": "F1"}, {"value": "2"}]}


@pytest.mark.parametrize(
    ("clause", "sentence"),
    [
        (Clause(Effect.REQUIRE, ("F2",), ABROAD), "Wenn „Wohnsitz“ „im Ausland“ ist, dann ist „Staat“ Pflicht."),
        (
            Clause(Effect.REQUIRE, ("F2",), ABROAD, otherwise=True),
            "Wenn „Wohnsitz“ „im Ausland“ ist, dann ist „Staat“ Pflicht. Sonst wird „Staat“ nicht gezeigt.",
        ),
        (Clause(Effect.SHOW, ("F2", "F4"), {"true": {"path": "F3"}}),
         "Wenn „Ehe“ mit „ja“ beantwortet ist, dann werden „Staat“ und „Alter“ gezeigt, sonst nicht."),
        (Clause(Effect.FORBID, ("G1/F5",), {"not": {"is_empty": {"path": "G2/F5"}}}),
         "Wenn „Name“ (Eltern) ausgefüllt ist, dann wird „Name“ (Kind) nicht gezeigt und nicht übernommen."),
        (Clause(Effect.SET, ("F1",), {"always": True}, value={"value": "1"}),
         "In jedem Fall wird „Wohnsitz“ auf „in Deutschland“ gesetzt."),
        (Clause(Effect.VALID, ("F4",), {"and": [{"less": [{"value": 17}, {"path": "F4"}]}, {"or": [ABROAD, {"always": True}]}]},
                message="Bitte warten."),
         "Es muss gelten: 17 kleiner (oder früher) als „Alter“ ist und („Wohnsitz“ „im Ausland“ ist oder immer)."
         " Sonst: „Bitte warten.“"),
        (Clause(Effect.SHOW, ("F2",), {"at_most": [{"count": "G1"}, {"value": 3}]}),
         "Wenn die Zahl der Einträge bei „Kind“ höchstens 3 ist, dann wird „Staat“ gezeigt, sonst nicht."),
        (Clause(Effect.SHOW, ("F9",), {"one_of": [{"path": "F1"}, ["1", "2"]]}),
         "Wenn „Wohnsitz“ „in Deutschland“ oder „im Ausland“ ist, dann wird „F9“ (nicht im Formular) gezeigt, sonst nicht."),
    ],
)  # fmt: skip
def test_sentences(clause, sentence):
    assert say(clause, FORM) == sentence
