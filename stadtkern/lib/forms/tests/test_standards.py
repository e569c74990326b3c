"""The schemas at hand in both standards: the same form, and a reason for whatever differs."""

from dataclasses import replace
from pathlib import Path

import pytest

from stadtkern.lib.forms import fim, genericode
from stadtkern.lib.forms.model import Option, fields
from stadtkern.lib.forms.standards import differences

from . import schemas
from .schemas import FIM, SPACE, field, group, put
from .test_xdf2 import SPACE as OLD_SPACE

PAIRS = [
    (newer, older)
    for older in sorted((FIM / "xdf2" / "converted").glob("*.xdf2.xml.gz"))
    if (newer := FIM / "xdf3" / older.name.replace("xdf2", "xdf3")).exists()
]


@pytest.mark.skipif(not PAIRS, reason="the federal schemas are not here")
@pytest.mark.parametrize(("newer", "older"), PAIRS, ids=[older.name.split(".")[0] for _, older in PAIRS])
def test_the_same_form_or_a_reason(newer: Path, older: Path) -> None:
    lists = genericode.folder(FIM / "codelists")
    new, old = fim.load(newer, lists), fim.load(older, lists)
    assert [each for each in differences(new, old) if not each.reason] == []
    values = {fim.block(each.fim): each.options for _, each in fields(new.form) if each.options}
    outside: dict[str, tuple[Option, ...]] = {
        each.code_list: values[fim.block(each.fim)] for _, each in fields(old.form) if fim.block(each.fim) in values
    }
    given = fim.load(older, {**lists, **outside})
    assert {each.attribute for each in differences(new, given)} <= {"code_list", "max_bytes", "kind", "minimum", "locked"}


@pytest.mark.skipif(not (FIM / "xdf2").is_dir(), reason="the federal schemas are not here")
def test_two_exports_of_one_real_schema_are_one_form() -> None:
    lists = genericode.folder(FIM / "codelists")
    first, second = (fim.load(FIM / "xdf2" / f"S00000094V1.0_xdf2{end}.xml", lists) for end in ("", ".testvariant"))
    assert first.form == replace(second.form, rules=first.form.rules) and len(first.rules) == len(second.rules) > 10
    places = [place for place, _field in fields(first.form)]
    assert len(places) == len(set(places)) > 40 and not first.missing_code_lists
    assert all(each.label for _place, each in fields(first.form))


def test_what_nothing_explains_has_no_reason() -> None:
    inside = put(group("G60000000001", put(field("F60000000002")), put(field("F60000000003"))))
    other = inside.replace("60000000", "60000").replace("Frage F60000003", "Anders")
    new, old = fim.load(schemas.schema(inside)), fim.load(schemas.schema(other, space=OLD_SPACE))
    found = differences(new, old)
    assert {(each.path[-3:], each.attribute) for each in found} == {("001", "label"), ("002", "label"), ("003", "label")}
    assert all(each.reason == "" for each in found) and SPACE != OLD_SPACE
