"""A debate: the office puts a question up, people argue, the office sums up and says what becomes of it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from ..models import Contribution, Link, Process
from ..templating import template
from .contributing import TEXT, TITLE, store_new
from .guard import Refused, locked, owned, tidy
from .linking import enter_result, free_reference, link


@transaction.atomic
def pose(actor: Actor, process: Process, title: str, text: str) -> Contribution:
    """A question of the office, to be read at once (in a draft: as soon as the process is public)."""
    owned(actor, process)
    if process.state == Process.State.CLOSED:
        raise Refused(_("Das Verfahren ist abgeschlossen."))
    row = Contribution(process=process, kind=Contribution.Kind(template(process.kind).contribution))
    row.title, row.text = tidy(title, TITLE), tidy(text, TEXT)
    if len(row.title) < 5:
        raise Refused(_("Stellen Sie die Frage in einem Satz, zum Beispiel „Soll die Marktstraße autofrei werden?“."), "title")
    if len(row.text) < 10:
        raise Refused(_("Erklären Sie in ein paar Sätzen, worum es geht."), "text")
    same = Contribution.objects.filter(process=process, title=row.title, state=Contribution.State.PUBLISHED).first()
    if same is not None:
        return same  # a double click
    row.state, row.author_shown = Contribution.State.PUBLISHED, process.office.title[:120]
    row.published_at = row.submitted_at = row.checked_at = timezone.now()
    row.reference = free_reference()
    store_new(row)
    record("contribution.posed", subject=str(row), actor=actor.key, data={"process": process.pk})
    return row


@transaction.atomic
def summarise(actor: Actor, contribution: Contribution, title: str, text: str) -> Contribution:
    """What was said and what the city makes of it, as a result the question leads to; whoever follows it gets post."""
    row = locked(contribution.pk)
    if row.process is None:
        raise Contribution.DoesNotExist
    owned(actor, row.process)
    words = tidy(text, TEXT)
    if len(words) < 20:
        raise Refused(_("Fassen Sie in ein paar Sätzen zusammen, was dafür und was dagegen gesagt wurde."), "text")
    known = Link.objects.filter(source=row, kind=Link.Kind.BECAME, target__kind=Contribution.Kind.RESULT).select_related(
        "target"
    )
    for one in known:
        if one.target.text == words:
            return one.target  # a double click
    made = enter_result(actor, row.process, {"title": title, "text": words})
    link(actor, row, made, Link.Kind.BECAME)
    return made
