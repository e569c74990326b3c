"""The picture of opinions and the topics of contributions: computed by a job, stored, computed again when they are stale."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record
from stadtkern.lib.opinion import topics as texts
from stadtkern.lib.opinion.compute import Opinion, opinion
from stadtkern.lib.opinion.groups import Rules
from stadtkern.lib.opinion.tally import Tally as Sums
from stadtkern.lib.opinion.votes import Vote

from ..models import Contribution, Finding, Process, Stance, Voice
from ..models.contribution import SHOWN

What = Finding.What
STUCK = timedelta(minutes=15)  # a computation that says nothing for so long has died
FEW = 5  # sums of fewer answers are not stored per group: they would tell of single people
State = Contribution.State


def basis_of(process: Process, what: str) -> list[Any]:
    """Counts and dates that change when the result would."""
    rows = Contribution.objects.filter(process=process, state__in=SHOWN)
    seen = rows.aggregate(n=Count("pk"), published=Max("published_at"), edited=Max("edited_at"))
    found: list[Any] = [seen["n"], *(value.isoformat() if value else "" for value in (seen["published"], seen["edited"]))]
    if what == What.OPINION:
        answers = Stance.objects.filter(voice__process=process).aggregate(n=Count("pk"), last=Max("at"))
        found += [answers["n"], answers["last"].isoformat() if answers["last"] else ""]
        found += [process.settings.get("least_people"), process.settings.get("least_stability")]
    return found


def compute(process_id: int, what: str, *, force: bool = False) -> Finding | None:
    """Compute, unless nothing has changed or somebody else is at it (None)."""
    process = Process.objects.get(pk=process_id)
    basis = basis_of(process, what)
    row = _begin(process, what, basis, force)
    if row is None:
        return None
    say = _progress(row)
    try:
        data = _opinion(process, say) if what == What.OPINION else _topics(process, row.data)
    except BaseException:
        Finding.objects.filter(pk=row.pk).update(started_at=None, percent=0)
        raise
    return _store(row, basis, data)


@transaction.atomic
def _begin(process: Process, what: str, basis: list[Any], force: bool) -> Finding | None:
    row, _fresh = Finding.objects.select_for_update().get_or_create(process=process, what=what)
    now = timezone.now()
    if row.started_at and row.started_at > now - STUCK:
        return None
    if row.computed_at and row.basis == basis and not force:
        return None
    row.started_at, row.percent = now, 5
    row.save(update_fields=["started_at", "percent"])
    return row


def _progress(row: Finding) -> Callable[[int], None]:
    def say(percent: int) -> None:
        Finding.objects.filter(pk=row.pk).update(percent=percent)

    return say


@transaction.atomic
def _store(row: Finding, basis: list[Any], data: dict[str, Any]) -> Finding:
    row.data, row.basis, row.computed_at, row.started_at, row.percent = data, basis, timezone.now(), None, 100
    row.save(update_fields=["data", "basis", "computed_at", "started_at", "percent"])
    record("finding.computed", subject=f"process:{row.process_id}", actor=SYSTEM, data={"what": row.what})
    return row


def compute_stale(now: datetime) -> int:
    """The clock: every map whose basis has changed, and topics of processes that have them; returns how many."""
    done = 0
    for process in Process.objects.filter(state=Process.State.PUBLISHED).order_by("pk"):
        if Voice.objects.filter(process=process).exists():
            done += compute(process.pk, What.OPINION) is not None
        if Finding.objects.filter(process=process, what=What.TOPICS).exists() or _many(process):
            done += compute(process.pk, What.TOPICS) is not None
    return done


def _many(process: Process) -> bool:
    return Contribution.objects.filter(process=process, state__in=SHOWN).count() >= texts.LEAST_TEXTS


# Opinions


def votes_of(process: Process) -> list[Vote]:
    """All answers of a process; of statements taken away too, so that everybody's effort counts."""
    rows = Stance.objects.filter(voice__process=process).order_by("pk").values_list("voice", "statement", "value", "at")
    return [Vote(voice, statement, value, int(at.timestamp() * 1e6)) for voice, statement, value, at in rows.iterator(5000)]


def _opinion(process: Process, say: Callable[[int], None]) -> dict[str, Any]:
    rows = Contribution.objects.filter(process=process, kind=Contribution.Kind.STATEMENT)
    shown = set(rows.filter(state=State.PUBLISHED).values_list("pk", flat=True))
    votes = votes_of(process)
    say(30)
    away = {vote.statement for vote in votes} - shown
    least = int(process.settings.get("least_people") or 100)
    stable = int(process.settings.get("least_stability") or 70) / 100
    picture = opinion(votes, shown | away, away, Rules(least_people=max(least, 50), least_stability=max(stable, 0.5)))
    say(90)
    return picture_of(picture)


def picture_of(picture: Opinion) -> dict[str, Any]:
    """What is stored: sums and ids; who is in which group is forgotten at once."""
    groups, table = picture.groups, picture.table
    data: dict[str, Any] = {
        "people": len(table.people),
        "answers": int(table.answered.sum()),
        "on_map": len(groups.people),
        "whole": {str(tally.statement): _sums(tally) for tally in picture.whole},
        "common": [[one.tally.statement, one.agreed, round(one.at_least, 3), one.in_all_groups] for one in picture.common],
        "divided": [tally.statement for tally in picture.divided],
        "stability": None if groups.stability is None else round(groups.stability, 3),
        "silhouettes": groups.silhouettes,
        "why_not": groups.why_not,
        "groups": [],
    }
    if groups.shown:
        data["groups"] = [
            {
                "size": len(members),
                "sums": {str(tally.statement): _sums(tally) for tally in sums if tally.votes >= FEW},
                "marks": [[mark.statement, mark.agreed, round(mark.inside, 3), round(mark.outside, 3)] for mark in marks],
            }
            for members, sums, marks in zip(groups.members, picture.by_group, picture.marks, strict=True)
        ]
    return data


def _sums(tally: Sums) -> list[int]:
    return [tally.agrees, tally.disagrees, tally.passes]


# Topics


def _topics(process: Process, before: dict[str, Any]) -> dict[str, Any]:
    rows = Contribution.objects.filter(process=process, state__in=SHOWN).exclude(kind=Contribution.Kind.RESULT)
    said = {pk: f"{title}. {title}. {text}" for pk, title, text in rows.values_list("pk", "title", "text").iterator(2000)}
    known = [
        texts.Topic(one["key"], tuple(one["words"]), tuple((number, share) for number, share in one["texts"]))
        for one in before.get("topics", [])
    ]
    found = texts.carried_over(known, texts.topics(said))
    return {
        "texts": len(said),
        "topics": [{"key": one.key, "words": list(one.words), "texts": [list(pair) for pair in one.texts]} for one in found],
    }
