"""Somebody takes the answers of a case out of the house as a file: noted every time."""

from django.db import transaction

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.services.catalogue import Service

from ..models import Case
from .look import tell_the_person


@transaction.atomic
def take_out(actor: Actor, case: Case, service: Service) -> None:
    """Diary: `case.data_taken`; when it was a clerk, the person it is about sees that, for what and on which ground."""
    own = actor.account is not None and case.account_id == actor.account.pk
    if actor.staff is not None and not own:
        tell_the_person(actor, case, service, ("answers", "file"))
    record("case.data_taken", subject=str(case), actor=actor.key)
