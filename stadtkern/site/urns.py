"""The demo's budget votes: one that runs and one that is counted, told through the real actions.

The database looks at its own clock when a ballot is cast; so votes are cast now, and the phases of the one that is over are
moved back afterwards.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.actions.planning import tell_times
from stadtkern.domains.participation.actions.voting import Voter, ticket
from stadtkern.domains.participation.ballots import Vote
from stadtkern.domains.participation.models import Ballot, Contribution, Phase, Poll, PollProject, Process
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff, Trust
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.registers.models import Resident

LENGTHS = (42, 42, 21, 365)  # days of the phases, as in the template


def play() -> int:
    """Every file of `participation/` that lists projects; returns how many ballots there are."""
    clerk = Staff.objects.select_related("account", "office").filter(office__key="beteiligung").order_by("pk").first()
    if clerk is None:
        return 0
    for file in sorted((city().folder / "participation").glob("*.toml")):
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        if "projects" in told and not Process.objects.filter(title=told["title"]).exists():
            _tell(Actor(clerk.account, clerk, None, Trust.BASIC), told)
    return Ballot.objects.count()


def _tell(clerk: Actor, told: Mapping[str, Any]) -> None:
    process = actions.create_process(clerk, told["kind"], told["title"])
    texts = {name: told.get(name, "") for name in ("title", "summary", "text")}
    actions.set_texts(clerk, process, {**texts, "audience": process.audience})
    actions.set_settings(clerk, process, told["settings"])
    # Proposals come in while one may propose, ballots while one may vote: the plan is moved along.
    _move(clerk, process, 0, 5)
    process = actions.publish_process(clerk, process)
    authors = list(Account.objects.filter(staff=None, person__register_key__isnull=False).order_by("pk")[:5])
    for number, one in enumerate(told["projects"]):
        _propose(clerk, process, one, authors[number % len(authors)])
    _move(clerk, process, 2, max(1, LENGTHS[2] - told.get("ends_in", 1)))
    poll = actions.announce_poll(clerk, process)
    _vote(clerk, process, poll, told)
    if "ended" in told:
        _move(None, process, 3, told["ended"])
        actions.close_poll(clerk, process)
        actions.count(poll.pk)
        if project := PollProject.objects.filter(poll=poll, title=told.get("built", "")).first():
            _build(clerk, process, project)


def _move(clerk: Actor | None, process: Process, running: int, since: int) -> None:
    """Phase number `running` began so many days ago. Moved away from each other first, for phases never overlap.
    Without a clerk: a vote that is told as over."""
    phases = list(Phase.objects.filter(process=process).order_by("starts_at"))
    noon = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=since)
    starts = [noon + timedelta(days=sum(LENGTHS[:at]) - sum(LENGTHS[:running])) for at in range(len(phases))]
    order = range(len(phases)) if starts[0] < phases[0].starts_at else range(len(phases) - 1, -1, -1)
    for at in order:
        phase, end = phases[at], starts[at] + timedelta(days=LENGTHS[at])
        if clerk is None:
            tell_times(phase, starts[at], end)
            continue
        values = {"title": phase.title, "text": phase.text, "allows": phase.allows, "who": phase.who}
        actions.set_phase(clerk, process, {**values, "starts_at": starts[at], "ends_at": end}, phase)


def _propose(clerk: Actor, process: Process, told: Mapping[str, Any], author: Account) -> None:
    values = {"title": told["title"], "text": told["text"], "author": "none"}
    idea = actions.contribute(Actor(author, trust=Trust.BASIC), process, values)
    if idea.state == Contribution.State.SUBMITTED:
        idea = actions.publish(clerk, idea)
    checked = {"process": process, "title": told["title"], "cost_cents": told["cost"] * 100, "reason": told["reason"]}
    actions.check_project(clerk, idea, {**checked, "admitted": told.get("admitted", True)})


def _vote(clerk: Actor, process: Process, poll: Poll, told: Mapping[str, Any]) -> None:
    """Letters to invented residents who are no persons of the demo; each has a taste."""
    dice = Random(told["title"])  # noqa: S311 - the same town every time
    known = Account.objects.filter(person__register_key__isnull=False).values("person__register_key")
    grown = timezone.localdate() - timedelta(days=366 * 14)
    people = Resident.objects.filter(birth_date__lt=grown).exclude(key__in=known).order_by("pk")
    keys = list(people.values_list("key", flat=True)[: told["votes"]])
    listed = [one for one in told["projects"] if one.get("admitted", True)]
    names = {project.title: project.key for project in poll.projects.all()}
    for _key, code in actions.issue_codes(clerk, poll, keys):
        group = dice.randrange(3)
        weights = [one["appeal"] * (3 if at % 3 == group else 1) for at, one in enumerate(listed)]
        wanted = {dice.choices(listed, weights)[0]["title"] for _ in range(dice.randint(1, poll.most_projects))}
        actions.cast(Voter(Actor(), code), process, Vote(tuple(names[title] for title in wanted)), ticket(poll)[1])


def _build(clerk: Actor, process: Process, project: PollProject) -> None:
    if project.key not in project.poll.counts.get(decides=True).winners:
        return
    row, today = actions.begin_realisation(clerk, process, project), timezone.localdate()
    steps: list[tuple[str, date | None, date | None]] = [
        ("Auftrag erteilt", today - timedelta(days=20), today - timedelta(days=22)),
        ("Baubeginn", today - timedelta(days=3), today - timedelta(days=3)),
        ("Fertig", today + timedelta(days=25), None),
    ]
    actions.set_milestones(clerk, row, steps)
