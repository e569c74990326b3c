"""Whoever reads a case or a list of cases that is not their own leaves a line: the person will see that, and why."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.privacy.models import Access
from stadtkern.kernel.services.catalogue import Service

from ..models import FINISHED, Case, Status

SAME_LOOK = timedelta(hours=1)
ON_A_LIST = ("applicant", "service", "status", "due_date")
ON_THE_PAGE = ("answers", "messages", "uploads")


def look(
    actor: Actor,
    case: Case,
    service: Service,
    fields: Sequence[str] = ON_THE_PAGE,
    *,
    channel: str = Access.Channel.PAGE,
    again_after: timedelta = SAME_LOOK,
) -> bool:
    """Note the access with purpose and ground, once per reader, case and hour; True when a line was written.

    The clerk's as well as the colleague's in a company; not the applicant's own, nor that of the browser that began it.
    """
    if actor.account and case.account_id == actor.account.pk:
        return False
    if _represents(actor, case):
        owner, about = (case.account_id, case.pk), str(case)
        return privacy.note_colleague(
            actor, [owner], source="cases", fields=fields, purpose=case.service, about=about, channel=channel
        )
    if actor.staff is None or (case.account_id is None and case.draft_key in actor.draft_keys):
        return False
    with transaction.atomic(savepoint=False):
        seen = tell_the_person(actor, case, service, fields, channel=channel, again_after=again_after)
        if seen and channel != Access.Channel.EXPORT:
            record("case.viewed", subject=str(case), actor=actor.key)
    return seen


def tell_the_person(
    actor: Actor | str,
    case: Case,
    service: Service,
    fields: Sequence[str],
    *,
    channel: str = Access.Channel.PAGE,
    again_after: timedelta = timedelta(0),
    emergency: int | None = None,
) -> bool:
    """A line in "who saw my data" of the applicant: for this case, on the ground the service names."""
    person = getattr(case.account, "person", None) if case.account else None
    staff = actor.staff if isinstance(actor, Actor) else None
    return privacy.note_accesses(
        actor=actor,
        accounts=[case.account_id],
        person_keys=[person.register_key if person else None],
        cases=[case.pk],
        purpose=case.service,
        legal_basis=service.legal_basis or service.decision.legal_basis or privacy.PUBLIC_TASK,
        source="cases",
        fields=fields,
        about=str(case),
        channel=channel,
        charge=charge_of(case, staff) if staff else "",
        emergency=emergency,
        again_after=again_after,
    )


def look_at_list(
    actor: Actor, rows: Iterable[Mapping[str, Any]], *, purpose: str = "desk", channel: str = Access.Channel.PAGE
) -> None:
    """Everybody on one page of the desk's list, in one line. `rows` with "id" and "account"."""
    own = actor.account.pk if actor.account else None
    shown = [row for row in rows if row["account"] is None or row["account"] != own]
    privacy.note_accesses(
        actor=actor,
        accounts=[row["account"] for row in shown],
        cases=[row["id"] for row in shown],
        purpose=purpose,
        legal_basis=privacy.PUBLIC_TASK,
        source="cases",
        fields=ON_A_LIST,
        channel=channel,
    )


@transaction.atomic
def look_beside_list(actor: Actor, case: Case, service: Service, rows: Iterable[Mapping[str, Any]], *, purpose: str) -> None:
    """A case with the list beside it: both lines with one commit."""
    look(actor, case, service)
    look_at_list(actor, rows, purpose=purpose)


def look_at_own_list(actor: Actor, rows: Iterable[Case], *, channel: str = Access.Channel.PAGE) -> None:
    """A page of one's own cases, or those of the company acted for: then a look at what colleagues handed in."""
    owners = [(case.account_id, case.pk) for case in rows]
    privacy.note_colleague(actor, owners, source="cases", fields=ON_A_LIST, channel=channel)


def look_in_emergency(actor: Actor, case: Case, service: Service, fields: Sequence[str], emergency: int) -> None:
    """A clerk of another office reads it; the line says so, and belongs to the emergency that is reviewed."""
    with transaction.atomic():
        if tell_the_person(actor, case, service, fields, emergency=emergency, again_after=timedelta(minutes=5)):
            record("case.viewed_in_emergency", subject=str(case), actor=actor.key, data={"emergency": emergency})


def note_transfer(case: Case) -> None:
    """The whole application went to the authority that decides: who got it stands with the case."""
    fields = ("answers", "uploads")
    tell_the_person("system", case, case.begun_on, fields, channel=Access.Channel.TRANSFER)


def charge_of(case: Case, staff: Staff) -> str:
    """What the case was to the clerk at this moment (privacy.models.Access.charge)."""
    if case.status in (Status.DECIDED, *FINISHED):
        return "closed"
    if case.office_id is not None and case.office_id != staff.office_id:
        return "foreign"
    if case.clerk_id == staff.pk or case.assisted_by_id == staff.pk:
        return "mine"
    return "colleague" if case.clerk_id else "free"


def _represents(actor: Actor, case: Case) -> bool:
    """For a company, or for a person by mandate: whoever may see a case of another account without being its office."""
    if actor.company and case.company_id == actor.company.pk:
        return True
    return actor.staff is None and case.account_id is not None
