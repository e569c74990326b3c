"""Whatever was answered comes back from JSON and XML as it was; whatever is sent is taken or refused, never a crash."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from stadtkern.lib.forms import shape
from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.export.data import NotThisForm, dumps, from_data, loads, to_data
from stadtkern.lib.forms.export.tree import Keys
from stadtkern.lib.forms.export.xml import Origin, from_xml, to_xml
from stadtkern.lib.forms.model import Answers
from stadtkern.lib.forms.sample import valid_answers
from stadtkern.lib.forms.tests.forms import FORM

from .validators import mistakes

ORIGIN = Origin("hund_anmelden")
FEDERAL = Origin("S99999000001", "1.2.0")
TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=30)
XML_TEXT = TEXT.map(lambda text: "".join(c for c in text if c >= " " or c in "\t\n\r")).filter(
    lambda text: text and not {"\ufffe", "\uffff"} & set(text)
)
DECIMAL = st.from_regex(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?", fullmatch=True)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "number": st.integers(0, 500), "decimal": DECIMAL, "money": st.integers(-(10**14), 10**8),
    "born": st.sampled_from(["1960", "1960-07", "1960-07-01"]), "time": st.sampled_from(["00:00", "23:59"]),
    "moment": st.sampled_from(["2026-10-25T02:30", "1890-01-01T12:00"]), "yes": st.booleans(),
    "email": st.just("a@example.org"),
}  # fmt: skip


@st.composite
def answers(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT) -> Answers:
    """Valid answers with any text in them, some optional ones left out."""
    found = dict(valid_answers(FORM, draw(st.integers(0, 5))))
    for name, strategy in VALUES.items():
        if draw(st.booleans()):
            found[name] = draw(strategy)
    for name in ("text", "long", "dogs[0]/name", "dogs[0]/vets[0]"):
        found[name] = draw(text)
    for name in draw(st.lists(st.sampled_from(["phone", "iban", "file", "date", "owner/name"]), max_size=3)):
        found.pop(name, None)
    return shape.clean(FORM, found)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(said=answers(), keys=st.sampled_from(Keys))
def test_json_and_back(said: Answers, keys: Keys) -> None:
    text = dumps(to_data(FORM, said, keys))
    assert from_data(FORM, loads(text)) == said
    assert from_data(FORM, loads(text.encode())) == said
    if not problems(FORM, said):
        assert mistakes(FORM, said, keys) == []


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(said=answers(XML_TEXT), origin=st.sampled_from([ORIGIN, FEDERAL]), keys=st.sampled_from(Keys))
def test_xml_and_back(said: Answers, origin: Origin, keys: Keys) -> None:
    assert from_xml(FORM, to_xml(FORM, said, origin, keys), origin) == said


def test_any_program_reads_the_numbers() -> None:
    data = json.loads(dumps(to_data(FORM, {"money": -5, "decimal": "12.50", "number": 7, "yes": False, "time": "09:05"})))
    assert data == {"money": -0.05, "decimal": 12.5, "number": 7, "yes": False, "time": "09:05:00", "person": {}}
    assert dumps(to_data(FORM, {"decimal": "0.000000001"})).startswith('{"decimal": 0.000000001')


def test_the_shape_of_the_xml() -> None:
    said = {"text": "Łódź & <b>", "dogs[0]/name": "Rex", "dogs[1]/name": "Bo", "yes": True, "where/box/number": "7"}
    root = etree.fromstring(to_xml(FORM, said, FEDERAL))
    assert root.tag == "{urn:fim-de:xfall:xdf3:S99999000001V1.2.0}S99999000001V1.2.0"
    assert [etree.QName(part).localname for part in root] == ["text", "yes", "dogs", "dogs", "where", "person"]
    assert (
        etree.QName(etree.fromstring(to_xml(FORM, said, FEDERAL, Keys.VERSIONED))).namespace
        == "urn:fim-de:xfall:datenschema:xdf3"
    )
    assert etree.QName(etree.fromstring(to_xml(FORM, said, ORIGIN))).text == "{urn:stadtkern:antrag:hund_anmelden}hund_anmelden"


def test_what_xml_cannot_hold_is_marked_not_lost_silently() -> None:
    back = from_xml(FORM, to_xml(FORM, {"text": "a\x01b\ufffec"}, ORIGIN), ORIGIN)
    assert back["text"] == "a\ufffdb\ufffdc"
    assert any(problem.path == "text" for problem in problems(FORM, back))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '"x"', "[" * 100_000, '{"mehr": 1}', '{"dogs": {}}', '{"dogs": [1]}', '{"number": {"a": 1}}',
     '{"number": NaN}', '{"note": "x"}', '{"where": {"street": {}, "box": {}}}', '{"dogs": ' + str([{}] * 201) + "}"],
)  # fmt: skip
def test_other_data_are_refused_with_the_place(text: str) -> None:
    with pytest.raises(NotThisForm) as caught:
        from_data(FORM, loads(text))
    assert caught.value.mistakes and all(message for _path, message in caught.value.mistakes)


@pytest.mark.parametrize(
    ("text", "kept"),
    [('{"number": 12.0}', 12), ('{"number": 1e999999999}', "1E+999999999"), ('{"number": 1.5}', "1.5"),
     ('{"money": 3.456}', "3.456"), ('{"money": 12}', 1200), ('{"decimal": 3}', "3"), ('{"text": 5}', 5),
     ('{"text": "a\\u0000b"}', "a\ufffdb"), ('{"text": "\\ud800"}', "\ufffd"), ('{"time": "09:05:30"}', "09:05:30"),
     ('{"number": ' + "9" * 5000 + "}", "9" * 100)],
)  # fmt: skip
def test_values_are_kept_and_the_check_judges(text: str, kept: Any) -> None:
    found = from_data(FORM, loads(text))
    assert list(found.values()) == [kept]
    problems(FORM, found)
    shape.clean(FORM, found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["dogs", "name", "where", "box", "text"]), inner)
    ),
)


@settings(max_examples=200, deadline=None)
@given(sent=JSON)
def test_any_json_is_taken_or_refused(sent: Any) -> None:
    try:
        found = from_data(FORM, loads(json.dumps(sent)))
    except NotThisForm:
        return
    problems(FORM, found)


SPACE = 'xmlns="urn:stadtkern:antrag:hund_anmelden"'


@pytest.mark.parametrize(
    "source",
    [b"", b"<a/>", b"<hund_anmelden/>", f"<hund_anmelden {SPACE}><mehr/></hund_anmelden>".encode(),
     f'<hund_anmelden {SPACE}><text xmlns="x">a</text></hund_anmelden>'.encode(),
     f"<hund_anmelden {SPACE}><text>a</text><text>b</text></hund_anmelden>".encode(),
     f"<hund_anmelden {SPACE}><text><b/></text></hund_anmelden>".encode(),
     f'<!DOCTYPE a [<!ENTITY x "y">]><hund_anmelden {SPACE}><text>&x;</text></hund_anmelden>'.encode()],
)  # fmt: skip
def test_other_xml_is_refused(source: bytes) -> None:
    with pytest.raises(NotThisForm):
        from_xml(FORM, source, ORIGIN)
