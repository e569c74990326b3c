"""The demo's opinion maps: statements of the city's folder, answered by invented people of a few minds."""

import random
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.models import Finding, Process
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff, Trust
from stadtkern.kernel.city.profile import city
from stadtkern.lib.opinion.polis import Conversation, Statement
from stadtkern.lib.opinion.votes import Vote
from stadtkern.site.rehearsal import at_once, days_ago

VALUES = {"+": 1, "-": -1, "0": 0}
WAVERS, UNSURE, SILENT = 0.12, 0.06, 0.1  # shares of answers


def play() -> int:
    """Every file of `participation/` that says `statements`; returns how many answers."""
    member = Staff.objects.select_related("account", "office").filter(office__key="beteiligung").order_by("pk").first()
    if member is None:
        return 0
    clerk, answers = Actor(member.account, member, None, Trust.BASIC), 0
    for file in sorted((city().folder / "participation").glob("*.toml")):
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        if "statements" in told and not Process.objects.filter(title=told["title"]).exists():
            with at_once():
                answers += _map(told, clerk)
        for process in Process.objects.filter(title=told.get("title", "")):  # ideas are read by topic from the first day
            actions.compute(process.pk, Finding.What.TOPICS)
    return answers


def _map(told: Mapping[str, Any], clerk: Actor) -> int:
    with days_ago(3 - told["start"]):
        first = (timezone.localtime() + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
        row = actions.create_process(clerk, told["kind"], told["title"], first)
        texts = {name: str(told.get(name, "")).strip() for name in ("title", "summary", "text")}
        actions.set_texts(clerk, row, {**texts, "area": "", "audience": row.audience})
        row = actions.publish_process(clerk, row)
    start = (timezone.now() + timedelta(days=told["start"])).timestamp()
    answers = actions.bring_in(clerk, row, conversation(told, start))[2]
    actions.compute(row.pk, Finding.What.OPINION)
    return answers


def conversation(told: Mapping[str, Any], start: float) -> Conversation:
    """The statements and the answers of the camps; the same file gives the same answers."""
    dice = random.Random(told["seed"])  # noqa: S311 - invented people
    texts = told["statements"]
    statements = [Statement(number, text, moderated=1, at=int(start * 1000)) for number, text in enumerate(texts)]
    votes, person = [], 0
    for camp in told["camps"]:
        meant = list(camp["answers"])
        for place, value in camp["differs"].items():
            meant[int(place) - 1] = value
        for _one in range(camp["people"]):
            person += 1
            at = int((start + dice.random() * 10 * 86400) * 1000)
            for number in range(len(texts)):
                if dice.random() < SILENT:
                    continue
                value = VALUES[meant[number]]
                roll = dice.random()
                value = 0 if roll < UNSURE else -value if roll < UNSURE + WAVERS else value
                votes.append(Vote(person, number, value, at + number * 7000))
    return Conversation(statements, votes, {})
