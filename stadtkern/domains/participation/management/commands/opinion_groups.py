"""Groups of opinion in a saved conversation, beside those Polis published; needs no database.

    manage.py opinion_groups FOLDER [--json]

FOLDER: comments.csv, votes.csv (or .gz) and, for the comparison, participants.csv, as Polis exports them. Where the folder
above has an expected.json with this conversation, its figures stand beside ours.
"""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from stadtkern.lib.opinion import polis
from stadtkern.lib.opinion.compute import Opinion, opinion
from stadtkern.lib.opinion.groups import agreement
from stadtkern.lib.opinion.tally import tallies_aside


class Command(BaseCommand):
    help = "Opinion groups of a saved Polis conversation and their agreement with the published ones."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        try:
            conversation = polis.read(folder)
        except polis.NotAnExport as error:
            raise CommandError(f"{folder}: {error}") from error
        found = measured(conversation)
        found = {"conversation": folder.resolve().name, **found, "expected": _expected(folder.resolve())}
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) if options["json"] else _spoken(found))


def measured(conversation: polis.Conversation) -> dict[str, Any]:
    """All figures of one conversation."""
    started = time.process_time()
    picture = opinion(conversation.votes, [one.number for one in conversation.statements], conversation.moderated_out)
    seconds = time.process_time() - started
    every = [*picture.whole, *tallies_aside(picture.table)]
    counts = {
        "1": sum(tally.agrees for tally in every),
        "0": sum(tally.passes for tally in every),
        "-1": sum(tally.disagrees for tally in every),
    }
    groups, refused = picture.groups, picture.table.refusals
    return {
        "voters": len(picture.table.people),
        "statements": len(conversation.statements),
        "moderated_out": len(picture.table.set_aside),
        "rows_in_votes": len(conversation.votes),
        "distinct_voter_comment": sum(counts.values()),
        "revotes": refused.revotes,
        "unknown_statements": refused.unknown_statements,
        "bad_values": refused.bad_values,
        "vote_counts_last": counts,
        "share_agrees_equal_last_vote": _equal(every, conversation, "agrees"),
        "share_disagrees_equal_last_vote": _equal(every, conversation, "disagrees"),
        "people_on_map": len(groups.people),
        "groups": [len(group) for group in groups.members],
        "silhouettes": groups.silhouettes,
        "stability": None if groups.stability is None else round(groups.stability, 3),
        "shown": groups.shown,
        "why_not": groups.why_not,
        "published_groups": _sizes(conversation.groups),
        "adjusted_rand_with_published": _agreement(picture, conversation),
        "consensus_agree": [one.tally.statement for one in picture.common if one.agreed][:5],
        "consensus_disagree": [one.tally.statement for one in picture.common if not one.agreed][:5],
        "seconds": round(seconds, 2),
    }


def _equal(every: list[Any], conversation: polis.Conversation, name: str) -> float:
    """Share of statements whose published count is that of the last votes; Polis counts re-votes twice."""
    ours = {tally.statement: getattr(tally, name) for tally in every}
    same = [getattr(one, name) == ours[one.number] for one in conversation.statements]
    return round(sum(same) / len(same), 3) if same else 1.0


def _sizes(groups: dict[int, int]) -> list[int]:
    return sorted(np.unique(list(groups.values()), return_counts=True)[1].tolist(), reverse=True) if groups else []


def _agreement(picture: Opinion, conversation: polis.Conversation) -> float | None:
    ours = picture.groups.labels()
    both = [person for person in ours if person in conversation.groups]
    if not both:
        return None
    first, second = (np.array([source[person] for person in both]) for source in (ours, conversation.groups))
    return round(agreement(first, second), 3)


def _expected(folder: Path) -> dict[str, Any] | None:
    file = folder.parent / "expected.json"
    if not file.is_file():
        return None
    known: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return known.get(folder.name)


def _spoken(found: dict[str, Any]) -> str:
    lines = [f"{key}: {value}" for key, value in found.items() if key != "expected"]
    if (other := (found["expected"] or {}).get("red_dwarf_0.4.0")) is not None:
        lines.append(f"expected.json: red-dwarf 0.4.0 has k = {other['k']}, adjusted Rand {other['ARI_vs_polis']}")
    return "\n".join(lines)
