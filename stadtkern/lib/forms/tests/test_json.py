"""What an edition keeps of a form comes back as it was, rules included."""

import json
from dataclasses import replace

from stadtkern.lib.forms.json import from_dict, to_dict
from stadtkern.lib.forms.rules.model import Clause, Effect, Rule, State

from .forms import FORM

RULES = (
    Rule("R1", "1.0.0", "", "Wenn ja, dann …", State.COMPILED, (
        Clause(Effect.REQUIRE, ("kinds/colour",), {"true": {"path": "yes"}}, otherwise=True),
        Clause(Effect.SET, ("text",), {"within": [{"path": "number"}, [["10", "20"]]]}, value=0),
        Clause(Effect.VALID, ("date",), {"at_most": [{"path": "date"}, {"today": 0}]}, "Bitte kein Tag in der Zukunft."),
    )),
    Rule("R2", "", "dogs", "Unklar.", State.OPEN, why="Der Satz nennt kein Feld."),
)  # fmt: skip


def test_rules_survive_json() -> None:
    form = replace(FORM, rules=RULES, notes=("Etwas.",))
    text = json.dumps(to_dict(form))
    assert from_dict(json.loads(text)) == form
    assert from_dict(json.loads(json.dumps(to_dict(FORM)))) == FORM
