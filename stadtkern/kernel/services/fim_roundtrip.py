"""A file of FIM through everything we do with it: pages, answers, JSON, XML, paper, and every mistake refused. No database."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from django.template import engines

from stadtkern.lib.forms import fim
from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.export.blank import paper
from stadtkern.lib.forms.export.data import dumps, from_data, loads, to_data
from stadtkern.lib.forms.export.schema import to_schema
from stadtkern.lib.forms.export.tree import Keys
from stadtkern.lib.forms.export.xml import Origin, from_xml, to_xml
from stadtkern.lib.forms.model import Answers, Form, fields
from stadtkern.lib.forms.sample import NoSample, valid_answers
from stadtkern.lib.forms.shape import placed
from stadtkern.lib.forms.spoil import spoiled
from stadtkern.lib.forms.walk import evaluate

Judge = Callable[[dict[str, Any]], Callable[[Any], list[str]]]
"""Takes a JSON Schema, gives a function that says what is wrong with data: an independent library."""
PAGE = "{% load forms %}{% form_fields placed %}"


@dataclass
class Trip:
    """One file. `data` = documents that fit our schema and came back equal, `wrong` = answers spoiled in one place each,
    `refused` of them at that place, `alone` of these nowhere else."""

    file: str
    fields: int = 0
    rules: int = 0
    pages: int = 0
    data: int = 0
    documents: int = 0
    wrong: int = 0
    refused: int = 0
    alone: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.problems


def trip(
    path: Path,
    judge: Judge,
    code_lists: fim.CodeLists | None = None,
    *,
    land: str = "",
    seeds: int = 2,
    wrong: int | None = None,
) -> Trip:
    """Everything with one file; `wrong` = at most so many mistakes, drawn by seed, None for all. Never raises."""
    start, found = time.process_time(), Trip(path.name)
    try:
        _trip(found, path, judge, code_lists, land, seeds, wrong)
    except (fim.SchemaError, NoSample) as error:
        found.problems.append(str(error))
    except Exception as error:  # one file must not hide the others
        found.problems.append(f"Unerwarteter Fehler ({type(error).__name__}): {error}"[:300])
    found.seconds = time.process_time() - start
    return found


def _trip(found: Trip, path: Path, judge: Judge, lists: fim.CodeLists | None, land: str, seeds: int, wrong: int | None) -> None:
    schema = fim.load(path, lists, land=land)
    form, origin = schema.form, Origin(schema.info.id, schema.info.version)
    found.fields, found.rules = sum(1 for _ in fields(form)), len(form.rules)
    judges = {keys: judge(json.loads(json.dumps(to_schema(form, keys)))) for keys in Keys}
    paper(form)
    _pages(found, form, {})
    for seed in range(seeds):
        answers = valid_answers(form, seed)
        _pages(found, form, answers)
        for keys in Keys:
            found.documents += 1
            wrongs = list(_mistakes(form, answers, origin, keys, judges[keys]))
            found.data += not wrongs
            found.problems += [f"Angaben {seed}, {keys}: {text}" for text in wrongs[:3]]
        if seed == 0:
            _refuse(found, form, answers, wrong)


def _mistakes(form: Form, answers: Answers, origin: Origin, keys: Keys, judge: Callable[[Any], list[str]]) -> Iterator[str]:
    text = dumps(to_data(form, answers, keys))
    yield from judge(json.loads(text))
    if from_data(form, loads(text)) != answers:
        yield "Aus dem JSON kommen andere Angaben zurück."
    if from_xml(form, to_xml(form, answers, origin, keys), origin) != answers:
        yield "Aus dem XML kommen andere Angaben zurück."


def _pages(found: Trip, form: Form, answers: Answers) -> None:
    """Every page as the browser gets it, with these answers and all their problems."""
    effects = evaluate(form, answers)
    template = engines["django"].from_string(PAGE)
    for step in form.steps:
        told = problems(step, answers, effects=effects)
        html = template.render({"placed": placed(step, answers, told, effects=effects)})
        found.pages += 1
        if "<" not in html and placed(step, answers, effects=effects):
            found.problems.append(f"Seite „{step.title}“ ist leer.")


def _refuse(found: Trip, form: Form, answers: Answers, most: int | None) -> None:
    all_wrong = list(spoiled(form, answers))
    if most is not None and len(all_wrong) > most:
        all_wrong = Random(found.file).sample(all_wrong, most)  # noqa: S311 - a sample, nothing secret
    for one in all_wrong:
        places = {problem.path for problem in problems(form, one.answers)}
        found.wrong += 1
        found.kinds[one.kind] += 1
        found.alone += places == {one.path}
        if one.path in places:
            found.refused += 1
        else:
            found.problems.append(f"Nicht abgewiesen ({one.kind}): {one.path}")
