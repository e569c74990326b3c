"""Once only: what the city knows is asked from the register, with consent, and never typed again."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.registers import actions as registers
from stadtkern.kernel.registers.actions import NotFound
from stadtkern.kernel.registers.models import Proof
from stadtkern.kernel.services.catalogue import Service
from stadtkern.kernel.services.prefill import own_questions, question, register_field, value_for
from stadtkern.lib.forms.model import Answers, Field, Kind, Step
from stadtkern.lib.forms.walk import Walk

from ..models import Case
from .guard import Refused, locked_draft, store

CONSENT = "Ihre Einwilligung (Art. 6 Abs. 1 Buchst. a DSGVO)"


Fact = tuple[str, str]  # register and field: ("vehicles", "plate")


@dataclass(frozen=True)
class Fetched:
    """What came of asking: the draft with what needs no look, and what each register that gave nothing says."""

    case: Case
    problems: Mapping[str, Exception]  # register -> RegisterUnavailable, NotFound, Blocked or NothingThere


class NothingThere(NotFound):
    """The register answered: there is no entry."""

    said = gettext_lazy("%(register)s hat keinen Eintrag zu Ihnen.")


def wanted(service: Service, answers: Answers, step: Step | None = None) -> dict[str, Fact]:
    """Path -> fact of a register, for what is asked now (on this page) and has no answer yet: no more is fetched."""
    presumed = {path: value for path, value in service.presumed.items() if answers.get(path) in (None, "")}
    given = {**answers, **presumed}
    visible = {visit.path for visit in Walk(step or service.form, given, service.effects(given)).visits()}
    return {
        path: fact
        for path, origin in service.prefill.items()
        if path in visible and answers.get(path) in (None, "") and (fact := register_field(origin))
    }


def by_register(facts: Mapping[str, Fact]) -> dict[str, list[str]]:
    """Register -> the fields asked of it."""
    found: dict[str, set[str]] = {}
    for evidence, field in facts.values():
        found.setdefault(evidence, set()).add(field)
    return {evidence: sorted(names) for evidence, names in found.items()}


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
    known = actor.register_key is not None
    if actor.mandate and not known:  # a power of attorney opens no register
        return False
    return (known or service.trust >= Trust.SUBSTANTIAL) and bool(wanted(service, case.answers, step))


def waits_for_look(actor: Actor, case: Case) -> Proof | None:
    """The first proof the person has not said yes or no to."""
    return Proof.objects.waiting(actor.owner, str(case)).first() if case.is_draft else None


def prefill(actor: Actor, case: Case) -> Case:
    """`fetch`, for those who want everything or an exception: the first register that gave nothing raises what it said."""
    fetched = fetch(actor, case)
    for problem in fetched.problems.values():
        raise problem
    return fetched.case


def fetch(actor: Actor, case: Case) -> Fetched:
    """The person has said yes: write down one consent for each register, ask, take into the draft what needs no look.

    Several transactions, because registers are outside: the consent stands even while a register does not answer. What has
    a preview waits as a Proof; nothing of it is in the application before `take_proof`.
    """
    if actor.account is None or actor.register_key is None:
        raise Refused(_("Bitte weisen Sie sich zuerst aus, damit wir Sie im Melderegister finden."))
    draft = Case.objects.of_citizen(actor).drafts().get(pk=case.pk)
    service = draft.begun_on
    questions = wanted(service, draft.answers)
    problems: dict[str, Exception] = {}
    for key, fields in by_register(questions).items():
        try:
            evidence = _ask(actor, actor.register_key, key, fields, service.key, str(case))
        except (registers.RegisterUnavailable, registers.NotFound, registers.Blocked, registers.MoreTrust) as problem:
            problems[key] = problem
            continue
        if not evidence.records:
            problems[key] = NothingThere(key)
        elif evidence.proof is None:
            draft = _take_over(actor, case, service, questions, key, evidence.values, evidence.asked_at)
    return Fetched(draft, problems)


def _ask(actor: Actor, person_key: uuid.UUID, key: str, fields: Sequence[str], purpose: str, about: str) -> registers.Evidence:
    assert actor.owner is not None
    consent = privacy.give_consent(
        actor, account=actor.owner, purpose=purpose, evidence=key, fields=fields, legal_basis=CONSENT, about=about
    )
    return registers.ask(
        actor,
        person_key=person_key,
        fields=fields,
        purpose=purpose,
        legal_basis=CONSENT,
        about=about,
        consent=consent,
        evidence=key,
    )


@transaction.atomic
def take_proof(actor: Actor, case: Case, number: int, chosen: int) -> Case:
    """ "Übernehmen": one record of a fetched proof goes into the draft. Raises Refused where nothing waits any more."""
    draft = locked_draft(actor, case)
    try:
        proof, values = registers.use_proof(actor, number, chosen)
    except Proof.DoesNotExist as gone:
        raise Refused(_("Dieser Nachweis liegt nicht mehr bereit.")) from gone
    if proof.about != str(draft):
        raise Refused(_("Dieser Nachweis gehört zu einem anderen Antrag."))
    service = draft.begun_on
    return _take_over(actor, draft, service, wanted(service, draft.answers), proof.evidence, values, proof.fetched_at)


@transaction.atomic
def drop_proof(actor: Actor, case: Case, number: int) -> Case:
    """ "Nicht verwenden": nothing of it goes into the draft, and nothing stays."""
    row = locked_draft(actor, case)
    try:
        proof = registers.drop_proof(actor, number)
    except Proof.DoesNotExist as gone:
        raise Refused(_("Dieser Nachweis liegt nicht mehr bereit.")) from gone
    if proof.about != str(row):
        raise Refused(_("Dieser Nachweis gehört zu einem anderen Antrag."))
    if not row.sources:
        row.prefill_declined = True
        store(row, "prefill_declined")
    return row


@transaction.atomic
def _take_over(
    actor: Actor,
    case: Case,
    service: Service,
    questions: Mapping[str, Fact],
    register: str,
    values: Mapping[str, Any],
    asked_at: datetime,
) -> Case:
    row = locked_draft(actor, case)
    on = timezone.localdate(asked_at).isoformat()
    answers, sources = dict(row.answers), dict(row.sources)
    for path, (evidence, field) in questions.items():
        asked = question(service.form, path) if evidence == register else None
        value = value_for(asked, service.prefill[path], values.get(field)) if asked else None
        if value in (None, "") or answers.get(path) not in (None, ""):  # typed meanwhile, in another tab
            continue
        answers[path] = value
        sources[path] = f"{register} {on}"
    if actor.account:  # their own address, already in the account: no register knows it better
        visible = {visit.path for visit in Walk(service.form, answers, service.effects(answers)).visits()}
        for path in own_questions(service.prefill, visible):
            asked = question(service.form, path)
            if answers.get(path) in (None, "") and asked and (value := value_for(asked, "", actor.account.mail)):
                answers[path], sources[path] = value, f"account {on}"
    row.answers, row.sources = answers, sources
    row.prefill_declined = not sources  # the register knows nothing: not asked again
    if _nothing_left(row, service):
        row.steps_done = [step.key for step in service.form.steps]
    store(row, "answers", "sources", "prefill_declined", "steps_done")
    record("case.prefilled", subject=str(row), actor=actor.key, data={"fields": len(sources)})
    return row


def _nothing_left(row: Case, service: Service) -> bool:
    """Every answer of every page came from a register and nothing is wrong: the summary shows all, nobody has to click on."""
    effects = service.effects(row.answers)
    walk = Walk(service.form, row.answers, effects).visits()
    asked = {visit.path for visit in walk if isinstance(visit.element, Field) and visit.element.kind is not Kind.LABEL}
    return asked <= set(row.sources) and not service.problems(row.answers, None, effects)


@transaction.atomic
def decline_prefill(actor: Actor, case: Case) -> Case:
    """ "Nein, selbst eingeben": not asked again for this draft, but possible at any time."""
    row = locked_draft(actor, case)
    row.prefill_declined = True
    store(row, "prefill_declined")
    record("case.prefill_declined", subject=str(row), actor=actor.key)
    return row
