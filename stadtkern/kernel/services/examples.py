"""examples.toml: applications as people would type them, with the expected problems, fee and outcome."""

import re
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stadtkern.lib.forms.model import Answers, Field, Form, Group, Kind, Step, children_of
from stadtkern.lib.forms.read import merged
from stadtkern.lib.forms.shape import clean, find
from stadtkern.lib.forms.walk import is_ticks

from .service import Service
from .table import Table

NAME = "examples.toml"
NAMESPACE = uuid.UUID("0d7e2f5a-5d53-4c57-9a53-6a2f0c0c7a11")


@dataclass(frozen=True)
class Example:
    """One application. What is None is not expected either way; `outcome` "" means: a person decides."""

    title: str
    answers: Mapping[str, str]  # path -> typed text; a choice by its code, a file by its name
    problems: tuple[str, ...] = ()
    fee: int | None = None  # cents
    outcome: str | None = None
    four_eyes: bool | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def examples_of(service: Service) -> list[Example]:
    """The examples beside a service; empty where there is no file. Raises ValueError for a file that cannot be read."""
    file = service.folder / NAME if service.folder else None
    return read_examples(file) if file and file.is_file() else []


def read_examples(file: Path) -> list[Example]:
    """All examples of a file; ValueError with one sentence per mistake."""
    problems: list[str] = []
    top = Table(tomllib.loads(file.read_text(encoding="utf-8")), NAME, problems)
    found = [_example(part) for part in top.tables("examples", required=True)]
    top.done()
    if problems:
        raise ValueError("\n".join(problems))
    return found


def _example(part: Table) -> Example:
    facts = part.table("facts")
    known = {
        "trust": facts.number("trust"),
        "paid": facts.flag("paid"),
        "today": facts.text("today"),
        "prefilled": facts.text("prefilled"),
        "changed": facts.words("changed"),
        "registers": facts.any("registers"),
    }
    facts.done()
    outcome = part.text("outcome", one_of=("", "GRANTED", "PARTLY", "REJECTED")) if "outcome" in part.raw else None
    example = Example(
        title=part.text("title", required=True),
        answers=part.mapping("answers"),
        problems=part.words("problems"),
        fee=part.number("fee", least=0),
        outcome=outcome,
        four_eyes=part.flag("four_eyes") if "four_eyes" in part.raw else None,
        facts={key: known[key] for key in facts.raw},
    )
    part.done()
    return example


def typed(form: Form, texts: Mapping[str, str]) -> Answers:
    """What becomes of typed texts on their way through every page of the form; ValueError for a path that is not asked."""
    answers: Answers = {}
    for path, text in texts.items():
        element = find(form, path)
        if not isinstance(element, Field) and not (isinstance(element, Group) and element.choice):
            raise ValueError(f"{path}: dieses Feld gibt es im Formular nicht")
        if isinstance(element, Field) and element.kind is Kind.FILE:
            answers[path] = uuid.uuid5(NAMESPACE, text).hex  # as if it had been handed in
    for step in form.steps:
        answers = merged(step, _posted(step, form, texts), answers)
    return clean(form, answers)


def _posted(step: Step, form: Form, texts: Mapping[str, str]) -> dict[str, list[str]]:
    """The names and texts the browser would send for this page."""
    tops = {child.key for child in children_of(step)}
    data: dict[str, list[str]] = {}
    for path, text in texts.items():
        element = find(form, path)
        if re.split(r"[/\[]", path, maxsplit=1)[0] not in tops or element is None:
            continue
        if isinstance(element, Field) and is_ticks(element):
            data.setdefault(path.rpartition("[")[0], []).append(text)
        elif isinstance(element, Field) and element.kind is Kind.DATE:
            day, month, year = ["", "", *text.split(".")][-3:]
            data |= {f"{path}.day": [day], f"{path}.month": [month], f"{path}.year": [year]}
        else:
            data[path] = [text]
    return data


def facts_of(service: Service, example: Example, answers: Answers) -> dict[str, Any]:
    """The facts a case would give to `Service.decide`."""
    facts = {key: value for key, value in example.facts.items() if key in ("trust", "paid", "today", "registers")}
    if origin := example.facts.get("prefilled"):
        changed = set(example.facts.get("changed", ()))
        told = {path: fact.partition(".")[0] if origin == "registers" else origin for path, fact in service.prefill.items()}
        facts["sources"] = {path: register for path, register in told.items() if path in answers and path not in changed}
    return facts


def mistakes(service: Service, example: Example) -> list[str]:
    """Where the service does something else than the example says; empty when all is as told."""
    answers = typed(service.form, example.answers)
    found = sorted({problem.path for problem in service.problems(answers)})
    if found != sorted(set(example.problems)):
        return [f"{example.title}: bemängelt {found}, erwartet {sorted(set(example.problems))}"]
    if example.problems:
        return []
    wrong = []
    if example.fee is not None and service.fee_cents(answers) != example.fee:
        wrong.append(f"{example.title}: Gebühr {service.fee_cents(answers)}, erwartet {example.fee}")
    verdict = service.decide(answers, facts_of(service, example, answers))
    outcome = verdict.outcome if verdict else ""
    if example.outcome is not None and outcome != example.outcome:
        wrong.append(f"{example.title}: entscheidet „{outcome}“, erwartet „{example.outcome}“")
    if example.four_eyes is not None and service.second_pair(answers) != example.four_eyes:
        wrong.append(f"{example.title}: zweite Person {service.second_pair(answers)}, erwartet {example.four_eyes}")
    return wrong
