"""The city's own words, pages and prefill over an imported form; what a new version lacks is told and harms nothing."""

import tomllib

import pytest

from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.overlay import laid_over
from stadtkern.kernel.services.prefill import by_blocks, combined, presumed, value_for
from stadtkern.kernel.services.table import Table
from stadtkern.lib.forms.model import Field, Form, Group, Kind, Option, Step, fields
from stadtkern.lib.forms.rules.model import Clause, Effect, Rule
from stadtkern.lib.forms.tests.schemas import FIM, field, group, put, schema
from stadtkern.lib.forms.xdf3 import read

from .test_fim import DRAGON, invented, run


def text(key, label="", **more):
    return Field(key, label or key, Kind.TEXT, **more)


FORM = Form(
    "Drachen",
    (
        Step("G1", "Drache", (Group("G1", "Drache", (text("F1"), text("F2", minimum=0), text("F3"))),)),
        Step("G1-2", "Drache (2)", (Group("G1", "Drache", (text("F4"), Group("G9", "Höhle", (text("F5"), text("F6"))))),)),
        Step("G2", "Ort", (Group("G2", "Ort", (text("F7", minimum=0),), minimum=0),)),
    ),
)


def laid(toml, form=FORM):
    problems: list[str] = []
    done = laid_over(form, Table(tomllib.loads(toml), "form.overlay.toml", problems))
    assert problems == []
    return done


def shape(form):
    return {step.key: [path for path, _ in fields(step)] for step in form.steps}


def test_pages_are_joined():
    done = laid('[steps.G1]\nmerge = ["G1-2"]')
    assert shape(done.form) == {"G1": ["G1/F1", "G1/F2", "G1/F3", "G1/F4", "G1/G9/F5", "G1/G9/F6"], "G2": ["G2/F7"]}
    assert len(done.form.steps[0].children) == 1


def test_pages_are_cut_and_the_new_one_has_a_title():
    done = laid('[steps.G1]\nsplit = ["G1/F2", "G1/F3"]\n[steps."G1-F3"]\ntitle = "Zum Schluss"')
    assert list(shape(done.form).items())[:3] == [("G1", ["G1/F1"]), ("G1-F2", ["G1/F2"]), ("G1-F3", ["G1/F3"])]
    assert [step.title for step in done.form.steps][:3] == ["Drache", "Drache (2)", "Zum Schluss"]
    assert done.stale == ()


def test_joined_then_cut_at_a_group():
    done = laid('[steps.G1]\nmerge = ["G1-2"]\nsplit = ["G1/G9"]')
    assert shape(done.form)["G1-F5"] == ["G1/G9/F5", "G1/G9/F6"]
    assert sorted(path for path, _ in fields(done.form)) == sorted(path for path, _ in fields(FORM))


def test_order_of_elements_labels_defaults_and_gaps():
    done = laid(
        'order = ["G2"]\nhide = ["G1/F2"]\n[fields."G1"]\norder = ["F3"]\n'
        '[fields."G1/F1"]\nlabel = "Rufname"\nhelp = "Wie heißt er?"\ndefault = "Fauchi"'
    )
    assert list(shape(done.form)) == ["G2", "G1", "G1-2"]
    assert shape(done.form)["G1"] == ["G1/F3", "G1/F1"]
    first = dict(fields(done.form))["G1/F1"]
    assert (first.label, first.help, first.default) == ("Rufname", "Wie heißt er?", "Fauchi")


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ('hide = ["G1/F1"]', "G1/F1: ist eine Pflichtangabe"),
        ('hide_steps = ["G1"]', "enthält Pflichtangaben"),
        ('[fields."G1/F8"]\nlabel = "x"', "G1/F8: dieses Element gibt es im Formular nicht mehr (verwaist)"),
        ('order = ["G8"]', "G8: diesen Schritt gibt es nicht mehr (verwaist)"),
        ('[steps.G1]\nmerge = ["G8"]', "G8: diese Seite lässt sich nicht anfügen"),
        ('[steps.G1]\nsplit = ["G1/F8"]', "G1/F8: hier kann keine Seite beginnen"),
        ('[steps.G1]\norder = ["G8"]', "G8: dieses Element gibt es hier nicht mehr"),
    ],
)
def test_entries_without_effect_are_told_and_harm_nothing(toml, sentence):
    done = laid(toml)
    assert any(sentence in one for one in done.stale), done.stale
    assert shape(done.form) == shape(FORM)


def test_a_default_that_does_not_fit_is_told():
    number = Form(
        "x",
        (
            Step(
                "s",
                "s",
                (Field("n", "n", Kind.NUMBER, max_value=3), Field("j", "j", Kind.YES_NO)),
            ),
        ),
    )
    done = laid('[fields.n]\ndefault = 7\n[fields.j]\ndefault = "ja"', number)
    assert len(done.stale) == 1 and "n: vorbelegter Wert" in done.stale[0]
    assert dict(fields(done.form))["j"].default is True


def test_what_a_rule_may_require_is_not_hidden():
    rule = Rule("R1", "1", "", "…", clauses=(Clause(Effect.REQUIRE, ("G1/F2",), {"always": True}),))
    done = laid('hide = ["G1/F2"]', Form(FORM.title, FORM.steps, rules=(rule,)))
    assert "eine Regel kann G1/F2 verlangen" in done.stale[0]
    assert "G1/F2" in shape(done.form)["G1"]


def test_a_new_version_leaves_orphans_and_the_service_runs_on(city_folder, tmp_path, db):
    run(invented(tmp_path, *DRAGON))
    folder = city_folder / "fim_drachen_anmelden"
    toml = '# von Hand\n[fields."G1/F2"]\nlabel = "Wie viele Köpfe?"\n[fields."G1/F1"]\nlabel = "Wie heißt er?"\n'
    (folder / "form.overlay.toml").write_text(toml)
    service_toml = folder / "service.toml"
    service_toml.write_text(
        service_toml.read_text() + '\n[prefill]\n"G1/F2" = "residents.town"\n[texts.en.fields]\n"G1/F2" = "Heads"\n'
    )
    newer = schema(put(group("G1", put(field("F1"))))).replace(b"1.2.0", b"1.3.0", 1)
    (tmp_path / "neu.xml").write_bytes(newer)
    run(tmp_path / "neu.xml")
    service = catalogue.find(folder.name)
    assert [one.label for _, one in fields(service.form)] == ["Wie heißt er?"]
    assert (folder / "form.overlay.toml").read_text() == toml
    assert service.prefill == {}
    told = " ".join(catalogue.leftovers_of(service))
    assert "G1/F2: dieses Element gibt es im Formular nicht mehr" in told and "[texts.en.fields] G1/F2" in told


@pytest.mark.parametrize(
    ("overlay", "sentence"),
    [
        ("hidee = []", "unbekannter Schlüssel"),
        ("order = ", "kein gültiges TOML"),
        ('[fields."G1/F1"]\nprefill = "residents.shoe_size"', "gibt es nicht"),
        ('[fields."G1/F1"]\ndefault = [1]', "muss ein Text"),
    ],
)
def test_a_wrong_overlay_is_told(city_folder, tmp_path, overlay, sentence):
    run(invented(tmp_path, *DRAGON))
    (city_folder / "fim_drachen_anmelden" / "form.overlay.toml").write_text(overlay)
    with pytest.raises(catalogue.UnknownService):
        catalogue.find("fim_drachen_anmelden")
    assert sentence in " ".join(catalogue.broken()["fim_drachen_anmelden"])


# Prefill by building block.

NAME = text("F60000000227", "Familienname", fim="F60000000227V1.1.0")
LAND = Field("F60000000263", "Wo?", Kind.CHOICE, options=(Option("001", "in Deutschland"), Option("002", "außerhalb")))
YEAR = Field("F60000000233", "Jahr", Kind.NUMBER, min_value=1800, max_value=2100)


def person(label, *children, **more):
    return Group("G" + str(abs(hash(label)) % 999), label, children, **more)


@pytest.mark.parametrize(
    ("labels", "filled"),
    [
        (["Antragstellende Person"], True),
        (["Angaben Antragsteller oder Gesetzlicher Vertreter", "Angaben zum Antragsteller"], True),
        (["Angaben Antragsteller oder Gesetzlicher Vertreter", "Gesetzlich vertretende Person"], False),
        (["Angaben zum Kind des Antragstellers"], False),
        (["Antragstellende Person", "Anschrift Ausland"], False),
        (["Angaben zum Unternehmen"], False),
        (["Irgendwas"], False),
    ],
)
def test_only_the_applicant_is_prefilled(labels, filled):
    element = NAME
    for label in reversed(labels):
        element = person(label, element)
    found = by_blocks(Form("x", (Step("s", "s", (element,)),)))
    assert list(found.values()) == (["residents.family_name"] if filled else [])


def test_nothing_in_a_repetition_and_nothing_locked():
    many = person("Antragstellende Person", NAME, maximum=None)
    assert by_blocks(Form("x", (Step("s", "s", (many,)),))) == {}
    locked = Field("F60000000227", "x", Kind.TEXT, locked=True, default="y")
    assert by_blocks(Form("x", (Step("s", "s", (person("Antragsteller", locked),)),))) == {}


def test_the_city_overrides_a_block_and_takes_fields_out():
    element = person("Antragsteller", NAME, YEAR)
    form = Form("x", (Step("s", "s", (element,)),))
    name, year = (f"{element.key}/{one.key}" for one in (NAME, YEAR))
    assert by_blocks(form) == {name: "residents.family_name", year: "residents.birth_date#year"}
    assert combined(form, {}, {name: "none"}) == {year: "residents.birth_date#year"}
    assert combined(form, {year: "none", "weg": "residents.town"}, {name: "residents.birth_name"}) == {
        name: "residents.birth_name"
    }


def test_a_fact_becomes_what_the_field_holds_or_nothing():
    assert value_for(YEAR, "residents.birth_date#year", "1988-02-29") == 1988
    assert value_for(LAND, "residents.town", "Musterstadt") == "001"
    assert value_for(NAME, "residents.family_name", "Çelik-Müller") == "Çelik-Müller"
    assert value_for(text("F60000000227", max_length=3), "residents.family_name", "Çelik-Müller") is None
    nation = Field("F60000000236", "x", Kind.CHOICE, options=(Option("000", "Deutsch"), Option("125", "Bulgarisch")))
    assert value_for(nation, "residents.nationality", "deutsch") == "000"
    assert value_for(nation, "residents.nationality", "unbekannt") is None
    form = Form("x", (Step("s", "s", (person("Antragsteller", LAND),)),))
    assert list(presumed(form, by_blocks(form)).values()) == ["001"]


# Schemas from the corpus and how many questions the register and the account can answer there.
REAL = {"S00000000362": 12, "S05000001299": 13, "S05000001381": 13, "S07000000200": 11, "S07000000266": 14, "S00000000377": 15}


@pytest.mark.parametrize("name", REAL)
def test_federal_schemas_are_prefilled(name):
    file = next((FIM / "xdf3").glob(f"{name}.*"), None)
    if file is None:
        pytest.skip("no federal schemas here")
    assert len(by_blocks(read(file))) >= REAL[name]
