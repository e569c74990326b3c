"""Writes an election as a Pabulib file: the same text for the same election."""

from fractions import Fraction

from .model import WITH_POINTS, Election
from .numbers import written


def write(election: Election) -> str:
    """META, PROJECTS, VOTES. Numbers of projects and votes, budget and kind of vote are always the true ones."""
    meta = {
        **election.meta,
        "num_projects": str(len(election.projects)),
        "num_votes": str(len(election.ballots)),
        "budget": written(election.budget),
        "vote_type": election.vote_type,
    }
    lines = ["META", "key;value", *(_row([key, value]) for key, value in meta.items())]
    extra = list(dict.fromkeys(name for project in election.projects for name in project.more))
    lines += ["PROJECTS", _row(["project_id", "cost", "name", *extra])]
    for project in election.projects:
        lines.append(_row([project.key, written(project.cost), project.name, *(project.more.get(name, "") for name in extra)]))
    return "\n".join([*lines, *_votes(election), ""])


def _votes(election: Election) -> list[str]:
    columns = list(dict.fromkeys(name for voter in election.voters for name in voter)) or ["voter_id"]
    points = election.vote_type in WITH_POINTS
    lines = ["VOTES", _row([*columns, "vote", *(["points"] if points else [])])]
    for at, ballot in enumerate(election.ballots):
        voter = election.voters[at] if election.voters else {"voter_id": str(at + 1)}
        cells = [voter.get(name, "") for name in columns]
        cells.append(",".join(election.projects[place].key for place in ballot))
        if points:
            cells.append(",".join(written(Fraction(value)) for value in election.points[at]))
        lines.append(_row(cells))
    return lines


def _row(cells: list[str]) -> str:
    return ";".join(map(_cell, cells))


def _cell(text: str) -> str:
    """Line breaks become spaces; what could be read as a border is quoted."""
    text = " ".join(text.split()) if not text.isprintable() else text
    return '"' + text.replace('"', '""') + '"' if ";" in text or text.startswith('"') else text
