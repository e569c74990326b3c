"""The schema of a form demands what a complete application always has, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.export.data import to_data
from stadtkern.lib.forms.export.pattern import ecma
from stadtkern.lib.forms.export.schema import to_schema
from stadtkern.lib.forms.export.tree import Keys, name_of, whole
from stadtkern.lib.forms.model import Field, Form, Group, Kind, Option, Step
from stadtkern.lib.forms.rules.model import Clause, Effect, Rule, State
from stadtkern.lib.forms.sample import valid_answers
from stadtkern.lib.forms.tests.forms import DOGS, FORM

from .validators import judge, mistakes


@pytest.mark.parametrize(
    ("key", "fim", "versioned"),
    [
        ("F60000000243", "F60000000243V1.2.0", "F60000000243V1.2.0"),
        ("F60000000243_2", "F60000000243V1.2.0", "F60000000243V1.2.0_2"),
        ("F60000243", "F60000000243V1.2", "F60000243V1.2"), ("street", "F60000000243V1.2.0", "street"), ("dogs", "", "dogs"),
    ],
)  # fmt: skip
def test_names(key: str, fim: str, versioned: str) -> None:
    field = Field(key, "X", Kind.TEXT, fim=fim)
    assert (name_of(field, Keys.ID), name_of(field, Keys.VERSIONED)) == (key, versioned)


def form(*children: Any, rules: tuple[Rule, ...] = ()) -> Form:
    return Form("Probe", (Step("s", "S", children),), rules=rules)


def rule(effect: Effect, *targets: str, state: State = State.COMPILED) -> Rule:
    return Rule("R1", "1", "", "Satz", state, (Clause(effect, targets, {"is_empty": {"path": "a"}}),))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("keys", Keys)
def test_generated_answers_of_our_own_form_satisfy_the_schema(seed: int, keys: Keys) -> None:
    assert mistakes(FORM, valid_answers(FORM, seed), keys) == []


def test_shape() -> None:
    schema = to_schema(FORM, address="https://stadt.example/schema.json")
    assert schema["$schema"].endswith("2020-12/schema") and schema["$id"] == "https://stadt.example/schema.json"
    assert schema["required"] == ["ags", "secret", "dogs", "where", "person", "visits"]
    assert "note" not in schema["properties"]
    assert schema["properties"]["dogs"] == {"type": "array", "items": {"$ref": "#/$defs/dogs"}, "minItems": 1, "maxItems": 4}
    assert schema["properties"]["pairs"] == {"type": "array", "items": {"$ref": "#/$defs/pairs"}, "maxItems": 2}
    assert schema["$defs"]["dogs"]["required"] == ["name", "dangerous"]
    assert schema["$defs"]["dogs"]["properties"]["vets"]["maxItems"] == 3
    assert schema["$defs"]["where"]["minProperties"] == schema["$defs"]["where"]["maxProperties"] == 1
    assert schema["$defs"]["born"]["pattern"] and schema["$defs"]["date"]["format"] == "date"
    assert schema["$defs"]["money"]["maximum"] == 1_000_000
    assert [one["const"] for one in schema["$defs"]["colour"]["oneOf"]] == ["braun", "weiss", "schwarz"]
    assert all(part["additionalProperties"] is False for part in [schema, schema["$defs"]["dogs"]])


def test_the_same_key_in_two_places_keeps_two_meanings() -> None:
    """`name` is a dog's (30 characters), an owner's and a street's."""
    definitions = to_schema(FORM)["$defs"]
    assert definitions["name"]["maxLength"] == 30
    assert definitions["name.2"]["title"] == "Name" and definitions["name.3"]["title"] == "Straße"


def test_the_same_block_is_one_definition() -> None:
    street = Field("F60000000243", "Straße", Kind.TEXT, max_length=55, fim="F60000000243V1.2.0")
    here = form(Group("G1", "Hier", (street,)), Group("G2", "Dort", (street, replace(street, key="F60000000243_2"))))
    schema = to_schema(here, Keys.VERSIONED)
    assert [name for name in schema["$defs"] if name.startswith("F")] == ["F60000000243V1.2.0", "F60000000243V1.2.0_2"]
    assert set(schema["$defs"]["G2"]["properties"]) == {"F60000000243V1.2.0", "F60000000243V1.2.0_2"}
    assert set(to_schema(here)["$defs"]["G2"]["properties"]) == {"F60000000243", "F60000000243_2"}


@pytest.mark.parametrize("effect", [Effect.FORBID, Effect.SHOW])
def test_what_a_rule_may_hide_is_not_required(effect: Effect) -> None:
    fields = Field("a", "A", Kind.TEXT), Group("g", "G", (Field("b", "B", Kind.TEXT),))
    assert to_schema(form(*fields))["required"] == ["a", "g"]
    assert to_schema(form(*fields, rules=(rule(effect, "g"),)))["required"] == ["a"]
    assert to_schema(form(*fields, rules=(rule(effect, "g", state=State.OPEN),)))["required"] == ["a", "g"]
    inner = to_schema(form(*fields, rules=(rule(effect, "g/b"),)))
    assert inner["required"] == ["a", "g"] and "required" not in inner["$defs"]["g"]


def test_a_list_whose_every_question_may_vanish_may_be_empty() -> None:
    entry = Group("g", "G", (Field("b", "B", Kind.TEXT), Field("c", "C", Kind.TEXT, when={"a": "x"})), minimum=2, maximum=5)
    part = Field("a", "A", Kind.TEXT), entry
    assert to_schema(form(*part))["properties"]["g"]["minItems"] == 2
    hidden = to_schema(form(*part, rules=(rule(Effect.SHOW, "g/b"),)))
    assert "minItems" not in hidden["properties"]["g"] and hidden["required"] == ["a"]


def test_a_group_cut_into_pages_is_one_object() -> None:
    one, two = Field("a", "A", Kind.TEXT), Field("b", "B", Kind.TEXT)
    cut = Form("Probe", (Step("x", "X", (Group("g", "G", (one,)),)), Step("y", "Y", (Group("g", "G", (two,)),))))
    assert whole(cut) == (Group("g", "G", (one, two)),)
    assert to_data(cut, {"g/a": "1", "g/b": "2"}) == {"g": {"a": "1", "b": "2"}}
    assert to_schema(cut)["$defs"]["g"]["required"] == ["a", "b"]


def test_an_empty_group_stands_as_an_empty_object() -> None:
    here = form(
        Group("g", "G", (Field("a", "A", Kind.TEXT, minimum=0),)), Group("h", "H", (Field("b", "B", Kind.TEXT),), minimum=0)
    )
    assert problems(here, {}) == [] and mistakes(here, {}) == []
    assert to_data(here, {}) == {"g": {}}


def test_refused_by_the_schema() -> None:
    validator = judge(Form("Hunde", (DOGS,)))
    dog = {"name": "Rex", "dangerous": False}
    assert validator.is_valid({"dogs": [dog]})
    for data in (
        {}, {"dogs": []}, {"dogs": [dog] * 5}, {"dogs": [{**dog, "name": "x" * 31}]}, {"dogs": [{**dog, "dangerous": "ja"}]},
        {"dogs": [{**dog, "colours": ["grün"]}]}, {"dogs": [dog], "mehr": 1}, {"dogs": dog},
    ):  # fmt: skip
        assert not validator.is_valid(data), data


def test_long_lists_are_plain() -> None:
    options = tuple(Option(f"{n:03}", f"Land {n}") for n in range(197))
    definition = to_schema(form(Field("land", "Land", Kind.CHOICE, options=options)))["$defs"]["land"]
    assert len(definition["enum"]) == 197 and "oneOf" not in definition


@pytest.mark.parametrize(
    ("xsd", "text", "fits"),
    [
        ("[0-9]{5}", "12345", True), ("[0-9]{5}", "x12345", False), ("^a|b$", "b", True), ("^a|b$", "ab", False),
        (r"\d{2}\-[A-Z]\@x", "12-Q@x", True), (r"[\w\-]+", "Łódź-2", True), (r"\i\c*", "a.b", True), ("(", "alles", True),
        (r"\p{L}+", "Çelik", True), (r"[^\d]+", "12", False), (r"a\/b\.", "a/b.", True),
    ],
)  # fmt: skip
def test_patterns(xsd: str, text: str, fits: bool) -> None:
    part = form(Field("x", "X", Kind.TEXT, pattern=xsd))
    assert judge(part).is_valid({"x": text}) is fits
    assert ecma("(") is None
