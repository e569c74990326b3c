"""Between the urn and lib/ballots: an election from the tables, ballots that are allowed, amounts in cents and euros."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadtkern.lib.ballots import Election, Outcome
from stadtkern.lib.ballots import Project as Option
from stadtkern.ui.words import euro

from .models import Ballot, Poll, PollProject

TYPES = {Poll.Form.APPROVAL: "approval", Poll.Form.POINTS: "cumulative", Poll.Form.RANK: "ordinal"}
MOST_ON_A_RANKING = 10


@dataclass(frozen=True)
class Vote:
    """What stands on a ballot: keys, and their points where points are given."""

    choices: tuple[str, ...] = ()
    points: tuple[int, ...] = ()


class NotAllowed(Exception):
    """A ballot that does not keep to the rules; the sentence says what to change."""


def places_of(poll: Poll) -> int:
    """How many places a ranking has."""
    return poll.most_projects or MOST_ON_A_RANKING


def checked_vote(poll: Poll, projects: Sequence[PollProject], vote: Vote) -> Vote:
    """The vote in its one true order, or NotAllowed. Which box was ticked first is not kept."""
    known = {project.key: project for project in projects}
    if any(key not in known for key in vote.choices) or len(set(vote.choices)) != len(vote.choices):
        raise NotAllowed(
            _("Auf dem Stimmzettel steht ein Projekt zweimal oder eines, das es nicht gibt. Bitte wählen Sie neu.")
        )
    if poll.form == Poll.Form.POINTS:
        vote = _with_points(poll, vote)
    elif poll.form == Poll.Form.RANK:
        vote = Vote(vote.choices)
    else:
        vote = Vote(tuple(sorted(vote.choices)))
    if not vote.choices:
        raise NotAllowed(_("Bitte wählen Sie mindestens ein Projekt."))
    most = places_of(poll) if poll.form == Poll.Form.RANK else poll.most_projects
    if most and len(vote.choices) > most:
        text = ngettext("Sie können höchstens %s Projekt wählen.", "Sie können höchstens %s Projekte wählen.", most)
        raise NotAllowed(text % most)
    cost = sum(known[key].cost_cents for key in vote.choices)
    if poll.within_budget and cost > poll.budget_cents:
        said = {"cost": euro(cost), "budget": euro(poll.budget_cents)}
        raise NotAllowed(_("Ihre Auswahl kostet %(cost)s, es gibt aber nur %(budget)s. Bitte wählen Sie weniger.") % said)
    return vote


def _with_points(poll: Poll, vote: Vote) -> Vote:
    given = sorted((key, value) for key, value in zip(vote.choices, vote.points, strict=False) if value)
    total, most = sum(value for _key, value in given), poll.most_points
    if any(value < 0 for _key, value in given) or (most and total > most):
        raise NotAllowed(_("Sie haben %(given)s Punkte vergeben, möglich sind %(most)s.") % {"given": total, "most": most})
    if poll.most_points_each and any(value > poll.most_points_each for _key, value in given):
        raise NotAllowed(_("Ein Projekt kann höchstens %s Punkte bekommen.") % poll.most_points_each)
    return Vote(tuple(key for key, _value in given), tuple(value for _key, value in given))


def vote_from(poll: Poll, projects: Iterable[PollProject], data: Mapping[str, Any], chosen: Sequence[str]) -> Vote:
    """The vote as a form sends it: `project` several times, `points-P01`, or `rank-1`."""
    if poll.form == Poll.Form.POINTS:
        given = {project.key: _small(data.get(f"points-{project.key}")) for project in projects}
        return Vote(tuple(key for key, value in given.items() if value), tuple(value for value in given.values() if value))
    if poll.form == Poll.Form.RANK:
        ranks = (str(data.get(f"rank-{at}") or "")[:8] for at in range(1, places_of(poll) + 1))
        return Vote(tuple(key for key in ranks if key))
    return Vote(tuple(str(key)[:8] for key in chosen[:1000]))


def _small(text: Any) -> int:
    given = str(text or "").strip()
    return int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 0 if not given else -1


def election_of(poll: Poll, ballots: Iterable[tuple[Sequence[str], Sequence[int]]], *, names: bool = True) -> Election:
    """The election in euros, as it is published: projects in the order of their keys, ballots as they come."""
    projects = list(poll.projects.filter(verdict=PollProject.Verdict.ADMITTED).order_by("key"))
    place = {project.key: at for at, project in enumerate(projects)}
    votes: list[tuple[int, ...]] = []
    points: list[tuple[Fraction | int, ...]] = []
    for choices, given in ballots:
        votes.append(tuple(place[key] for key in choices))
        points.append(tuple(given))
    options = [Option(one.key, Fraction(one.cost_cents, 100), one.title if names else "") for one in projects]
    kind = TYPES[Poll.Form(poll.form)]
    meta = {"max_length": str(places_of(poll))} if kind == "ordinal" else {}
    return Election(Fraction(poll.budget_cents, 100), kind, options, votes, points if kind == "cumulative" else [], meta)


def urn(poll: Poll) -> Iterable[tuple[list[str], list[int]]]:
    """All ballots in the order of their numbers, which were drawn by lot."""
    rows = Ballot.objects.filter(poll=poll).order_by("number", "pk").values_list("choices", "points")
    return rows.iterator(chunk_size=5000)


def record_of(election: Election, outcome: Outcome, people: int) -> dict[str, Any]:
    """An outcome for the database: amounts in cents (prices to a hundredth of a cent), projects by key."""
    key = [project.key for project in election.projects]
    return {
        "scores": {key[at]: _plain(value) for at, value in enumerate(outcome.scores)},
        "people": people,
        "per_point": election.vote_type in ("cumulative", "ordinal"),
        "share": _cents(outcome.share),
        "first_share": _cents(outcome.first_share),
        "rounds": outcome.rounds,
        "history": [
            {"share": _cents(share), "winners": [key[at] for at in won], "cost": _cents(cost)}
            for share, won, cost in outcome.history
        ],
        "filled": [key[at] for at in outcome.filled],
        "steps": [
            {
                "project": key[step.project], "funded": step.funded, "left": _cents(step.left), "price": _cents(step.price),
                "payers": step.payers, "spent_out": step.spent_out,
            }
            for step in outcome.steps
        ],
    }  # fmt: skip


def _cents(value: Any) -> float:
    return round(float(value) * 100, 2)


def _plain(value: Fraction) -> float | int:
    return int(value) if value.denominator == 1 else round(float(value), 4)
