"""A conversation from elsewhere (Polis' export) becomes an opinion map here: statements, voices without names, answers."""

from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids
from stadtkern.lib.opinion.polis import Conversation, Statement
from stadtkern.lib.opinion.votes import MISSING, counted

from ..models import Contribution, Process, Stance, Tally, Voice
from .contributing import store_new
from .guard import Refused, owned, tidy
from .linking import free_reference

BATCH = 5000


@transaction.atomic
def bring_in(actor: Actor, process: Process, conversation: Conversation) -> tuple[int, int, int]:
    """Statements, people and answers that came in. Only into a map without statements, so that twice is not double."""
    owned(actor, process)
    if Contribution.objects.filter(process=process, kind=Contribution.Kind.STATEMENT).exists():
        raise Refused(_("Dieses Verfahren hat schon Aussagen. Legen Sie für den Import ein neues an."))
    made = {one.number: _statement(process, one) for one in conversation.statements}
    table = counted(conversation.votes, made)
    at = {(vote.person, vote.statement): vote.at for vote in sorted(conversation.votes, key=lambda vote: vote.at)}
    voices = Voice.objects.bulk_create(
        [Voice(process=process, browser=ids.digest(ids.secret()), answers=int(count)) for count in table.answered.sum(axis=1)],
        batch_size=BATCH,
    )
    rows = [
        Stance(voice=voices[row], statement=made[statement], value=int(value), at=_moment(at[person, statement]))
        for row, person in enumerate(table.people)
        for statement, value in zip(table.statements, table.cells[row], strict=True)
        if value != MISSING
    ]
    Stance.objects.bulk_create(rows, batch_size=BATCH)
    sums = [(made[number], (table.cells[:, column] == 1).sum(), (table.cells[:, column] == -1).sum(),
             (table.cells[:, column] == 0).sum()) for column, number in enumerate(table.statements)]  # fmt: skip
    Tally.objects.bulk_create(
        Tally(statement=one, agrees=int(yes), disagrees=int(no), passes=int(other)) for one, yes, no, other in sums
    )
    data = {"statements": len(made), "voices": len(voices), "answers": len(rows)}
    record("opinion.brought_in", subject=str(process), actor=actor.key, data=data)
    return len(made), len(voices), len(rows)


def _statement(process: Process, one: Statement) -> Contribution:
    words = " ".join(tidy(one.text, 1000).split())
    row = Contribution(
        process=process, kind=Contribution.Kind.STATEMENT, title=words[:120], text=words, reference=free_reference(),
        state=Contribution.State.PUBLISHED if one.moderated >= 0 else Contribution.State.HIDDEN, keep_text=True,
    )  # fmt: skip
    row.submitted_at = row.published_at = row.checked_at = _moment(one.at)
    store_new(row)
    return row


def _moment(milliseconds: int) -> datetime:
    now = timezone.now()
    try:
        at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return at if milliseconds > 0 and at < now else now
