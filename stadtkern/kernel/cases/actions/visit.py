"""The appointment of a case: held while the form is filled in, booked with sending, given back with withdrawal."""

from datetime import datetime

from django.db import transaction

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments import actions as appointments
from stadtkern.kernel.appointments.models import Appointment, Place
from stadtkern.kernel.appointments.wish import Wish

from .. import visits
from ..models import Case, Status
from ..text import service_title
from .guard import covered


def choose_visit(actor: Actor, case: Case, wish: Wish, place: Place, starts_at: datetime) -> Appointment:
    """Hold it for this draft; for an application that is sent already, book it at once.

    Raises appointments.Refused (Taken with the nearest others). A booked one is moved on its own page.
    """
    covered(actor, case.service)
    helped = case.assisted_by_id is not None
    row = appointments.hold(actor, wish, place, starts_at, holder=visits.holder_of(case), about=str(case), for_other=helped)
    return row if case.status == Status.DRAFT else book_visit(case.pk) or row


@transaction.atomic
def book_visit(case_id: int) -> Appointment | None:
    """What was held for an application that is sent becomes an appointment; a second time changes nothing.

    None where nothing was held, or it is booked already. Raises appointments.Taken when it is gone.
    """
    case = (
        Case.objects.select_related("account__person", "company", "mandate__principal")
        .select_for_update(of=("self",))  # who withdraws at this moment is before or after, never in between
        .get(pk=case_id)
    )
    row = visits.of(case)
    if row is None or row.status not in ("HELD", "EXPIRED") or not visits.may_choose(case) or case.is_draft:
        return None
    helped = case.assisted_by_id is not None
    actor = Actor(case.account, None, case.company, mandate=case.mandate)
    email = case.account.mail if case.account and not helped else ""
    name = case.applicant or service_title(case.service)
    return appointments.confirm(actor, row, name=name, email=email, about=str(case), for_other=helped)
