"""Somebody takes the answers of a case out of the house as a file: noted every time."""

from datetime import timedelta

from django.db import transaction

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy.models import Access
from stadtkern.kernel.services.catalogue import Service

from ..models import Case
from .look import look


@transaction.atomic
def take_out(actor: Actor, case: Case, service: Service) -> None:
    """Diary: `case.data_taken`; when it was a clerk, the person it is about sees that, for what and on which ground."""
    look(actor, case, service, ("answers", "file"), channel=Access.Channel.EXPORT, again_after=timedelta(0))
    record("case.data_taken", subject=str(case), actor=actor.key)
