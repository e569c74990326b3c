"""The form tags: KERN's markup, names and ids that fit together, nothing unescaped, every federal question on the page."""

import re
import time
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, engines
from lxml import etree, html

from stadtkern.lib.forms import genericode, xdf3
from stadtkern.lib.forms.check import Problem, problems
from stadtkern.lib.forms.model import Field, Group, Kind, Option, Step
from stadtkern.lib.forms.read import from_post, merged, revealed
from stadtkern.lib.forms.sample import valid_answers
from stadtkern.lib.forms.shape import add, html_id, placed
from stadtkern.lib.forms.tests.schemas import FILES, FIM
from stadtkern.lib.forms.walk import Walk, is_ticks

from .form_page import ANSWERS, EVERYTHING, FILES_OF_CASE, SOURCES, html_of


def tree(source: str) -> html.HtmlElement:
    return html.fromstring(f"<main>{source}</main>")


def one(found: list[html.HtmlElement]) -> html.HtmlElement:
    assert len(found) == 1, found
    return found[0]


@pytest.fixture(scope="module")
def page() -> html.HtmlElement:
    return tree(html_of(EVERYTHING, ANSWERS, checked=True, sources=SOURCES, files=FILES_OF_CASE))


def test_ids_are_unique_and_everything_that_refers_finds_its_aim(page: html.HtmlElement) -> None:
    ids = Counter(page.xpath("//@id"))
    assert not [each for each, number in ids.items() if number > 1]
    for attribute in ("for", "aria-describedby", "aria-labelledby"):
        for value in page.xpath(f"//@{attribute}"):
            assert set(value.split()) <= set(ids), value
    for target in page.xpath("//a[starts-with(@href, '#')]/@href"):
        assert target[1:] in ids


def test_every_input_has_one_label_and_every_group_a_legend(page: html.HtmlElement) -> None:
    for control in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert len(page.xpath(f"//label[@for='{control.get('id')}']")) == 1, etree.tostring(control)
    for fieldset in page.xpath("//fieldset"):
        assert fieldset[0].tag == "legend" and fieldset[0].text_content().strip()
    buttons = [" ".join(button.text_content().split()) for button in page.xpath("//button[@name]")]
    assert len(buttons) == len(set(buttons)), "each button says what it is for"


def test_nothing_inline_that_the_content_policy_would_refuse(page: html.HtmlElement) -> None:
    assert not page.xpath("//script | //style | //@style | //@*[starts-with(name(), 'on')]")


def test_errors_stand_at_their_field_and_in_the_summary(page: html.HtmlElement) -> None:
    wrong = problems(EVERYTHING, ANSWERS)
    summary = one(page.xpath("//*[@id='fehler']"))
    assert summary.get("role") == "alert" and summary.get("tabindex") == "-1" and summary.get("autofocus") is not None
    assert f"Bitte prüfen Sie {len(wrong)} Angaben" in summary.text_content()
    assert len(summary.xpath(".//a")) == len(wrong)
    for problem in wrong:
        text = one(page.xpath(f"//*[@id='{html_id(problem.path)}--error']")).text_content()
        assert problem.message in text and text.startswith("Fehler: ")
    family = one(page.xpath("//*[@id='f-family_name']"))
    assert family.get("aria-invalid") == "true" and family.get("aria-describedby") == "f-family_name--error"
    assert one(page.xpath("//*[@id='f-rent']")).get("aria-invalid") is None
    assert "(2. Eintrag)" in summary.text_content()


def test_optional_fields_are_marked_and_required_ones_are_not(page: html.HtmlElement) -> None:
    assert "optional" in one(page.xpath("//label[@for='f-remark']")).text_content()
    assert "optional" not in one(page.xpath("//label[@for='f-family_name']")).text_content()
    assert not page.xpath("//@required")


def test_kinds_have_their_inputs(page: html.HtmlElement) -> None:
    def control(path: str) -> html.HtmlElement:
        return one(page.xpath(f"//*[@id='{html_id(path)}']"))

    assert control("remark").tag == "textarea" and control("family_name").get("autocomplete") == "family-name"
    assert control("count").get("inputmode") == "numeric" and control("rent").get("value") == "1.234,56"
    parts = [one(page.xpath(f"//input[@name='birth_date.{part}']")) for part in ("day", "month", "year")]
    assert [part.get("value") for part in parts] == ["31", "02", "1980"]
    assert [part.get("autocomplete") for part in parts] == ["bday-day", "bday-month", "bday-year"]
    assert control("birth_date").get("name") == "birth_date.day"
    assert [each.get("value") for each in page.xpath("//input[@name='agree']")] == ["", "true", "false"]
    assert page.xpath("//input[@name='maybe' and @checked]/@value") == [""]
    assert control("month").tag == "select" and control("month").get("data-typeahead") is None
    assert control("country").get("data-typeahead") == "" and len(control("country")) == 199
    assert page.xpath("//input[@name='languages' and @type='checkbox' and @checked]/@value") == ["braun"]
    assert control("proof").get("accept") == "application/pdf,image/jpeg"
    assert "PDF, JPG, höchstens 10 MB" in page.text_content()


def test_a_file_that_is_there_is_named_and_can_be_removed(page: html.HtmlElement) -> None:
    assert "Passfoto & mehr.jpg" in page.text_content()
    assert one(page.xpath("//button[@name='_remove' and @value='photo']")).text_content() == "Datei entfernen: Foto"
    assert not page.xpath("//input[@name='photo']")


def test_facts_from_a_register_name_their_source_and_can_be_contested(page: html.HtmlElement) -> None:
    town = one(page.xpath("//*[@id='f-town']"))
    assert "Köln" in town.text_content() and "aus dem Melderegister, 22.11.2026" in town.text_content()
    assert one(town.xpath(".//button[@name='_contest']")).get("value") == "town"
    assert page.xpath("//input[@name='town']/@type") == ["hidden"]
    locked = one(page.xpath("//*[@id='f-locked']"))
    assert "Musterstadt" in locked.text_content() and not locked.xpath(".//button | .//input")


def test_lists_grow_and_shrink_by_buttons(page: html.HtmlElement) -> None:
    adds, removes = (page.xpath(f"//button[@name='{name}']/@value") for name in ("_add", "_remove"))
    assert {"phones", "dogs", "owner", "cars", "dogs[0]/chip"} <= set(adds) and "dogs[1]/chip" not in adds
    assert {"phones[0]", "phones[1]", "dogs[0]", "dogs[1]", "dogs[1]/chip"} <= set(removes) and "owner" not in removes
    full = tree(html_of(EVERYTHING, add(EVERYTHING, ANSWERS, "dogs")))
    assert "dogs" not in full.xpath("//button[@name='_add']/@value")
    alone = tree(html_of(EVERYTHING, {}))
    assert "dogs[0]" not in alone.xpath("//button[@name='_remove']/@value"), "one dog is needed"


def test_enter_presses_next_and_not_the_first_remove(page: html.HtmlElement) -> None:
    first = page.xpath("//form//button")[0]
    assert first.get("name") is None and first.get("type") == "submit" and first.get("tabindex") == "-1"


def test_headings_do_not_skip_a_level(page: html.HtmlElement) -> None:
    levels = [1] + [int(each.tag[1]) for each in page.xpath("//h1 | //h2 | //h3 | //h4 | //h5")]
    assert all(after <= before + 1 for before, after in pairwise(levels)) and set(levels) <= {1, 2, 3}


def test_controlling_fields_are_marked(page: html.HtmlElement) -> None:
    names = {name for each in page.xpath("//*[contains(@class, ' controls')]") for name in each.xpath(".//input/@name")}
    assert names == {"dogs[0]/dangerous", "dogs[1]/dangerous", "where"}


def test_nothing_a_person_or_a_schema_wrote_becomes_markup() -> None:
    evil = '"><script>alert(1)</script>{{ x }}{% y %}'
    kinds = [kind for kind in Kind if kind is not Kind.FILE]
    options = (Option(evil, evil, evil), Option("b", evil))
    children = [
        Field(f"f{n}", evil, kind, help=evil, pattern_hint=evil, options=options, autocomplete=evil)
        for n, kind in enumerate(kinds)
    ]
    group = Group("g", evil, tuple(children), minimum=0, maximum=None, help=evil)
    step = Step("s", evil, (*children, group, Field("file", evil, Kind.FILE, minimum=0, media_types=(evil,))))
    answers = {f"{at}f{n}": evil for n in range(len(kinds)) for at in ("", "g[0]/")} | {"file": "k"}
    for sources in ({}, dict.fromkeys(answers, evil)):
        source = html_of(step, answers, checked=True, sources=sources, files={"k": evil})
        found = tree(source)
        assert not found.xpath("//script") and "<script" not in source
        assert "{{ x }}" in found.text_content()
    said = str(
        engines["django"].from_string("{% load forms %}{% error_summary p %}").render({"p": [Problem(evil, evil, evil)]})
    )
    assert "<script" not in said


def test_the_page_posts_what_stands_on_it() -> None:
    """Reading back the untouched page changes nothing: names, markers and values fit the reader."""
    for seed in range(5):
        answers = valid_answers(EVERYTHING, seed)
        data = data_of(tree(html_of(EVERYTHING, answers)))
        back = from_post(EVERYTHING, data, {path: value for path, value in answers.items() if path in ("proof", "photo")})
        assert said(back) == said({path: value for path, value in answers.items() if path != "locked"})
        assert revealed(EVERYTHING, data, back) == []


def said(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was answered, whatever the order of ticks."""
    return sorted(
        (re.sub(r"(languages)\[\d+\]", r"\1", path), str(v)) for path, v in answers.items() if v is not None and v is not True
    )


def data_of(page: html.HtmlElement) -> dict[str, list[str]]:
    """What a browser would post."""
    data: dict[str, list[str]] = {}
    for control in page.xpath("//input[@name] | //select | //textarea"):
        kind = control.get("type")
        if (kind in ("radio", "checkbox") and control.get("checked") is None) or kind == "file":
            continue
        if control.tag == "select":
            chosen = control.xpath("./option[@selected]/@value") or [""]
            data.setdefault(control.get("name"), []).extend(chosen)
        else:
            value = control.text_content().removeprefix("\n") if control.tag == "textarea" else control.get("value", "")
            data.setdefault(control.get("name"), []).append(value)
    return data


@pytest.mark.skipif(not FILES, reason="the federal schemas are not here")
@pytest.mark.parametrize("path", FILES, ids=[path.name.split(".")[0] for path in FILES])
def test_every_question_of_a_federal_schema_stands_on_its_page(path: Path) -> None:
    form = xdf3.read(path, _codes())
    answers = valid_answers(form)
    back = dict(answers)
    for step in form.steps:
        source = html_of(step, answers)
        page = tree(source)
        names = {re.sub(r"\.(day|month|year|time)$", "", name) for name in page.xpath("//@name")}
        ids = set(page.xpath("//@id"))
        for visit in Walk(step, answers).visits():
            field = visit.element
            if isinstance(field, Group):
                continue
            name = visit.path.rpartition("[")[0] if is_ticks(field) else visit.path
            if field.kind is Kind.LABEL:
                assert " ".join(field.label.split()) in " ".join(page.text_content().split())
            elif not field.locked:
                assert (html_id(name) in ids) and (field.kind is Kind.FILE or name in names), name
        assert not page.xpath("//script | //@style")
        back = merged(step, data_of(page), back)
    assert {p: v for p, v in back.items() if v is not True} == {p: v for p, v in answers.items() if v is not True}


def _codes() -> xdf3.CodeLists:
    return genericode.folder(FIM / "codelists") if (FIM / "codelists").is_dir() else {}


def test_a_page_of_thirty_fields_renders_in_fifteen_milliseconds() -> None:
    kinds = [Kind.TEXT] * 14 + [
        Kind.NUMBER,
        Kind.DATE,
        Kind.YES_NO,
        Kind.MONEY,
        Kind.EMAIL,
        Kind.CHOICE,
        Kind.LONG_TEXT,
        Kind.FILE,
    ] * 2
    step = Step(
        "s",
        "S",
        tuple(Field(f"f{n}", "Frage", kind, help="Hilfe", options=(Option("a", "A"),)) for n, kind in enumerate(kinds)),
    )
    template = engines["django"].from_string("{% load forms %}{% form_fields fields %}").template
    best = 9.0
    for _round in range(10):
        start = time.process_time()
        template.render(Context({"fields": placed(step, {}, problems(step, {}))}))
        best = min(best, time.process_time() - start)
    assert best < 0.015, f"{best * 1000:.1f} ms"
