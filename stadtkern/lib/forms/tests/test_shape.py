"""Answers are cleaned, laid out, repeated and summed up."""

import json
from dataclasses import replace

import pytest

from stadtkern.lib.forms import json as plain
from stadtkern.lib.forms import shape
from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.composites import expand
from stadtkern.lib.forms.model import Field, Form, Group, Kind, Step
from stadtkern.lib.forms.read import from_post
from stadtkern.lib.forms.sample import posted, valid_answers

from .forms import DOGS, FORM, KINDS, WHERE

TWO = {
    "dogs[0]/name": "Rex",
    "dogs[0]/dangerous": False,
    "dogs[1]/name": "Bello",
    "dogs[1]/dangerous": True,
    "dogs[1]/reason": "beißt",
}


def test_clean_keeps_what_was_asked_seen_and_answered() -> None:
    answers = TWO | {
        "dogs[0]/reason": "alt",
        "dogs[2]": True,
        "unknown": 1,
        "dogs[1]/vets[3]": "Dr. Hund",
        "text": None,
        "owner": True,
    }
    kept = TWO | {"dogs[1]/vets[0]": "Dr. Hund"}
    assert shape.clean(DOGS, answers) == kept
    assert shape.clean(FORM, answers) == kept | {"ags": "03459024", "secret": "2"}


def test_clean_moves_entries_up_and_follows_chains_of_conditions() -> None:
    answers = {"dogs[5]/name": "Rex", "dogs[5]/dangerous": False, "dogs[5]/permit": True, "dogs[5]/permit_number": "17"}
    assert shape.clean(DOGS, answers) == {"dogs[0]/name": "Rex", "dogs[0]/dangerous": False}


def test_clean_makes_what_a_program_sent_fit_for_the_database() -> None:
    sent = {"text": "a\x00b\ud800", "number": 10**5000, "decimal": float("nan"), "money": 3.0, "long": ["x"], "date": {"a": 1}}
    kept = shape.clean(KINDS, sent)
    assert kept == {
        "text": "a\ufffdb\ufffd",
        "number": "\ufffd",
        "decimal": "\ufffd",
        "money": 3,
        "ags": "03459024",
        "secret": "2",
    }
    assert {problem.path for problem in problems(KINDS, kept)} == {"text", "number", "decimal"}


def test_entries_are_added_and_removed_and_those_behind_move_up() -> None:
    more = shape.add(DOGS, TWO, "dogs")
    assert more == TWO | {"dogs[2]": True}
    assert shape.remove(DOGS, more, "dogs[0]") == {
        "dogs[0]/name": "Bello",
        "dogs[0]/dangerous": True,
        "dogs[0]/reason": "beißt",
        "dogs[1]": True,
    }
    full = shape.add(DOGS, shape.add(DOGS, more, "dogs"), "dogs")
    assert "dogs[3]" in full and "dogs[4]" not in full
    assert shape.add(DOGS, {}, "dogs[0]/vets") == {"dogs[0]/vets[0]": None, "dogs[0]/vets[1]": None}
    assert shape.add(DOGS, {}, "owner") == {"owner": True}
    assert shape.remove(DOGS, {"owner": True, "owner/name": "Ada"}, "owner") == {}
    assert shape.remove(KINDS, {"file": "key-1"}, "file") == {}


@pytest.mark.parametrize(
    "path", ["", "nix", "dogs[0]", "dogs[0]/name", "dogs[x]/vets", "dogs[99999999]/vets", "dogs/name/x", "/" * 5000]
)
def test_adding_at_a_wrong_place_changes_nothing(path: str) -> None:
    assert shape.add(DOGS, TWO, path) == TWO
    assert shape.remove(DOGS, TWO, path.replace("dogs[0]/name", "nix").replace("dogs[0]", "nix")) == TWO


def test_find_knows_places_only() -> None:
    assert shape.find(FORM, "dogs[3]/vets[1]") is not None
    for path in ("dogs[0]/nix", "dogs[200]/name", "text[0]", "text/a", "dogs[0", "dogs]0[", "[0]"):
        assert shape.find(FORM, path) is None


def test_placed_lays_out_entries_groups_and_facts() -> None:
    answers = {"dogs[1]/name": "Bello", "owner": True, "dogs[1]/colours[0]": "weiss"}
    found = problems(DOGS, answers)
    dogs, owner = shape.placed(DOGS, answers, found, {"dogs[1]/name": "aus der Akte"})
    assert dogs.repeats and dogs.can_add and [entry.path for entry in dogs.children] == ["dogs[0]", "dogs[1]"]
    first, second = ({child.element.key: child for child in entry.children} for entry in dogs.children)
    assert first["name"].problem is not None and first["name"].html_id == "f-dogs-0-name"
    assert second["name"].source == "aus der Akte" and second["colours"].value == ("weiss",)
    assert first["dangerous"].controls and not first["name"].controls and "reason" not in first
    assert owner.can_remove and not owner.can_add
    assert shape.placed(DOGS, {})[1].can_add and not shape.placed(DOGS, {})[1].children


def test_a_page_of_one_group_says_its_name_once() -> None:
    group = Group("g", "Sie", (Field("x", "X", Kind.TEXT),))
    assert shape.placed(Step("s", "Sie", (group,)), {})[0].bare
    assert shape.placed(Step("s", "Antrag: Sie", (group,)), {})[0].bare
    outer = shape.placed(Step("s", "Antrag: Sie", (Group("o", "Antrag", (group,)),)), {})[0]
    assert outer.bare and outer.children[0].bare
    assert not shape.placed(Step("s", "Antrag", (group,)), {})[0].bare
    for other in (
        replace(group, minimum=0),
        replace(group, choice=True),
        replace(group, maximum=2),
        replace(group, help="Hilfe"),
    ):
        assert not shape.placed(Step("s", "Sie", (other,)), {})[0].bare


def test_at_most_fifty_entries_are_shown_and_all_are_kept() -> None:
    step = Step("s", "S", (Group("g", "G", (Field("x", "X", Kind.TEXT),), maximum=None),))
    answers = {f"g[{i}]/x": str(i) for i in range(180)}
    (entries,) = shape.placed(step, answers)
    assert len(entries.children) == 50 and not entries.can_add
    data = {f"g[{i}]/x": [f"neu {i}"] for i in range(50)}
    after = from_post(step, data, answers)
    assert after["g[49]/x"] == "neu 49" and after["g[179]/x"] == "179"
    assert shape.add(step, answers, "g") == answers


def test_summary_reads_like_a_letter() -> None:
    answers = TWO | {
        "dogs[1]/colours[0]": "weiss",
        "dogs[1]/colours[1]": "braun",
        "money": 123456,
        "born": "1980-05",
        "decimal": "1234.5",
    }
    kinds, dogs, _where = shape.summary(
        FORM, answers | {"file": "key-1", "yes": False, "moment": "2026-11-24T09:30"}, {"key-1": "a.pdf"}
    )
    texts = {row.path: row.text for row in kinds.rows}
    assert texts["money"] == "1.234,56 €" and texts["born"] == "05.1980" and texts["decimal"] == "1234,5"
    assert texts["file"] == "a.pdf" and texts["yes"] == "Nein" and texts["moment"] == "24.11.2026, 09:30"
    assert texts["ags"] == "03459024" and "secret" not in texts and "note" not in texts
    rows = [(row.path, row.label, row.text, row.kind is None) for row in dogs.rows]
    assert rows[0] == ("dogs[0]", "Hund 1", "", True)
    assert ("dogs[1]/colours", "Farben", "Weiß, Braun", False) in rows
    assert not any(path.startswith("owner") or path == "dogs[0]/reason" for path, *_rest in rows)


def test_a_group_over_two_pages_is_summed_up_on_both() -> None:
    halves = [Step(key, key, (Group("g", "G", (Field(key, key.upper(), Kind.TEXT),)),)) for key in ("a", "b")]
    form = Form("F", tuple(halves))
    sections = shape.summary(form, {"g/a": "1", "g/b": "2"})
    assert [[row.path for row in section.rows] for section in sections] == [["g", "g/a"], ["g", "g/b"]]
    assert shape.clean(form, {"g/a": "1", "g/b": "2"}) == {"g/a": "1", "g/b": "2"}


@pytest.mark.parametrize("seed", range(20))
def test_sample_answers_are_valid_and_survive_the_page(seed: int) -> None:
    answers = valid_answers(FORM, seed)
    assert problems(FORM, answers) == [] and shape.clean(FORM, answers) == answers == valid_answers(FORM, seed)
    back: dict[str, object] = {}
    for step in FORM.steps:
        files = {path: value for path, value in answers.items() if path == "file"}
        back |= from_post(step, posted(step, answers), files)
    assert shape.clean(FORM, back) == answers


def test_a_form_goes_through_json_unchanged() -> None:
    assert plain.from_dict(json.loads(json.dumps(plain.to_dict(FORM)))) == FORM


def test_composites() -> None:
    person = expand("person", "p", "Person", parts=("family_name", "birth_place"), maximum=3)
    assert [child.key for child in person.children] == ["family_name", "birth_place"]
    assert not any(child.autocomplete for child in person.children if isinstance(child, Field))
    for wrong in (lambda: expand("ship", "s", "Schiff"), lambda: expand("address", "a", "A", parts=("moon",))):
        with pytest.raises(ValueError, match="known"):
            wrong()
    house = WHERE.children[2]
    assert isinstance(house, Group)
    for number in ("1", "12 a", "7b", "12-14", "3/5", "10 1/2"):
        assert problems(Step("s", "S", (replace(house, key="h", minimum=1),)), {f"h[0]/{k}": v for k, v in {
            "street": "Am Markt", "house_number": number, "postcode": "01067", "town": "Köln"}.items()}) == []  # fmt: skip
