"""Art. 16: offices are asked to correct what they hold, and say when it is done."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.actions import record

from ..models import Affected, Correction
from .guard import Refused, officer, text


@transaction.atomic
def ask_office(actor: Actor, case: Case, office: Office, what: str) -> Correction:
    """One order per request and office; a second click finds the first."""
    staff = officer(actor)
    body = text(what, _("Bitte schreiben Sie, was das Amt berichtigen soll."))
    if known := Correction.objects.filter(about=str(case), office=office).first():
        return known
    row = Correction(
        about=str(case), reference=case.reference, office=office, account=case.account, what=body, asked_by=staff,
        due_date=case.due_date,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return Correction.objects.get(about=str(case), office=office)
    record("correction.asked", subject=str(case), actor=actor.key, data={"correction": row.pk, "office": office.key})
    return row


@transaction.atomic
def answer(actor: Actor, pk: int, said: str) -> Correction:
    """The office has corrected it, or says why not; a second time changes nothing."""
    if actor.staff is None or actor.staff.role not in DESK_ROLES:
        raise PermissionError("a clerk of the office")
    row = Correction.objects.select_for_update().get(pk=pk, office=actor.staff.office_id)
    if row.done_at:
        return row
    row.answer = text(said, _("Bitte schreiben Sie, was Sie geändert haben oder warum nicht."), 4000)
    row.done_at, row.done_by = timezone.now(), actor.staff
    row.save(update_fields=["answer", "done_at", "done_by"])
    record("correction.answered", subject=row.about, actor=actor.key, data={"correction": row.pk})
    return row


@transaction.atomic
def forget_of(account_id: int) -> int:
    """A person was erased: orders keep their number and dates, lose their words; who was told of a breach goes."""
    told, _rows = Affected.objects.filter(account=account_id).delete()
    asked = Correction.objects.filter(account=account_id).update(account=None, what="", answer="")
    if told + asked:
        record("dataprotection.forgotten", subject=f"account:{account_id}", actor=SYSTEM, data={"told": told, "asked": asked})
    return told + asked


__all__ = ["Refused", "answer", "ask_office", "forget_of"]
