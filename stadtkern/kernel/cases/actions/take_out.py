"""Somebody takes the answers of a case out of the house as a file: noted every time."""

from django.db import transaction

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy.actions import note_access
from stadtkern.kernel.services.catalogue import Service

from ..models import Case


@transaction.atomic
def take_out(actor: Actor, case: Case, service: Service) -> None:
    """Diary: `case.data_taken`; when it was a clerk, the person it is about sees that, for what and on which ground."""
    own = actor.account is not None and case.account_id == actor.account.pk
    if actor.staff is not None and not own:
        person = getattr(case.account, "person", None) if case.account else None
        note_access(
            actor=actor,
            person_key=person.register_key if person else None,
            account=case.account,
            purpose=case.service,
            legal_basis=(service.legal_basis or service.decision.legal_basis or "Art. 6 Abs. 1 Buchst. e DSGVO")[:200],
            source="cases",
            fields=("answers", "file"),
            about=str(case),
        )
    record("case.data_taken", subject=str(case), actor=actor.key)
