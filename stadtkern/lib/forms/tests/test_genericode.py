"""Code lists of every making: columns by key, name and content, values without reference, versions, bad neighbours."""

import gzip
from pathlib import Path

import pytest

from stadtkern.lib.forms import genericode
from stadtkern.lib.forms.model import Option
from stadtkern.lib.forms.xml import SchemaError

from .schemas import FIM

HEAD = (
    '<gc:CodeList xmlns:gc="http://docs.oasis-open.org/codelist/ns/genericode/1.0/"><Identification><ShortName>Farben</ShortName>'
    "<Version>{version}</Version><CanonicalUri>urn:f</CanonicalUri><CanonicalVersionUri>urn:f_{version}</CanonicalVersionUri>"
    "</Identification>"
)


def make(columns: dict[str, str], rows: list[dict[str, str]], keys: tuple[str, ...] = (), version: str = "1") -> bytes:
    """Columns by id and short name; the key "" of a row stands for a value without reference."""
    told = "".join(f'<Column Id="{key}" Use="optional"><ShortName>{name}</ShortName></Column>' for key, name in columns.items())
    told += "".join(f'<Key Id="k{n}"><ShortName>k</ShortName><ColumnRef Ref="{key}"/></Key>' for n, key in enumerate(keys))
    lines = "".join("<Row>" + "".join(_value(*cell) for cell in row.items()) + "</Row>" for row in rows)
    return (
        HEAD.format(version=version) + f"<ColumnSet>{told}</ColumnSet><SimpleCodeList>{lines}</SimpleCodeList></gc:CodeList>"
    ).encode()


def _value(column: str, text: str) -> str:
    ref = f' ColumnRef="{column}"' if column.strip() else ""
    return f"<Value{ref}><SimpleValue>{text}</SimpleValue></Value>"


ROWS = [{"a": "1", "b": "Rot wie Blut", "c": "x"}, {"a": "2", "b": "Blau wie Tinte", "c": "x"}]


@pytest.mark.parametrize(
    ("columns", "keys", "expected"),
    [
        ({"a": "Code", "b": "Name", "c": "Hinweis"}, ("a",), ("a", "b")),
        ({"c": "Code", "a": "Schlüssel", "b": "Kurztext"}, (), ("a", "b")),  # what is called code is not unique
        (
            {"c": "Gruppe", "b": "Bezeichnung", "a": "Nr"},
            ("b", "a"),
            ("b", "b"),
        ),  # two keys, none called a code; no other words
        ({"b": "name_de", "a": "schluessel", "c": "name_en"}, ("a",), ("a", "b")),
        ({"c": "c", "a": "a", "b": "b"}, ("a",), ("a", "b")),  # nothing is called anything: the first with words
        ({"a": "x", "b": "y", "c": "z"}, ("nirgends",), ("a", "b")),
    ],
)
def test_columns_are_found(columns: dict[str, str], keys: tuple[str, ...], expected: tuple[str, str]) -> None:
    read = genericode.read(make(columns, ROWS, keys))
    assert (read.code_column, read.label_column) == expected and set(read.columns) == {"a", "b", "c"}


def test_columns_can_be_said_and_wrong_ones_are_told() -> None:
    source = make({"a": "Code", "b": "Name", "c": "c"}, ROWS)
    assert genericode.read(source, "a", "c").options == (Option("1", "x"), Option("2", "x"))
    for columns in (("z", "b"), ("a", "z")):
        with pytest.raises(SchemaError, match="fehlt die Spalte"):
            genericode.read(source, *columns)


def test_values_without_reference_follow_the_column_before() -> None:
    rows = [{"": "1", " ": "Rot"}, {"a": "2", " ": "Blau"}, {"b": "ohne Code"}, {"a": "2", "b": "doppelt"}, {"a": "3"}]
    read = genericode.read(make({"a": "Code", "b": "Name"}, rows), "a", "b")
    assert read.options == (Option("1", "Rot"), Option("2", "Blau"), Option("3", "3"))


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (make({}, ROWS), "nennt keine Spalten"),
        (make({"a": "Code"}, []), "keine Zeilen"),
        (make({"a": "Code"}, [{"a": ""}]), "keine Zeilen"),
        (make({f"c{n}": "x" for n in range(201)}, ROWS), "200 Spalten"),
        (make({"a": "Code"}, [{"a": "1"}] * 20_001), "20000 Zeilen"),
        (b"<CodeListSet/>", "keine Codeliste"),
    ],
)
def test_what_is_wrong_is_said_in_german(source: bytes, says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        genericode.read(source)


def test_a_folder_takes_the_newest_version_and_passes_over_the_rest(tmp_path: Path) -> None:
    for version, name in (("9", "Neun"), ("10", "Zehn"), ("2", "Zwei")):
        (tmp_path / f"{version}.xml").write_bytes(make({"a": "Code", "b": "Name"}, [{"a": "1", "b": name}], version=version))
    (tmp_path / "packed.xml.gz").write_bytes(gzip.compress(make({"a": "Code"}, [{"a": "1"}], version="1")))
    (tmp_path / "broken.xml").write_bytes(b"<kaputt")
    problems: list[str] = []
    found = genericode.folder(tmp_path, problems)
    assert found["urn:f"][0].label == "Zehn" and found["urn:f_2"][0].label == "Zwei" and "urn:f_1" in found
    assert len(problems) == 1 and problems[0].startswith("broken.xml: ")


@pytest.mark.skipif(not (FIM / "codelists").is_dir(), reason="the real lists are not here")
def test_the_real_lists() -> None:
    read = {file.name[:9]: genericode.read(file) for file in genericode.files(FIM / "codelists")}
    assert {name: len(one.options) for name, one in read.items()} == {
        "C00000020": 2,
        "C00000021": 9,
        "C60000006": 2,
        "C60000020": 197,
    }
    assert (read["C60000020"].code_column, read["C60000020"].label_column) == ("schluessel-staat", "staatenname-kurz")
