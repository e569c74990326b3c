"""The demo's plans, surveys and debates: from files of the city's folder, told through the real actions with a moved clock."""

import random
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.actions import confirming, debating, laying, stating, surveying, weighing
from stadtkern.domains.participation.models import (
    Comment,
    Contribution,
    Passage,
    Process,
    Question,
    Reply,
    ReplyText,
    Statement,
)
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.city.profile import city
from stadtkern.site.forum import VOICES, moderators_of, voices
from stadtkern.site.rehearsal import at_once, days_ago

Told = Mapping[str, Any]


def play() -> int:
    """Every file of `participation/` with a plan, questions or theses; returns how many processes."""
    clerks = moderators_of("beteiligung")
    if len(clerks) < 2:
        return 0
    played = 0
    for file in sorted((city().folder / "participation").glob("*.toml")):
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        if Process.objects.filter(title=told.get("title", "")).exists():
            continue
        tell = _plan if told.get("plan") else _survey if "questions" in told else _debate if "theses" in told else None
        if tell is not None:
            with at_once():
                tell(told, clerks)
            played += 1
    return played


def _begun(told: Told, clerk: Actor) -> Process:
    """A draft whose first phase begins on the day the file says."""
    with days_ago(3 - told["start"]):
        first = (timezone.localtime() + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
        row = actions.create_process(clerk, told["kind"], told["title"], first)
        texts = {name: str(told.get(name, "")).strip() for name in ("title", "summary", "text")}
        return actions.set_texts(clerk, row, {**texts, "area": "", "audience": row.audience})


def _person(number: int) -> Actor:
    return Actor(voices()[number % VOICES], trust=Trust.BASIC)


def _plan(told: Told, clerks: list[Actor]) -> None:
    clerk, second = clerks[0], clerks[1]
    row = _begun(told, clerk)
    with days_ago(2 - told["start"]):
        for document in told["documents"]:
            laying.set_document(clerk, row, document)
        corners = told["area"]
        laying.set_area(clerk, row, {"type": "Polygon", "coordinates": [[*corners, corners[0]]]})
        today = timezone.localdate()
        bodies = [(one["name"], today, today + timedelta(days=31)) for one in told["authorities"]]
        laying.set_authorities(clerk, row, bodies)
        row = actions.publish_process(clerk, row)
    numbers = dict(Passage.objects.filter(document__process=row).values_list("number", "pk"))
    for one in told["said"]:
        with days_ago(one["days"]):
            _statement(one, row, clerk, [numbers[number] for number in one.get("passages", ())])
    for line in told["weighings"]:
        with days_ago(3):
            _weighed(line, row, clerk, second)


def _statement(one: Told, row: Process, clerk: Actor, passages: list[int]) -> None:
    shape = {"type": "LineString", "coordinates": one["line"]} if "line" in one else None
    shape = {"type": "Point", "coordinates": one["point"]} if "point" in one else shape
    details = {name: one[name] for name in ("sender", "organisation", "confidential") if name in one} | {"passages": passages}
    values = {"title": one["title"], "text": one["text"], "details": details, "geometry": shape}
    if "author" in one:
        actions.contribute(_person(one["author"]), row, values)
        return
    paper = {"channel": one["channel"], "received": timezone.localdate(), "sender_name": "", "sender_address": ""}
    made = stating.enter_statement(clerk, row, {**values, **paper})
    confirming.receipt(made, Statement.objects.get(pk=made.pk), clerk.key)


def _weighed(line: Told, row: Process, clerk: Actor, second: Actor) -> None:
    rows = Contribution.objects.filter(process=row, title__in=line["of"])
    made = weighing.begin_weighing(clerk, row, line["topic"], rows.values_list("pk", flat=True))
    made = weighing.write_weighing(clerk, row, made, line, made.version, propose=True)
    if line.get("approved"):
        weighing.approve_weighing(second, row, made, made.version)


def _survey(told: Told, clerks: list[Actor]) -> None:
    clerk = clerks[0]
    row = _begun(told, clerk)
    with days_ago(2 - told["start"]):
        asked = surveying.set_questions(clerk, row, told["questions"])
        first = row.phases.order_by("starts_at").first()
        assert first is not None
        plain = {name: getattr(first, name) for name in ("title", "text", "starts_at", "ends_at", "allows")}
        actions.set_phase(clerk, row, {**plain, "who": {"account": False}}, first)  # also without an account
        row = actions.publish_process(clerk, row)
    dice = random.Random(told["seed"])  # noqa: S311 - invented people
    with days_ago(-told["start"] - 2):
        for number in range(told["people"]):
            surveying.send_answers(Actor(), row, answers(asked, dice), f"demo-{row.pk}-{number}")
    question = next((one for one in asked if one.kind == Question.Kind.TEXT), None)
    for one in told.get("texts", ()):
        text = surveying.tell_text(question, one["text"]) if question else None
        if text is not None and one.get("shown"):
            surveying.decide_text(clerk, row, text, show=True)
    assert Reply.objects.filter(process=row).count() == told["people"] and ReplyText.objects.filter(text="").count() == 0


def answers(asked: list[Question], dice: random.Random) -> dict[str, Any]:
    """What one invented person says: early options more often than late ones."""
    said: dict[str, Any] = {}
    for one in asked:
        codes = [code for code, _label in one.options]
        weights = [len(codes) + 1 - place for place in range(len(codes))]
        if any(said.get(key) != code for key, code in one.when.items()) or (not one.required and dice.random() < 0.12):
            continue
        if one.kind in (Question.Kind.SINGLE, Question.Kind.SCALE):
            said[one.key] = dice.choices(codes, weights)[0]
        elif one.kind == Question.Kind.MULTIPLE:
            said[one.key] = [code for code in codes if dice.random() < 0.45] or [codes[0]]
        elif one.kind == Question.Kind.RANKING:
            said[one.key] = dice.sample(codes, len(codes))
        elif one.kind == Question.Kind.NUMBER:
            said[one.key] = int(dice.triangular(16, 88, 44))
        elif one.kind == Question.Kind.MATRIX:
            said[one.key] = {code: dice.choices(codes, weights)[0] for code, _label in one.rules["rows"]}
    return said


def _debate(told: Told, clerks: list[Actor]) -> None:
    clerk = clerks[0]
    row = _begun(told, clerk)
    with days_ago(2 - told["start"]):
        row = actions.publish_process(clerk, row)
    for thesis in told["theses"]:
        with days_ago(-told["start"] - 0.5):
            made = debating.pose(clerk, row, thesis["title"], thesis["text"])
        _said(thesis.get("comments", ()), made, clerk, -told["start"] - 1, None)


def _said(listed: Any, row: Contribution, clerk: Actor, days: float, above: Comment | None) -> None:
    for place, one in enumerate(listed):
        who = clerk if one.get("official") else _person(one["by"])
        with days_ago(days - place * 0.3):
            parent, stance = above.pk if above else None, one.get("stance", "")
            made = actions.comment(who, row, one["text"], parent=parent, named=False, stance=stance)
        _said(one.get("answers", ()), row, clerk, days - place * 0.3 - 0.1, made)
