"""The older standard: broken JSON, empty elements, lists outside; and the parser files of others, of both standards."""

import pytest

from stadtkern.lib.forms import fim, xdf3
from stadtkern.lib.forms.model import Field, Group, Kind, Option, fields
from stadtkern.lib.forms.xdf2 import limits
from stadtkern.lib.forms.xml import SchemaError

from . import schemas
from .schemas import FIM, group, put

SPACE = "urn:xoev-de:fim:standard:xdatenfelder_2"


def field(key: str, *, sort: str = "input", kind: str = "text", more: str = "") -> str:
    """One field as the older standard writes it: everything is there, most of it empty."""
    return schemas.field(key, sort=sort, kind=kind, more=f"{more}<x:hilfetextEingabe/><x:inhalt></x:inhalt><x:bezug/>")


def schema(*inside: str, more: str = "") -> bytes:
    return schemas.schema(*inside, space=SPACE, more=more)


def one(*arguments: str, **options: str) -> Field:
    ((_path, found),) = fields(fim.load(schema(put(field(*arguments, **options)))).form)
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"minLength":"1","maxLength":"55"}', {"minLength": "1", "maxLength": "55"}),
        ('{"minLength":1,"maxValue":2.5}', {"minLength": "1", "maxValue": "2.5"}),
        (r'{"pattern":"\d{5}","maxLength":"5"}', {"pattern": r"\d{5}", "maxLength": "5"}),
        (r'{"maxLength":"5","pattern":"\d{5}"}', {"pattern": r"\d{5}", "maxLength": "5"}),
        (r'{"pattern":"\\d{5}"}', {"pattern": r"\d{5}"}),
        ('{"minLength":"1","maxLength":"9",}', {"minLength": "1", "maxLength": "9"}),
        ('{"minValue":"0,5"}', {"minValue": "0.5"}),
        (r'{"pattern":"[a-z"\d]{1,3}@x"}', {"pattern": r'[a-z"\d]{1,3}@x'}),
        ("", {}),
        ("höchstens 5", {}),
        ("{" * 4000, {}),
        ('{"pattern":' + "[" * 4000, {}),
        ("[1]", {}),
        ('{"minLength":["1"],"maxLength":null}', {}),
    ],
)
def test_limits_are_read_leniently(text: str, found: dict[str, str]) -> None:
    assert limits(text) == found


def test_a_schema_of_the_older_standard() -> None:
    rule = (
        "<x:regel><x:identifikation><x:id>R1</x:id><x:version>1.0</x:version></x:identifikation><x:name>Name</x:name>"
        "<x:beschreibung/><x:definition>WENN F1 &lt;&gt; 1 DANN F2</x:definition><x:script>function script() {}</x:script>"
        "</x:regel>"
    )
    read = fim.load(
        schema(put(group("G1", put(field("F1", more='<x:praezisierung>{"maxLength":"9"}</x:praezisierung>')), more=rule)))
    )
    assert (read.info.id, read.info.standard, read.info.sources) == ("S99999000001", "2.0", ("§ 1 Drachensatzung",))
    outer = read.form.steps[0].children[0]
    assert isinstance(outer, Group) and isinstance(outer.children[0], Field) and outer.children[0].max_length == 9
    assert [(each.key, each.bearer, each.text) for each in read.rules] == [("R1", "G1", "WENN F1 <> 1 DANN F2")]


def test_sources_in_one_text_and_lists_outside() -> None:
    more = "<x:bezug>§ 1 A (https://x.example/1); \n§ 2 B;</x:bezug>"
    assert one("F1", more=more).sources == ("§ 1 A", "§ 2 B")
    listed = (
        "<x:codelisteReferenz><x:identifikation><x:id>C1</x:id></x:identifikation><x:genericodeIdentification>"
        "<x:canonicalIdentification>urn:l</x:canonicalIdentification><x:version>1</x:version>"
        "<x:canonicalVersionUri>urn:l_1</x:canonicalVersionUri></x:genericodeIdentification></x:codelisteReferenz>"
    )
    source = schema(put(field("F1", sort="select", more=listed)))
    assert fim.load(source).missing_code_lists == ("urn:l_1",)
    ((_path, found),) = fields(fim.load(source, {"urn:l": [Option("a", "A")]}).form)
    assert found.kind is Kind.CHOICE and found.code_list == "urn:l_1"
    empty = "<x:codelisteReferenz></x:codelisteReferenz>"
    assert one("F1", sort="select", more=empty).kind is Kind.TEXT


def test_each_standard_knows_the_other() -> None:
    with pytest.raises(SchemaError, match="XDatenfelder 2"):
        xdf3.load(schema(put(field("F1"))))
    with pytest.raises(SchemaError, match=r"XDatenfelder 3\.0 oder 2\.0"):
        fim.load(schemas.schema(put(field("F1")), space="urn:x"))
    assert one("F60000319").fim == "F60000000319V1.0.0", "one building block, whatever the standard"
    assert fim.block("F60000319V1.3") == fim.block("F60000000319V1.3.0") == "F60000000319"


NAMES = {
    "v2/data-field-rule": 1, "v2/data-group-rule": 0, "v2/label": 1, "v2/minimal": 0, "v2/rule": 0, "v2/select": 1,
    "v2/simple": 1, "v2/duplicate-optional-value": "„beschreibung“ zweimal", "v2/duplicate-required-value": "„name“ zweimal",
    "v2/unknown-namespace": "keine Datei im Format", "v3/simple": 1, "v3/input": 1, "v3/duplicate-id-node": "keine eindeutige",
    "v3/empty-id-node": "keine gültige Kennung", "v3/missing-id-node": "keine gültige Kennung",
    "v3/unknown-namespace": "keine Datei im Format", "v3/invalid-freigabestatus": "Freigabestatus „10“",
    "v3/unexpected-node": "unbekannte Angabe",
}  # fmt: skip


@pytest.mark.skipif(not (FIM / "tests").is_dir(), reason="the parser files of others are not here")
@pytest.mark.parametrize("name", NAMES)
def test_the_parser_files_of_others_behave_as_their_names_say(name: str) -> None:
    source, outcome = FIM / "tests" / f"{name}.xml", NAMES[name]
    if isinstance(outcome, str):
        with pytest.raises(SchemaError, match=outcome):
            fim.load(source, bare=True)
        return
    read = fim.load(source, bare=True)
    found = [each for _path, each in fields(read.form)]
    assert len(found) == outcome
    if "rule" in name:
        assert [rule.key[:1] for rule in read.rules] == ["R"] and read.rules[0].text
    if name == "v2/label":
        assert found[0].kind is Kind.LABEL and found[0].help
    if name == "v2/select":
        assert found[0].code_list
    if not found:
        with pytest.raises(SchemaError, match="keine Felder"):
            fim.load(source)
