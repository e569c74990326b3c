"""The commands that send schemas through everything: what they count, what they say, what they never do (fall over)."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from stadtkern.lib.forms.tests.schemas import field, group, put, schema

SMALL = schema(
    put(group("G99000000001", put(field("F99000000001")), put(field("F99000000002", kind="num_int"), "0:2"))),
    put(field("F99000000003", kind="bool")),
)


def said(name: str, *args: object, **options: object) -> str:
    out = StringIO()
    call_command(name, *map(str, args), stdout=out, land="NW", **options)
    return out.getvalue()


def test_a_schema_goes_round(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(SMALL)
    found = json.loads(said("fim_roundtrip", tmp_path, json=True))["files"][0]
    assert found["ok"] and found["fields"] == 3 and found["data"] == found["documents"] == 4
    assert found["wrong"] == found["refused"] > 10 and found["kinds"]["too many"] == 1
    assert "1 von 1 Schemata ohne Fehler" in said("fim_roundtrip", tmp_path)


@pytest.mark.parametrize("data", [b"", b"<a/>", b"\x1f\x8bkaputt", SMALL[:400]])
def test_a_broken_file_is_named_and_hides_no_other(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.xml").write_bytes(data)
    (tmp_path / "b.xml").write_bytes(SMALL)
    broken, fine = json.loads(said("fim_roundtrip", tmp_path, json=True, wrong=5))["files"]
    assert not broken["ok"] and broken["problems"] and fine["ok"] and fine["wrong"] == 5


def test_schemas_are_compared_by_reason(tmp_path: Path) -> None:
    (tmp_path / "S99999000001.xml").write_bytes(SMALL)
    ours = json.loads(said("fim_jsonschema", tmp_path / "S99999000001.xml", keys="versioned"))
    assert ours["properties"].keys() == {"G99000000001V1.0.0", "F99000000003V1.0.0"}
    other = tmp_path / "other"
    other.mkdir()
    ours["$defs"]["F99000000002V1.0.0"]["type"] = "string"
    (other / "S99999000001.schema.json").write_text(json.dumps(ours))
    (other / "S99999000002.schema.json").write_text("{}")
    text = said("fim_jsonschema", tmp_path, against=other)
    assert "G99000000001/F99000000002[]: type hier integer, dort string" in text and "S99999000002" in text
