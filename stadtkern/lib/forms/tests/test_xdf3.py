"""A schema becomes a form: kinds, limits, code lists, cardinalities, pages, rules as notes."""

import gzip

import pytest

from stadtkern.lib.forms import xdf3
from stadtkern.lib.forms.model import Field, Form, Group, Kind, Option, fields
from stadtkern.lib.forms.xdf3 import SchemaError

from .schemas import SPACE, field, group, put, schema


def one(*arguments: str, **options: str) -> Field:
    """The single field of a schema made of it."""
    ((_path, found),) = fields(xdf3.read(schema(put(field(*arguments, **options)))))
    return found


def test_who_it_is_and_what_it_rests_on() -> None:
    read = xdf3.load(schema(put(field("F1"))))
    assert (read.info.id, read.info.version, read.info.title) == ("S99999000001", "1.2.0", "Drachen anmelden")
    assert read.info.sources == ("§ 1 Drachensatzung",) and read.form.title == "Drachen anmelden"
    assert xdf3.load(gzip.compress(schema(put(field("F1"))))) == read


@pytest.mark.parametrize(
    ("kind", "more", "expected", "limits"),
    [
        ("text", '<x:praezisierung minLength="2" maxLength="55"/>', Kind.TEXT, (2, 55, None, None)),
        ("text", '<x:praezisierung minLength="1" maxLength="2000"/>', Kind.LONG_TEXT, (1, 2000, None, None)),
        ("text_latin", "", Kind.TEXT, (None, None, None, None)),
        ("num_int", '<x:praezisierung minValue="1850" maxValue="2080"/>', Kind.NUMBER, (None, None, 1850, 2080)),
        ("num", '<x:praezisierung minValue="0.1"/>', Kind.DECIMAL, (None, None, 0.1, None)),
        ("num_currency", '<x:praezisierung minValue="0.50" maxValue="100"/>', Kind.MONEY, (None, None, 50, 10000)),
        ("num_int", '<x:praezisierung minValue="NaN" maxValue="1e999"/>', Kind.NUMBER, (None, None, None, None)),
        ("date", '<x:praezisierung minValue="2000-01-01"/>', Kind.DATE, (None, None, "2000-01-01", None)),
        ("bool", "", Kind.YES_NO, (None, None, None, None)),
        ("time", "", Kind.TIME, (None, None, None, None)),
        ("datetime", "", Kind.DATETIME, (None, None, None, None)),
    ],
)
def test_kinds_and_limits(kind: str, more: str, expected: Kind, limits: tuple[object, ...]) -> None:
    read = one("F1", kind=kind, more=more)
    assert (read.kind, read.min_length, read.max_length, read.min_value, read.max_value) == (expected, *limits)
    assert read.fim == "F1V1.0.0" and read.label == "Frage F1"


def test_patterns_are_kept_unless_they_could_run_for_ever() -> None:
    assert one("F1", more='<x:praezisierung pattern="[0-9]{5}"/>').pattern == "[0-9]{5}"
    assert one("F1", more='<x:praezisierung pattern="[a-z]+@[a-z.]+$"/>').kind is Kind.EMAIL
    form = xdf3.read(schema(put(field("F1", more='<x:praezisierung pattern="(a+)+"/>'))))
    assert next(fields(form))[1].pattern is None and "(a+)+" in form.notes[0]


def test_files_have_types_and_a_size_also_when_the_schema_is_silent() -> None:
    silent = one("F1", kind="file")
    assert silent.media_types == xdf3.FILE_TYPES and silent.max_bytes == 10_000_000
    said = one("F1", kind="file", more="<x:maxSize>20000000</x:maxSize><x:mediaType>application/pdf</x:mediaType>")
    assert said.media_types == ("application/pdf",) and said.max_bytes == 20_000_000


def test_labels_locked_and_hidden_fields() -> None:
    label = one("F1", sort="label", more="<x:inhalt>Bitte  lesen.</x:inhalt>")
    assert (label.kind, label.help, label.minimum) == (Kind.LABEL, "Bitte lesen.", 0)
    locked = one("F1", sort="locked", more="<x:inhalt>001</x:inhalt>")
    assert locked.locked and locked.default == "001" and not locked.hidden
    assert one("F1", sort="hidden", more="<x:inhalt>x</x:inhalt>").hidden
    assert one("F1", kind="num", more="<x:inhalt>1.5</x:inhalt>").default == "1.5"
    assert one("F1", kind="bool", more="<x:inhalt>true</x:inhalt>").default is True


def test_own_values_code_lists_and_lists_nobody_gave() -> None:
    values = "<x:werte><x:wert><x:code>1</x:code><x:name>Eins</x:name><x:hilfe>nur eins</x:hilfe></x:wert></x:werte>"
    assert one("F1", sort="select", more=values).options == (Option("1", "Eins", "nur eins"),)
    reference = (
        "<x:codelisteReferenz><x:canonicalIdentification>urn:l</x:canonicalIdentification>"
        "<x:canonicalVersionUri>urn:l_1</x:canonicalVersionUri></x:codelisteReferenz>"
    )
    source = schema(put(field("F1", sort="select", more=reference)))
    missing = xdf3.load(source)
    ((_path, text),) = fields(missing.form)
    assert text.kind is Kind.TEXT and text.code_list == "urn:l_1" and "als Text" in text.help
    assert missing.missing_code_lists == ("urn:l_1",)
    for uri in ("urn:l", "urn:l_1"):
        given = xdf3.load(source, {uri: [Option("a", "A")]})
        assert next(fields(given.form))[1].kind is Kind.CHOICE and not given.missing_code_lists


def test_cardinalities_choice_groups_and_paths() -> None:
    form = xdf3.read(
        schema(
            put(group("G1", put(field("F1"), "0:1"), put(field("F1"), "2:5"), put(field("F2"), "0:0")), "1:*"),
            put(group("G2", put(field("F1"), "0:*"), more="<x:art><code>X</code></x:art>"), "0:1"),
        )
    )
    first, second = (step.children[0] for step in form.steps)
    assert isinstance(first, Group) and (first.minimum, first.maximum, first.choice) == (1, None, False)
    assert [(child.key, child.minimum, child.maximum) for child in first.children] == [("F1", 0, 1), ("F1_2", 2, 5)]
    assert isinstance(second, Group) and second.choice and (second.minimum, second.maximum) == (0, 1)
    assert [path for path, _field in fields(form)] == ["G1/F1", "G1/F1_2", "G2/F1"]


RULE = (
    "<x:regel><x:identifikation><x:id>R1</x:id><x:version>1.1.0</x:version></x:identifikation><x:name>Farbe?</x:name>"
    "<x:freitextRegel>WENN F1 = 1 \n DANN F2</x:freitextRegel></x:regel>"
)


def test_rules_stand_beside_their_bearer() -> None:
    inside = group("G1", put(field("F1", more=RULE)), put(field("F1", more=RULE)), more=RULE)
    read = xdf3.load(schema(put(inside, "1:*"), put(field("F9", more=RULE), "0:0"), more=RULE))
    assert [rule.bearer for rule in read.rules] == ["", "G1", "G1/F1", "G1/F1_2"]
    assert {(rule.key, rule.version, rule.text, rule.name) for rule in read.rules} == {
        ("R1", "1.1.0", "WENN F1 = 1\nDANN F2", "Farbe?")
    }
    assert [(rule.key, rule.bearer) for rule in read.form.rules] == [("R1", rule.bearer) for rule in read.rules]


def test_what_overlay_and_exports_need_of_every_element() -> None:
    more = (
        '<x:bezug link="https://x">§ 2</x:bezug><x:bezug>§ 3</x:bezug>'
        "<x:schemaelementart><code>HAR</code></x:schemaelementart><x:vorbefuellung><code>verpflichtend</code></x:vorbefuellung>"
    )
    form = xdf3.read(schema(put(group("G1", put(field("F1", more=more)), put(field("F2")), more=more))))
    outer = form.steps[0].children[0]
    assert isinstance(outer, Group) and (outer.fim, outer.grade, outer.sources) == ("G1V1.0.0", "HAR", ("§ 2", "§ 3"))
    first, second = outer.children
    assert isinstance(first, Field) and (first.fim, first.grade, first.prefill) == ("F1V1.0.0", "HAR", "required")
    assert isinstance(second, Field) and (second.grade, second.prefill, second.sources) == ("", "", ())


RELATION = (
    "<x:relation><x:praedikat listURI='u'>\n<code>ABL</code></x:praedikat>"
    "<x:objekt><x:id>F2</x:id><x:version>1.0.0</x:version></x:objekt></x:relation>\n"
)


def test_relations_are_thrown_away_while_reading() -> None:
    plain = xdf3.load(schema(put(field("F1")), more="<x:relation/>"))
    for more in (
        RELATION * 1000,
        f"<!-- {RELATION} -->",
        "<x:relation a='1'><x:objekt>ohne Kennung</x:objekt></x:relation>",
        RELATION.replace("<x:objekt>", "<x:objekt><x:relation/>"),
        RELATION.replace("x:", "y:").replace("<y:relation>", f"<y:relation xmlns:y='{SPACE}'>"),
    ):
        assert xdf3.load(schema(put(field("F1", more=more)), more=more)) == plain
    inside = f"<x:inhalt><![CDATA[{RELATION}]]></x:inhalt>"
    assert "<x:relation>" in str(one("F1", more=inside).default), "text that only looks like one stays"


def test_a_large_schema_is_mostly_derivations() -> None:
    many = RELATION * (21_500_000 // len(RELATION))
    assert xdf3.read(schema(put(field("F1", more=f"<!-- viele -->{many}")))) == xdf3.read(schema(put(field("F1"))))
    with pytest.raises(SchemaError, match="20 MB, auch ohne Ableitungen"):
        xdf3.read(schema(put(field("F1", more=many.replace("ABL", "<b/>")))))


def test_lines_are_counted_as_in_the_file() -> None:
    with pytest.raises(SchemaError, match="Zeile 2001"):
        xdf3.read(schema(put(field("F1", more=RELATION * 1000)), put(field("F2"), "viele")))
    broken = RELATION.replace("</x:praedikat>", "") * 3
    with pytest.raises(SchemaError, match="kein vollständiges XML"):
        xdf3.read(schema(put(field("F1", more=broken))))


def page_titles(form: Form) -> list[tuple[str, str, list[str]]]:
    return [(step.key, step.title, [path for path, _field in fields(step)]) for step in form.steps]


def test_pages_one_group_each_loose_fields_together_large_groups_cut() -> None:
    name = group("G2", *(put(field(f"F1{number}")) for number in range(6)))
    address = group("G3", *(put(field(f"F2{number}")) for number in range(5)))
    form = xdf3.read(
        schema(
            put(field("F1")), put(field("F2")), put(group("G1", put(field("F3")), put(name), put(address))), put(field("F9"))
        )
    )
    assert page_titles(form) == [
        ("F1", "Allgemeine Angaben", ["F1", "F2"]),
        ("G1", "Gruppe G1", ["G1/F3", *(f"G1/G2/F1{number}" for number in range(6))]),
        ("G1-2", "Gruppe G1: Gruppe G3", [f"G1/G3/F2{number}" for number in range(5)]),
        ("F9", "Frage F9", ["F9"]),
    ]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"", "leer"),
        (b"%PDF-1.7 nichts", "kein vollständiges XML"),
        (schema(put(field("F1")))[:-40], "kein vollständiges XML"),
        (gzip.compress(schema(put(field("F1"))))[:-30], "beschädigt"),
        (b"<a/>", "keine Datei im Format XDatenfelder 3.0"),
        (schema(put(field("F1")), space="urn:xoev-de:fim:standard:xdatenfelder_2"), "XDatenfelder 2"),
        (schema(), "keine Felder"),
        (schema(put(group("G1"))), "keine Felder"),
        (schema(put(field("F1"), "viele")), "Anzahl"),
        (schema(put(field("F1"), "5:2")), "nicht möglich"),
        (schema(put(field("F1"), "999999:*")), "nicht möglich"),
        (schema(put(field("F1") + field("F2"))), "nicht genau ein"),
        (schema("<x:struktur><x:anzahl>1:1</x:anzahl></x:struktur>"), "nicht genau ein"),
        (schema(put(field(""))), "Kennung"),
        (schema(put(field("F 1"))), "Kennung"),
        (schema(put(field("F1").replace("<x:version>", "<x:id>F2</x:id><x:version>", 1))), "Kennung"),
        (schema(put(field("F1").replace("<x:version>", "<x:neu/><x:version>", 1))), "unbekannte Angabe „neu“"),
        (schema(put(field("F1").replace("1.0.0", "1&quot;0", 1))), "Die Fassung von F1"),
        (schema(put(field("F1", more="<x:name>F1</x:name>"))), "„name“ zweimal"),
        (schema(put(field("F1", more="<x:freigabestatus><code>9</code></x:freigabestatus>"))), "Freigabestatus „9“"),
        (schema(put(field("F1"))).replace(b"</x:xdaten", b"<x:stammdatenschema/></x:xdaten"), "mehrere Stammdatenschemata"),
        (schema(put(field("F1")), more="<x:a/>" * 700_000), "ungewöhnlich viele Elemente"),
    ],
)
def test_what_is_wrong_is_said_in_german(source: bytes, says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        xdf3.read(source)


def test_a_schema_that_demands_thousands_of_inputs_is_refused() -> None:
    inner = put(field("F1"), "1:1")
    for level in range(4):
        inner = put(group(f"G{level}", inner), "150:*")
    with pytest.raises(SchemaError, match=r"10\.000 Eingaben"):
        xdf3.read(schema(inner))


def test_a_schema_as_deep_as_a_well_is_refused() -> None:
    inner = put(field("F1"))
    for level in range(40):
        inner = put(group(f"G{level}", inner))
    with pytest.raises(SchemaError, match="verschachtelt"):
        xdf3.read(schema(inner))
    for _level in range(200):
        inner = put(group("G", inner))
    with pytest.raises(SchemaError):
        xdf3.read(schema(inner))
