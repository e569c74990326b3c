"""Once only: what the city knows is asked from the register, with consent, and never typed again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.registers import actions as registers
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib.forms.shape import find

from ..models import Case
from .guard import Refused, locked_draft, store

CONSENT = "Ihre Einwilligung (Art. 6 Abs. 1 Buchst. a DSGVO)"


def register_fields(service: Service) -> list[str]:
    """Which fields of the residents register this service would ask for."""
    return [origin.partition(".")[2] for origin in service.prefill.values() if origin.startswith("residents.")]


def prefill(actor: Actor, case: Case) -> Case:
    """The person has said yes: write down the consent, ask the register, take the answers into the draft.

    Three transactions, because the register is outside: the consent stands even while the register does not answer.
    Raises registers.RegisterUnavailable, registers.NotFound, registers.Blocked; the draft is unchanged then.
    """
    person = getattr(actor.account, "person", None)
    if actor.account is None or person is None or person.register_key is None:
        raise Refused(_("Bitte weisen Sie sich zuerst aus, damit wir Sie im Melderegister finden."))
    service = Case.objects.of_applicant(actor).drafts().get(pk=case.pk).begun_on
    fields = register_fields(service)
    if not fields:
        return case
    consent = privacy.give_consent(
        actor,
        account=actor.account,
        purpose=service.key,
        evidence="residents",
        fields=fields,
        legal_basis=CONSENT,
        about=str(case),
    )
    evidence = registers.ask(
        actor,
        person_key=person.register_key,
        fields=fields,
        purpose=service.key,
        legal_basis=CONSENT,
        about=str(case),
        consent=consent,
    )
    return _take_over(actor, case, evidence.values, f"{evidence.source} {evidence.asked_at.date().isoformat()}")


@transaction.atomic
def _take_over(actor: Actor, case: Case, values: Mapping[str, Any], source: str) -> Case:
    row = locked_draft(actor, case)
    service = row.begun_on
    answers, sources = dict(row.answers), dict(row.sources)
    for path, origin in service.prefill.items():
        value = values.get(origin.partition(".")[2])
        if value in (None, "") or find(service.form, path) is None:
            continue
        answers[path] = value.isoformat() if isinstance(value, date) else value
        sources[path] = source
    row.answers, row.sources, row.prefill_declined = answers, sources, False
    store(row, "answers", "sources", "prefill_declined")
    record("case.prefilled", subject=str(row), actor=actor.key, data={"fields": len(sources)})
    return row


@transaction.atomic
def decline_prefill(actor: Actor, case: Case) -> Case:
    """ "Nein, selbst eingeben": not asked again for this draft, but possible at any time."""
    row = locked_draft(actor, case)
    row.prefill_declined = True
    store(row, "prefill_declined")
    record("case.prefill_declined", subject=str(row), actor=actor.key)
    return row
