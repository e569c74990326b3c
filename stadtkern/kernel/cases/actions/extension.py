"""More time, where the law that sets the period allows it: once, with reasons, told before the first period is over."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.ui import words

from ..models import QUEUE, Case
from .desk import letter, required
from .guard import Refused, in_review, locked_at_desk, not_with_a_colleague, store


@transaction.atomic
def extend(actor: Actor, case: Case, because: str) -> Case:
    """The period of the law grows to its longest (Art. 12 Abs. 3 Satz 2 und 3 DSGVO); the person reads why and until when.

    A second time changes nothing.
    """
    row, staff = locked_at_desk(actor, case)
    service = row.begun_on
    if row.extended_at:
        return row
    if row.status not in QUEUE:
        in_review(row)
    not_with_a_colleague(row, staff)
    if service.decision.extend is None or row.submitted_at is None:
        raise Refused(_("Für diese Leistung sieht das Gesetz keine Verlängerung vor."))
    if row.due_date and timezone.localdate() > row.due_date:
        text = _("Die Frist ist schon abgelaufen. Verlängern geht nur vorher, mit einer Nachricht an die Person.")
        raise Refused(text)
    reason = required(because, _("Bitte begründen Sie die Verlängerung. Die Person liest den Grund."))
    row.due_date = service.decision.due(timezone.localdate(row.submitted_at), extended=True)
    row.extended_at = timezone.now()
    with override(row.account.language if row.account else "de"):
        body = _(
            "wir brauchen für Ihren Antrag mehr Zeit und verlängern die Frist bis zum %(day)s (%(law)s).\n\n"
            "Grund: %(reason)s\n\n"
            "Sind Sie damit nicht einverstanden, können Sie sich bei der Aufsichtsbehörde beschweren (Art. 77 DSGVO)."
        ) % {"day": words.day(row.due_date), "law": service.decision.clock, "reason": reason}
    letter(actor, row, gettext_noop("Mehr Zeit für Ihren Antrag %s"), body)
    store(row, "due_date", "extended_at")
    record("case.extended", subject=str(row), actor=actor.key, data={"due": row.due_date.isoformat()})
    return row
