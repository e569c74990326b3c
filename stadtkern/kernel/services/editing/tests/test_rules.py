"""A sentence nobody could read gets a meaning from a person; the form behaves so, also after the next import."""

import tomllib

import pytest
from django.test import Client

from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.confirmed import rule_id
from stadtkern.kernel.services.editing.actions import mark
from stadtkern.kernel.services.editing.rules import clause_of
from stadtkern.kernel.services.tests.test_fim import invented, run
from stadtkern.lib.forms.model import Field, Form, Kind, Option, Step
from stadtkern.lib.forms.rules.model import Effect, State

from .conftest import form
from .test_editing import publish

BASE = "/leistungen/redaktion/drachenflug/"
WRITTEN = {
    "effect": "require",
    "target[0]/what": "G1/F3",
    "mode": "all",
    "when[0]/what": "G1/F2",
    "when[0]/operator": "more",
    "when[0]/value": "2",
    "do": "write",
}


@pytest.fixture
def desk(editor, login) -> Client:
    return login(editor.account)


def the_rule():
    (rule,) = catalogue.find("drachenflug").form.rules
    return rule


def address() -> str:
    return f"{BASE}regeln/{mark(rule_id(the_rule()))}/"


def send(desk, **data):
    page = desk.get(address()).content.decode()
    state = page.partition('name="_state" value="')[2].partition('"')[0]
    return desk.post(address(), {"_state": state, **data})


def test_an_open_rule_is_written_and_the_form_behaves_so(federal, desk):
    assert the_rule().state is State.OPEN
    answers = {"G1/F1": "Fauchi", "G1/F2": 3, "G2/F4": "Alb"}
    assert catalogue.find("drachenflug").problems(answers) == []
    listed = desk.get(f"{BASE}regeln/").content.decode()
    assert "mehrköpfigen Wesen" in listed and "wartet auf Sie" in listed
    assert send(desk, **WRITTEN).status_code == 302
    assert "Wenn 2 kleiner (oder früher) als „Köpfe“ ist, dann ist „Höhle“ Pflicht." in desk.get(address()).content.decode()
    publish(desk, BASE)
    service = catalogue.find("drachenflug")
    assert the_rule().state is State.CONFIRMED
    assert [problem.path for problem in service.problems(answers)] == ["G1/F3"]
    assert service.problems({**answers, "G1/F2": 2}) == []


def test_it_survives_the_next_import_and_is_asked_anew_when_the_sentence_changes(federal, desk, tmp_path):
    send(desk, **WRITTEN)
    publish(desk, BASE)
    run(invented(tmp_path, *form(), name="gleich.xml"), key="drachenflug")
    assert the_rule().state is State.CONFIRMED
    run(invented(tmp_path, *form("Bei dreiköpfigen Wesen möge man anders verfahren."), name="neu.xml"), key="drachenflug")
    service = catalogue.find("drachenflug")
    assert the_rule().state is State.OPEN and service.form.steps
    assert any("R99" in one and "verwaist" in one for one in catalogue.leftovers_of(service))
    assert "R99 G1" in (federal / "rules.overlay.toml").read_text()


def test_a_hint_and_back(federal, desk):
    assert send(desk, do="note", why="").status_code == 422
    send(desk, do="note", why="Sagt nur, wer prüft.")
    publish(desk, BASE)
    assert (the_rule().state, the_rule().why) == (State.NOTE, "Sagt nur, wer prüft.")
    send(desk, do="reset")
    publish(desk, BASE)
    assert the_rule().state is State.OPEN and not (federal / "rules.overlay.toml").exists()


def test_an_effect_is_taken_away_again(federal, desk):
    send(desk, **WRITTEN)
    send(desk, **WRITTEN | {"effect": "show", "target[0]/what": "G1/F1"})
    page = desk.get(address()).content.decode()
    assert page.count('value="drop-') == 2
    send(desk, do="drop-1")
    publish(desk, BASE)
    (entry,) = tomllib.loads((federal / "rules.overlay.toml").read_text())["rules"].values()
    assert [clause["effect"] for clause in entry["clauses"]] == ["require"]


@pytest.mark.parametrize(
    "change",
    [
        {"effect": ""},
        {"effect": "explode"},
        {"target[0]/what": ""},
        {"target[0]/what": "nirgends"},
        {"when[0]/value": "viele"},
        {"when[0]/what": "G1"},
        {"when[0]/operator": ""},
        {"mode": ""},
    ],
)
def test_what_makes_no_sense_is_told_at_its_place(federal, desk, change):
    answer = send(desk, **WRITTEN | change)
    assert answer.status_code == 422 and "Bitte" in answer.content.decode()


def test_one_more_line_without_losing_what_was_typed(federal, desk):
    page = send(desk, **{**WRITTEN, "do": "", "_add": "when"}).content.decode()
    assert 'name="when[1]/what"' in page and 'value="2"' in page


@pytest.mark.parametrize(
    "text",
    [
        "rules = 1",
        "x = ",
        '[rules."R99 G1 {0}"]\nstate = "open"',
        '[rules."R99 G1 {0}"]\nstate = "confirmed"\nclauses = [ {{ effect = "require" }} ]',
        '[rules."R99 G1 {0}"]\nstate = "confirmed"\n[[rules."R99 G1 {0}".clauses]]\neffect = "require"\n'
        'targets = ["G1/F9"]\ncondition = {{ x = 1 }}',
    ],
)
def test_a_file_broken_by_hand_is_told(federal, desk, text):
    (federal / "rules.overlay.toml").write_text(text.format(rule_id(the_rule()).split()[2]))
    with pytest.raises(catalogue.UnknownService):
        catalogue.find("drachenflug")
    assert desk.get(BASE).status_code == 200


COLOUR = Field("farbe", "Farbe", Kind.CHOICE, options=(Option("1", "rot"), Option("2", "grün")))
SMALL = Form("x", (Step("s", "s", (COLOUR, Field("tag", "Tag", Kind.DATE), Field("ja", "Ja?", Kind.YES_NO))),))


@pytest.mark.parametrize(
    ("row", "node"),
    [
        (("farbe", "equal", "Rot"), {"equal": [{"path": "farbe"}, {"value": "1"}]}),
        (("farbe", "one_of", "rot; 2"), {"one_of": [{"path": "farbe"}, ["1", "2"]]}),
        (("farbe", "differs", "2"), {"not": {"equal": [{"path": "farbe"}, {"value": "2"}]}}),
        (("tag", "less", "1.2.2026"), {"less": [{"path": "tag"}, {"value": "2026-02-01"}]}),
        (("tag", "at_least", "1.2.2026"), {"at_most": [{"value": "2026-02-01"}, {"path": "tag"}]}),
        (("ja", "yes", ""), {"true": {"path": "ja"}}),
        (("tag", "is_empty", ""), {"is_empty": {"path": "tag"}}),
        (("farbe", "count_least", "2"), {"at_most": [{"value": 2}, {"count": "farbe"}]}),
    ],
)
def test_lines_become_conditions(row, node):
    what, operator, value = row
    typed = {"when[0]/what": what, "when[0]/operator": operator, "when[0]/value": value}
    clause, wrong = clause_of(SMALL, {"effect": "show", "target[0]/what": "tag", "mode": "all", **typed})
    assert wrong == [] and clause.condition == node and clause.effect is Effect.SHOW


def test_a_fixed_value_is_kept_as_the_field_keeps_it():
    typed = {"effect": "set", "target[0]/what": "farbe", "value": "grün", "mode": "always"}
    clause, wrong = clause_of(SMALL, typed)
    assert wrong == [] and clause.value == {"value": "2"} and clause.condition == {"always": True}
    assert clause_of(SMALL, {**typed, "value": "blau"})[0] is None
