"""The result of a vote for its page, and its ballots for everybody to count again."""

from typing import Any

from django.db.models import Count
from django.utils.timezone import localdate

from stadtkern.kernel.city.profile import city
from stadtkern.lib.ballots import write

from .ballots import election_of, urn
from .explaining import Difference, difference, reasons, rule_in_words
from .models import Ballot, Contribution, Link, Phase, Poll, PollCount, PollProject, Turnout


def turnout_of(poll: Poll) -> dict[str, Any]:
    """Numbers of those who took part; ways with fewer than ten are not told apart."""
    tally = PollCount.objects.filter(poll=poll, decides=True).first()
    ways = (
        tally.record["turnout"] if tally else dict(Turnout.objects.filter(poll=poll).values_list("way").annotate(Count("pk")))
    )
    total = sum(ways.values())
    shown = [(Turnout.Way(way).label, number) for way, number in sorted(ways.items())]
    percent = round(100 * total / poll.entitled, 1) if poll.entitled else None
    return {"total": total, "ways": shown if all(number >= 10 for number in ways.values()) else [], "percent": percent}


def result_of(poll: Poll) -> dict[str, Any]:
    """Everything the page of the result shows; the same number of queries however many voted."""
    tallies = list(PollCount.objects.filter(poll=poll).order_by("-decides", "pk"))
    deciding = tallies[0]
    projects = {one.key: one for one in poll.projects.select_related("contribution").all()}
    costs = {one.key: one.cost_cents for one in projects.values()}
    said = reasons(deciding.rule, deciding.record, costs, poll.budget_cents)
    built = realised([projects[key].contribution_id for key in deciding.winners])
    lines: list[dict[str, Any]] = [
        {"project": projects[one.key], "reason": one, "built": built.get(projects[one.key].contribution_id)} for one in said
    ]
    others = [_other(deciding, tally, projects) for tally in tallies[1:]]
    return {
        "tally": deciding, "won": [line for line in lines if line["reason"].funded],
        "lost": [line for line in lines if not line["reason"].funded], "others": others, "turnout": turnout_of(poll),
        "rule": rule_in_words(deciding.rule, deciding.completion), "rule_title": title_of(deciding),
        "left": poll.budget_cents - deciding.cost_cents, "ballots": deciding.record["people"],
        "share": deciding.record["share"], "first_share": deciding.record["first_share"], "rounds": deciding.record["rounds"],
    }  # fmt: skip


def _other(deciding: PollCount, tally: PollCount, projects: dict[str, PollProject]) -> dict[str, Any]:
    found: Difference = difference(deciding.winners, tally.winners, tally.cost_cents)
    return {
        "title": title_of(tally), "cost": tally.cost_cents, "number": len(tally.winners),
        "same": not found.more and not found.less,
        "more": [projects[key] for key in found.more], "less": [projects[key] for key in found.less],
    }  # fmt: skip


def title_of(tally: PollCount) -> str:
    rule = str(Poll.Rule(tally.rule).label)
    if tally.completion == Poll.Completion.NONE:
        return rule
    return f"{rule} ({Poll.Completion(tally.completion).label})"


def realised(contributions: list[int]) -> dict[int, Contribution]:
    """What projects are realised as."""
    rows = Link.objects.filter(source__in=contributions, kind=Link.Kind.REALISED_AS).select_related("target__process")
    return {row.source_id: row.target for row in rows}


def pabulib(poll: Poll) -> str:
    """The whole vote as a .pb file: no account, no pseudonym of the vote, no time; numbers drawn by lot."""
    phase = Phase.objects.filter(process=poll.process, allows__contains=["vote"]).order_by("starts_at").first()
    election = election_of(poll, urn(poll))
    numbers = Ballot.objects.filter(poll=poll).order_by("number", "pk").values_list("number", flat=True)
    election.voters = [{"voter_id": str(number)} for number in numbers]
    meta = {
        "description": poll.process.title, "country": "Germany", "unit": city().name,
        "instance": str(phase.ends_at.year if phase else localdate().year), "rule": poll.rule, "completion": poll.completion,
    }  # fmt: skip
    if phase:
        meta |= {"date_begin": f"{localdate(phase.starts_at):%d.%m.%Y}", "date_end": f"{localdate(phase.ends_at):%d.%m.%Y}"}
    if poll.form == Poll.Form.POINTS:
        meta |= {"max_sum_points": str(poll.most_points), "max_points": str(poll.most_points_each or poll.most_points)}
    elif poll.form == Poll.Form.APPROVAL and poll.most_projects:
        meta["max_length"] = str(poll.most_projects)
    deciding = PollCount.objects.filter(poll=poll, decides=True).first()
    for project in election.projects:
        project.more["selected"] = "1" if deciding and project.key in deciding.winners else "0"
    election.meta = {**meta, **election.meta}
    return write(election)
