"""Break-glass: open a case of another office for half an hour, with a reason somebody will read."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.events.actions import record

from ..models import Emergency

OPEN_FOR = timedelta(minutes=30)
SHORTEST, LONGEST = 30, 2000  # characters of a reason
MOST_A_DAY = 20  # per clerk; more is no emergency


class Refused(Exception):
    """This cannot be done; the message says what to do instead."""


@transaction.atomic
def open_emergency(actor: Actor, *, case: int, account: int | None, reason: str) -> Emergency:
    """From now on for 30 minutes, to read only. Opening it twice gives the one that is open."""
    staff = actor.staff
    if staff is None or staff.role not in (Role.CLERK, Role.LEAD):
        raise PermissionError("only clerks")
    reason = check_reason(reason)
    if found := Emergency.objects.live(staff.pk, case):
        return found
    now = timezone.now()
    if Emergency.objects.filter(staff=staff.pk, at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        raise Refused(
            _("Sie haben heute schon %d Notfallzugriffe geöffnet. Wenden Sie sich an das zuständige Amt.") % MOST_A_DAY
        )
    row = Emergency.objects.create(
        staff=staff.pk, office=staff.office.key, case=case, account=account, reason=reason, at=now, until=now + OPEN_FOR
    )
    record("access.emergency_opened", subject=f"case:{case}", actor=actor.key, data={"emergency": row.pk})
    return row


def check_reason(reason: str) -> str:
    """The reason, tidied; Refused with a sentence that helps."""
    reason = " ".join("".join(letter if letter.isprintable() else " " for letter in reason).split())
    if len(reason) < SHORTEST or len(set(reason.casefold())) < 8:
        raise Refused(
            _("Bitte schreiben Sie in mindestens %d Zeichen, warum Sie diesen Vorgang jetzt sehen müssen.") % SHORTEST
        )
    return reason[:LONGEST]


@transaction.atomic
def review_emergency(actor: Actor, number: int, *, justified: bool, remark: str) -> Emergency:
    """The data protection officer says whether the reason holds; once. The person is told when it does not (inbox)."""
    staff = actor.staff
    if staff is None or staff.role != Role.PRIVACY:
        raise PermissionError("only the data protection officer")
    remark = remark.replace("\x00", "").strip()[:LONGEST]
    if not justified and len(remark) < 10:
        raise Refused(_("Bitte schreiben Sie, warum der Grund nicht genügt."))
    row = Emergency.objects.select_for_update().get(pk=number)
    if row.reviewed_at is not None:
        raise Refused(_("Dieser Zugriff ist schon geprüft."))
    if row.staff == staff.pk:
        raise Refused(_("Den eigenen Zugriff prüft jemand anderes."))
    row.reviewed_at, row.reviewer, row.justified, row.remark = timezone.now(), staff.pk, justified, remark
    row.save(update_fields=["reviewed_at", "reviewer", "justified", "remark"])
    data = {"emergency": row.pk, "justified": justified}
    record("access.emergency_reviewed", subject=f"case:{row.case}", actor=actor.key, data=data)
    return row
