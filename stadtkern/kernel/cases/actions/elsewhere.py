"""Cases between authorities: handed to another one, or come in from one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.services import actions as services
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib import ids

from ..models import QUEUE, Case, Note, Status
from .guard import in_review, locked, locked_at_desk, not_elsewhere, store
from .retention import keep_until
from .submission import enter, search_vector


class NoOffice(Exception):
    """No office is entered for the service."""


@transaction.atomic
def pass_on(case_id: int) -> Case:
    """The other authority has confirmed: nothing is left to do here. IN_REVIEW → CLOSED; a replay changes nothing."""
    row = locked(case_id)
    if row.status not in QUEUE:
        return row
    now = timezone.now()
    row.status, row.closed_at, row.keep_until = Status.CLOSED, now, keep_until(now, row.begun_on)
    store(row, "status", "closed_at", "keep_until")
    record("case.passed_on", subject=str(row), actor=SYSTEM, data={"service": row.service})
    return row


@transaction.atomic
def move_to(actor: Actor, case: Case, office: Office) -> Case:
    """Another office of the city is in charge: the case lies on its desk from now on, in nobody's hands."""
    row, _staff = locked_at_desk(actor, case)
    in_review(row)
    not_elsewhere(row)
    if row.office_id != office.pk:
        row.office, row.clerk, row.taken_at = office, None, None
        store(row, "office", "clerk", "taken_at")
        record("case.moved", subject=str(row), actor=actor.key, data={"service": row.service, "office": office.pk})
    return row


@transaction.atomic
def remark(case_id: int, body: str) -> Note:
    """A note for colleagues that a machine has to leave."""
    row = locked(case_id)
    note = Note.objects.create(case=row, staff=None, body=body.replace("\x00", "")[:10_000])
    record("case.note_written", subject=str(row), actor=SYSTEM, data={"note": note.pk})
    return note


@transaction.atomic
def come_in(
    service: Service, answers: Mapping[str, Any], *, once: str, files: str, paths: Mapping[str, str], notes: Sequence[str] = ()
) -> Case:
    """An application that another authority took in: a case in review at the office of the service, exactly one per `once`.

    `files` = what the uploads are about until now; they become the case's (`paths` = their old path to the field). What it
    costs is for a clerk to say: whoever applied paid elsewhere, or cannot pay here. Raises NoOffice.
    """
    if known := Case.objects.filter(once=once).first():
        return known
    office = Office.objects.filter(key=service.office).first()
    if office is None:
        raise NoOffice(service.office)
    row = Case(service=service.key, office=office, once=once, edition=services.publish(service))
    enter(row, service, dict(answers))
    owed, row.fee_cents, row.status = row.fee_cents, 0, Status.IN_REVIEW
    _insert(row)
    documents.move(files, str(row), paths)
    if owed:
        notes = [*notes, f"Gebühr nach Satzung: {owed / 100:.2f} Euro. Bitte prüfen, ob sie schon bezahlt ist."]
    for text in notes:
        Note.objects.create(case=row, staff=None, body=text.replace("\x00", "")[:10_000])
    data = {"service": row.service, "fee_cents": 0, "trust": int(row.trust), "assisted": False}
    record("case.submitted", subject=str(row), actor="provider:fitconnect", data=data)
    return row


def _insert(row: Case) -> None:
    for _attempt in range(5):
        row.reference = ids.reference(str(city().raw.get("reference_prefix", "MS")))
        row.search = search_vector(row)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            return
        except IntegrityError:
            row.pk = None
            if Case.objects.filter(once=row.once).exists():
                raise
    raise RuntimeError("no free reference found")
