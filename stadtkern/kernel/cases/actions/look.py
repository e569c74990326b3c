"""A clerk opens a case: the person will see that, and why."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy.actions import note_access
from stadtkern.kernel.services.catalogue import Service

from ..models import Case

SAME_LOOK = timedelta(hours=1)


def look(actor: Actor, case: Case, service: Service, fields: tuple[str, ...] = ("answers", "messages", "uploads")) -> bool:
    """Note the access with purpose and ground, once per clerk, case and hour; True when a line was written."""
    if actor.staff is None or (actor.account and case.account_id == actor.account.pk):
        return False
    since = timezone.now() - SAME_LOOK
    if Event.objects.filter(subject=str(case), name="case.viewed", actor=actor.key, at__gt=since).exists():
        return False
    with transaction.atomic():
        tell_the_person(actor, case, service, fields)
        record("case.viewed", subject=str(case), actor=actor.key)
    return True


def tell_the_person(actor: Actor, case: Case, service: Service, fields: tuple[str, ...]) -> None:
    """A line in "who saw my data" of the applicant: for this case, on the ground the service names."""
    person = getattr(case.account, "person", None) if case.account else None
    note_access(
        actor=actor,
        person_key=person.register_key if person else None,
        account=case.account,
        purpose=case.service,
        legal_basis=(service.legal_basis or service.decision.legal_basis or "Art. 6 Abs. 1 Buchst. e DSGVO")[:200],
        source="cases",
        fields=fields,
        about=str(case),
    )
