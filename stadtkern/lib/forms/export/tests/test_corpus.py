"""Federal schemas: data fit our schema, wrong answers are refused at their place, the oracles agree or we know why."""

import json
from collections import Counter
from functools import lru_cache
from pathlib import Path
from random import Random

import pytest

from stadtkern.lib.forms import fim, genericode
from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.export.compare import REASONS, differences, reason
from stadtkern.lib.forms.export.data import dumps, from_data, loads, to_data
from stadtkern.lib.forms.export.schema import to_schema
from stadtkern.lib.forms.export.tree import Keys
from stadtkern.lib.forms.export.xml import Origin, from_xml, to_xml
from stadtkern.lib.forms.sample import valid_answers
from stadtkern.lib.forms.spoil import spoiled
from stadtkern.lib.forms.tests.schemas import FILES, FIM

from .validators import mistakes

pytestmark = pytest.mark.skipif(not FILES, reason="the federal schemas are not here")
ORACLES = sorted((FIM / "jsonschema").glob("*.schema.json"))
SMALL = [path for path in FILES if path.stat().st_size < 9_000]
DRAWN = (
    Random(3).sample([path for path in FILES if path not in SMALL], min(6, max(len(FILES) - len(SMALL), 0))) if FILES else []
)


def name(path: Path) -> str:
    return path.name.split(".")[0]


@lru_cache(maxsize=40)
def schema_of(path: Path) -> fim.Schema:
    return fim.load(path, genericode.folder(FIM / "codelists"), land="NW")


@pytest.mark.parametrize("path", [*SMALL, *DRAWN], ids=name)
def test_answers_go_round(path: Path) -> None:
    schema = schema_of(path)
    origin = Origin(schema.info.id, schema.info.version)
    for seed, keys in enumerate(Keys):
        answers = valid_answers(schema.form, seed)
        assert mistakes(schema.form, answers, keys) == []
        assert from_data(schema.form, loads(dumps(to_data(schema.form, answers, keys)))) == answers
        assert from_xml(schema.form, to_xml(schema.form, answers, origin, keys), origin) == answers


@pytest.mark.parametrize("path", [*SMALL, *DRAWN], ids=name)
def test_every_mistake_is_refused_at_its_place(path: Path) -> None:
    form = schema_of(path).form
    wrong = list(spoiled(form, valid_answers(form, 0)))
    for one in Random(name(path)).sample(wrong, min(60, len(wrong))):
        assert one.path in {problem.path for problem in problems(form, one.answers)}, (one.kind, one.path)


@pytest.mark.parametrize("oracle", ORACLES, ids=name)
def test_the_community_schemas_agree_or_we_know_why(oracle: Path) -> None:
    folders = FIM / "xdf3", FIM / "xdf2" / "converted"
    file = next(file for folder in folders for file in folder.glob(f"{name(oracle)}.*.gz"))
    form = fim.load(file, land="NW").form  # without code lists, as the oracle was made
    found = differences(to_schema(form, Keys.VERSIONED), json.loads(oracle.read_text(encoding="utf-8")))
    reasons = Counter(reason(one, form) for one in found)
    assert set(reasons) <= set(REASONS), [one for one in found if not reason(one, form)][:3]
