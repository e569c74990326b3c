"""An opinion map as files with the columns Polis uses: readable by everything that reads Polis' exports."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from stadtkern.lib import ids
from stadtkern.lib.opinion.polis import COMMENT_COLUMNS

from .models import Contribution, Process, Stance
from .opining import sums_of

State = Contribution.State
MODERATED = {State.PUBLISHED: 1, State.SUBMITTED: 0}
RISKY = ("=", "+", "-", "@", "\t")  # a spreadsheet would take them for a formula


def comment_rows(process: Process) -> Iterator[list[Any]]:
    """Statements that are public: number, sums, text. Who wrote them is nobody's business: author-id stays empty."""
    yield list(COMMENT_COLUMNS)
    rows = Contribution.objects.filter(process=process, kind=Contribution.Kind.STATEMENT, state=State.PUBLISHED).order_by("pk")
    sums = sums_of(process)
    for row in rows.only("pk", "text", "published_at", "state"):
        agrees, disagrees, _passes = sums.get(row.pk, ("", "", ""))
        text = f"'{row.text}" if row.text.startswith(RISKY) else row.text
        yield [_day(row.published_at), row.pk, "", agrees, disagrees, MODERATED[State(row.state)], text]


def vote_rows(process: Process) -> Iterator[list[Any]]:
    """Last answers under numbers by lot, new in every file; of the time the day alone: nobody is found by the minute."""
    yield ["timestamp", "comment-id", "voter-id", "vote"]
    salt = ids.secret()
    rows = Stance.objects.filter(voice__process=process, statement__state=State.PUBLISHED)
    found = list(rows.values_list("at", "statement", "voice", "value"))
    order = sorted({voice for _at, _statement, voice, _value in found}, key=lambda voice: ids.digest(f"{salt}:{voice}"))
    number = {voice: place for place, voice in enumerate(order)}
    for day, statement, voter, value in sorted(
        (_day(at), statement, number[voice], value) for at, statement, voice, value in found
    ):
        yield [day, statement, voter, value]


def _day(at: datetime | None) -> int:
    """Midnight of that day, in milliseconds as Polis writes them."""
    local = timezone.localtime(at or timezone.now())
    start = local - timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return int(start.timestamp()) * 1000
