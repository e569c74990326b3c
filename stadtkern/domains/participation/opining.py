"""What is read of an opinion map: whose voice this is, which statement comes next, how many are left. Reads only.

Order: a statement comes the sooner the less is known about it. What is known is the width of Wilson's interval around its share
of agreement: wide for few answers, and wide where opinions are split. A throw of the dice that is fixed per person and
statement is multiplied in, so that two people do not answer in the same order and no statement is always first.
"""

import hashlib
from collections.abc import Collection

from stadtkern.kernel.accounts.access import Actor
from stadtkern.lib import ids
from stadtkern.lib.opinion.tally import wilson

from .models import Contribution, Finding, Process, Stance, Tally, Voice
from .picture import FEW


def browser_of(actor: Actor, process: Process) -> str:
    """The digest of this browser's secret in this process; "" without cookie. It leads to no other process."""
    return in_process(actor.draft_keys[0], process) if actor.draft_keys else ""


def in_process(digest: str, process: Process) -> str:
    return ids.digest(f"{digest}:opinion:{process.pk}")


def voice_of(actor: Actor, process: Process) -> Voice | None:
    """The voice this person has; before the first answer none."""
    rows = Voice.objects.filter(process=process)
    if actor.account is not None and (own := rows.filter(account=actor.account).first()) is not None:
        return own
    browser = browser_of(actor, process)
    return rows.filter(browser=browser).first() if browser else None


def statements(process: Process) -> "list[Contribution]":
    rows = Contribution.objects.filter(process=process, kind=Contribution.Kind.STATEMENT, state=Contribution.State.PUBLISHED)
    return list(rows.only("pk", "text", "reference", "state", "process").order_by("pk"))


def sums_of(process: Process) -> dict[int, tuple[int, int, int]]:
    """statement -> agree, disagree, pass, as last computed and none of few answers: live ones would tell who said what."""
    found = Finding.objects.filter(process=process, what=Finding.What.OPINION).first()
    whole = found.data.get("whole", {}) if found else {}
    return {int(number): tuple(sums) for number, sums in whole.items() if sum(sums) >= FEW}


def answers_of(voice: Voice | None) -> dict[int, int]:
    """statement -> value."""
    return dict(Stance.objects.filter(voice=voice).values_list("statement", "value")) if voice else {}


def next_of(
    shown: list[Contribution], answered: Collection[int], seed: str, later: Collection[int] = ()
) -> Contribution | None:
    """The statement to ask about next; those put off until later come when nothing else is left."""
    left = [row for row in shown if row.pk not in answered]
    if not left:
        return None
    sums = {row.pk: row for row in Tally.objects.filter(statement__in=[row.pk for row in left])}
    return max(left, key=lambda row: (row.pk not in later, _need(sums.get(row.pk)) * _dice(seed, row.pk), -row.pk))


def _need(tally: Tally | None) -> float:
    if tally is None:
        return 1.0
    low, high = wilson(tally.agrees, tally.agrees + tally.disagrees + tally.passes)
    return high - low


def _dice(seed: str, statement: int) -> float:
    """Between 0.5 and 1.5, the same for the same person and statement."""
    digest = hashlib.sha256(f"{seed}:{statement}".encode()).digest()
    return 0.5 + int.from_bytes(digest[:4], "big") / 2**32
