"""Once only: what the city knows is asked from the register, with consent, and never typed again."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.registers import actions as registers
from stadtkern.kernel.services.catalogue import Service
from stadtkern.kernel.services.prefill import own_questions, question, register_field, value_for
from stadtkern.lib.forms.model import Answers, Step
from stadtkern.lib.forms.walk import Walk

from ..models import Case
from .guard import Refused, locked_draft, store

CONSENT = "Ihre Einwilligung (Art. 6 Abs. 1 Buchst. a DSGVO)"


def wanted(service: Service, answers: Answers, step: Step | None = None) -> dict[str, str]:
    """Path -> field of the register, for what is asked now (on this page) and has no answer yet: no more is fetched."""
    presumed = {path: value for path, value in service.presumed.items() if answers.get(path) in (None, "")}
    given = {**answers, **presumed}
    visible = {visit.path for visit in Walk(step or service.form, given, service.effects(given)).visits()}
    return {
        path: field
        for path, origin in service.prefill.items()
        if path in visible and answers.get(path) in (None, "") and (field := register_field(origin))
    }


def worth_asking(service: Service, answers: Answers, step: Step) -> bool:
    """Whether something this page requires is still missing that the register may know."""
    open_paths = wanted(service, answers, step)
    if not open_paths:
        return False
    walk = Walk(step, answers, service.effects(answers))
    return any(visit.path in open_paths and visit.element.minimum for visit in walk.visits())


def offers(actor: Actor, case: Case, service: Service, step: Step) -> bool:
    """Whether to ask "Dürfen wir …?" before this page: once, to people the register knows or who must prove who they are."""
    if case.prefill_declined or case.sources or case.assisted_by_id or actor.company:
        return False
    person = getattr(actor.account, "person", None) if actor.account else None
    known = person is not None and person.register_key is not None
    return (known or service.trust >= Trust.SUBSTANTIAL) and bool(wanted(service, case.answers, step))


def prefill(actor: Actor, case: Case) -> Case:
    """The person has said yes: write down the consent, ask the register, take the answers into the draft.

    Three transactions, because the register is outside: the consent stands even while the register does not answer.
    Raises registers.RegisterUnavailable, registers.NotFound, registers.Blocked; the draft is unchanged then.
    """
    person = getattr(actor.account, "person", None)
    if actor.account is None or person is None or person.register_key is None:
        raise Refused(_("Bitte weisen Sie sich zuerst aus, damit wir Sie im Melderegister finden."))
    draft = Case.objects.of_citizen(actor).drafts().get(pk=case.pk)
    service = draft.begun_on
    questions = wanted(service, draft.answers)
    fields = sorted(set(questions.values()))
    if not fields:
        return draft
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
    source = f"{evidence.source} {timezone.localdate(evidence.asked_at).isoformat()}"
    return _take_over(actor, case, service, questions, evidence.values, source)


@transaction.atomic
def _take_over(
    actor: Actor, case: Case, service: Service, questions: Mapping[str, str], values: Mapping[str, Any], source: str
) -> Case:
    row = locked_draft(actor, case)
    answers, sources = dict(row.answers), dict(row.sources)
    for path, field in questions.items():
        asked = question(service.form, path)
        value = value_for(asked, service.prefill[path], values.get(field)) if asked else None
        if value in (None, "") or answers.get(path) not in (None, ""):  # typed meanwhile, in another tab
            continue
        answers[path] = value
        sources[path] = source
    if actor.account:  # their own address, already in the account: no register knows it better
        visible = {visit.path for visit in Walk(service.form, answers, service.effects(answers)).visits()}
        for path in own_questions(service.prefill, visible):
            asked = question(service.form, path)
            if answers.get(path) in (None, "") and asked and (value := value_for(asked, "", actor.account.email)):
                answers[path], sources[path] = value, f"account {source.rpartition(' ')[2]}"
    row.answers, row.sources = answers, sources
    row.prefill_declined = not sources  # the register knows nothing: not asked again
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
