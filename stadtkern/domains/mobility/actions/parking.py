"""What happens to parking permits: entered when a case grants one, revoked with paper and all, remembered before they end."""

import uuid
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.cases.models import Case, Decision
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.kernel.registers import actions as registers
from stadtkern.kernel.registers.models import ParkingPermit
from stadtkern.ui import words

from ..parking import SERVICE
from ..parking.listing import Listing, make

AT_COUNTER = uuid.UUID("5c0c5d5e-3f2b-4d0a-8f6e-2f6f4b7a9c11")  # holders whom the register does not know: one key a case
REMIND = timedelta(weeks=4)


class Refused(Exception):
    """Not possible in this state; the message is for the clerk."""


@transaction.atomic
def enter(case_id: int, document_id: int) -> ParkingPermit | None:
    """A granted case gives a permit: into the register, with the number of its paper. A replay changes nothing."""
    case = Case.objects.select_related("account__person", "company", "decision").get(pk=case_id)
    decision = case.decision
    if case.service != SERVICE or decision.outcome == Decision.Outcome.REJECTED or not decision.terms.get("zone"):
        return None
    paper = Document.objects.get(pk=document_id)
    person = getattr(case.account, "person", None) if case.account else None
    known = person.register_key if person else None
    holder = {} if case.company else {"person_key": known or uuid.uuid5(AT_COUNTER, str(case))}
    return registers.enter_permit(
        SYSTEM,
        plate=decision.terms["plate"],
        zone=decision.terms["zone"],
        valid_from=date.fromisoformat(decision.terms["valid_from"]),
        valid_until=date.fromisoformat(decision.terms["valid_until"]),
        company=case.company,
        about=str(case),
        number=paper.number,
        document_number=paper.number,
        **holder,
    )


@transaction.atomic
def revoke(actor: Actor, permit: ParkingPermit, because: str) -> ParkingPermit:
    """The permit ends now: register entry and paper together (and with the paper its credential); the holder gets a letter.

    A second time changes nothing. Raises Refused without a reason, ValueError for somebody who is not of the staff.
    """
    if actor.staff is None:
        raise ValueError("Only staff revokes")
    text = because.replace("\x00", "").strip()[:300]
    if not text:
        raise Refused(_("Wählen Sie einen Grund."))
    row = registers.revoke_permit(actor.key, permit, text)
    if row.revoked_because != text:
        return row  # somebody was faster
    if paper := Document.objects.filter(number=row.document_number).first():
        documents.revoke(actor.key, paper, text)
    if case := case_of(row):
        _tell(case, row, actor.key, text)
    return row


def _tell(case: Case, permit: ParkingPermit, actor_key: str, because: str) -> None:
    if case.account is None:
        return
    with override(case.account.language):
        told = {"plate": permit.plate, "zone": permit.zone, "because": because}
        body = _(
            "Ihr Bewohnerparkausweis für %(plate)s in der Zone %(zone)s gilt ab sofort nicht mehr. Grund: %(because)s. "
            "Nehmen Sie ihn bitte aus dem Auto. Sind Sie nicht einverstanden, schreiben Sie uns oder erheben Sie Widerspruch."
        )
        inbox.deliver(
            account=case.account,
            company=case.company,
            about=str(case),
            office=case.office,
            title=_("Ihr Bewohnerparkausweis gilt nicht mehr"),
            body=body % told,
            actor_key=actor_key,
            once=f"permit.revoked:{permit.pk}",
            link=reverse("cases:track", args=[case.reference]),
        )


@transaction.atomic
def remind(today: date, batch: int = 200) -> int:
    """Four weeks before the end, once: a letter that says how to renew. Returns how many."""
    soon = ParkingPermit.objects.valid_on(today).filter(valid_until__lte=today + REMIND).exclude(about="").order_by("pk")
    told = Event.objects.filter(name="permit.reminded", subject__in=[str(row) for row in soon]).values_list(
        "subject", flat=True
    )
    due = [row for row in soon if str(row) not in set(told)][:batch]
    for row in due:
        case = case_of(row)
        if case and case.account:
            with override(case.account.language):
                body = _(
                    "Ihr Bewohnerparkausweis für %(plate)s gilt bis zum %(day)s. Wollen Sie ihn verlängern, stellen Sie den "
                    "Antrag noch einmal: Das neue Jahr schließt an das alte an."
                )
                inbox.deliver(
                    account=case.account, company=case.company, about=str(case), office=case.office,
                    title=_("Ihr Bewohnerparkausweis läuft bald ab"),
                    body=body % {"plate": row.plate, "day": words.day(row.valid_until)},
                    actor_key=SYSTEM, once=f"permit.reminded:{row.pk}", link=reverse("services:page", args=[SERVICE]),
                )  # fmt: skip
        record("permit.reminded", subject=str(row), actor=SYSTEM)
    return len(due)


@transaction.atomic
def fetch_list(actor: Actor) -> Listing:
    """The signed list for a warden's phone; who fetched it when stands in the diary."""
    made = make(timezone.now())
    record("parking.list_fetched", subject="parking", actor=actor.key, data={"permits": made.count})
    return made


def case_of(permit: ParkingPermit) -> Case | None:
    """The case that granted it."""
    room, _colon, number = permit.about.partition(":")
    if room != "case" or not number.isdigit():
        return None
    return Case.objects.select_related("account", "company", "office").filter(pk=int(number)).first()
