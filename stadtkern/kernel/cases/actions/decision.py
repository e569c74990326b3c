"""The decision: one clerk, or two where the service says so, or the rule where a paragraph allows it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.registers.evidence import types
from stadtkern.kernel.registers.queries import entries
from stadtkern.kernel.services.catalogue import Service

from ..letter import letter_data
from ..models import Case, Decision, Note, Status
from ..text import closing_letter
from .attest import offer_credential
from .guard import Refused, in_review, locked, locked_at_desk, not_elsewhere, not_with_a_colleague, store
from .rest import not_resting, resting
from .retention import keep_until

Outcome = Decision.Outcome


@transaction.atomic
def decide(actor: Actor, case: Case, outcome: str, reason: str = "") -> Decision:
    """Decide a case in review. Of many at once one wins; the others read who was faster (AlreadyDecided).

    Where the service wants a second pair of eyes this is a proposal (`made_at` is None) until a colleague approves it.
    Everything but GRANTED needs a reason.
    """
    row, staff = locked_at_desk(actor, case)
    in_review(row)
    not_with_a_colleague(row, staff)
    not_elsewhere(row)
    not_resting(actor, row)
    text = reason.replace("\x00", "").strip()[:20_000]
    if outcome not in Outcome.values:
        raise Refused(_("Bitte wählen Sie eine Entscheidung aus."))
    if outcome != Outcome.GRANTED and not text:
        raise Refused(_("Bitte begründen Sie die Entscheidung. Die Begründung steht im Bescheid."))
    if (known := Decision.objects.filter(case=row).select_related("proposed_by__account").first()) is not None:
        raise Refused(_proposed_sentence(known))
    service = row.begun_on
    decision = Decision(case=row, outcome=outcome, reason=text, proposed_by=staff, proposed_at=timezone.now())
    decision.legal_basis = (service.decision.legal_basis or service.legal_basis)[:300]
    if row.clerk_id is None:
        row.clerk, row.taken_at = staff, decision.proposed_at
    if service.second_pair(row.answers):
        decision.save()
        store(row, "clerk", "taken_at")
        record("case.decision_proposed", subject=str(row), actor=actor.key, data={"decision": decision.pk})
        return decision
    return _make(row, decision, actor.key, staff)


def propose(actor: Actor, case: Case, outcome: str, reason: str = "") -> Decision:
    """The same as `decide`; reads better where the service wants a second pair of eyes."""
    return decide(actor, case, outcome, reason)


@transaction.atomic
def approve(actor: Actor, case: Case, proposal: int | None = None) -> Decision:
    """The second pair of eyes agrees: another clerk of the office than the one who proposed.

    `proposal`: the number of the one that was read, so that nobody approves another than they have seen.
    """
    row, staff = locked_at_desk(actor, case)
    in_review(row)
    not_resting(actor, row)
    decision = _open_proposal(row, proposal)
    if decision.proposed_by_id == staff.pk:
        raise Refused(_("Sie haben diese Entscheidung vorgeschlagen. Freigeben muss sie eine zweite Person."))
    return _make(row, decision, actor.key, staff)


@transaction.atomic
def send_back(actor: Actor, case: Case, because: str, proposal: int | None = None) -> Case:
    """The proposal goes back to review, with a note that says why; whoever proposed may also take it back."""
    row, staff = locked_at_desk(actor, case)
    in_review(row)
    decision = _open_proposal(row, proposal)
    text = because.replace("\x00", "").strip()[:10_000]
    if not text:
        raise Refused(_("Bitte schreiben Sie, was noch zu tun ist."))
    Note.objects.create(case=row, staff=staff, body=f"Vorschlag zurückgegeben: {text}")
    number = decision.pk
    decision.delete()
    record("case.decision_sent_back", subject=str(row), actor=actor.key, data={"decision": number})
    return row


@transaction.atomic
def decide_by_rule(case_id: int) -> Decision | None:
    """Decide without a person, only where the service names the paragraph and its rule has a verdict. For reactions."""
    row = locked(case_id)
    service = row.begun_on
    paragraph = service.decision.automatic
    if (
        not paragraph
        or row.status != Status.IN_REVIEW
        or row.clerk_id
        or Decision.objects.filter(case=row).exists()
        or resting(row)
    ):
        return None
    verdict = service.decide(row.answers, _facts(row, service.decision.checks))
    if verdict is None:
        return None
    decision = Decision(case=row, outcome=verdict.outcome, reason=verdict.reason, automatic=paragraph[:100])
    decision.legal_basis = (service.decision.legal_basis or service.legal_basis)[:300]
    return _make(row, decision, SYSTEM, None)


def _facts(row: Case, checks: Sequence[str] = ()) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "sources": {path: source.partition(" ")[0] for path, source in row.sources.items()},
        "trust": int(row.trust),
        "today": timezone.localdate().isoformat(),
        "paid": row.fee_cents > 0,
    }
    if checks:
        facts["registers"] = {key: _looked_up(row, key) for key in checks}
    return facts


def _looked_up(row: Case, register: str) -> list[dict[str, Any]]:
    """What a register of the city holds about the applicant; they can read that it was looked at, and on which ground."""
    person = getattr(row.account, "person", None) if row.account else None
    if person is None or person.register_key is None:
        return []
    asked = types()[register]
    privacy.note_access(
        actor=SYSTEM,
        person_key=person.register_key,
        account=row.account,
        purpose=row.service,
        legal_basis=asked.legal_basis,
        source=register,
        fields=list(asked.fields),
        about=str(row),
    )
    return [dict(row) for row in entries(register, person.register_key)]


def _make(row: Case, decision: Decision, actor_key: str, staff: Staff | None) -> Decision:
    now = timezone.now()
    decision.made_by, decision.made_at = staff, now
    if decision.outcome != Outcome.REJECTED:
        service = row.begun_on
        decision.terms = service.terms(row.answers, _facts(row, service.decision.checks))
    decision.save()
    row.status, row.decided_at = Status.DECIDED, now
    store(row, "status", "decided_at", "clerk", "taken_at")
    data = {"service": row.service, "outcome": decision.outcome, "automatic": staff is None, "decision": decision.pk}
    record("case.decided", subject=str(row), actor=actor_key, data=data)
    return decision


def _open_proposal(row: Case, number: int | None) -> Decision:
    decision = Decision.objects.filter(case=row, made_at=None).first()
    if decision is None:
        raise Refused(_("Es liegt kein Vorschlag vor. Laden Sie die Seite neu."))
    if number is not None and decision.pk != number:
        raise Refused(_("Der Vorschlag wurde inzwischen geändert. Bitte lesen Sie ihn noch einmal."))
    return decision


def _proposed_sentence(decision: Decision) -> str:
    who = decision.proposed_by.account.name if decision.proposed_by else _("Jemand aus dem Amt")
    return _("%(who)s hat schon eine Entscheidung vorgeschlagen. Geben Sie sie frei oder zurück.") % {"who": who}


@transaction.atomic
def close(case_id: int) -> Case:
    """Carry the decision out: paper, letter, closed; all or nothing, and a replay changes nothing. For reactions."""
    row = locked(case_id)
    if row.status != Status.DECIDED:
        return row
    service = row.begun_on
    decision = Decision.objects.select_related("made_by__account").get(case=row)
    now = timezone.now()
    row.keep_until = keep_until(now, service)
    paper = _paper(row, service, decision) if service.decision.letter else None
    if paper:
        offer_credential(row, decision, paper)
    _tell(row, service, decision, paper)
    row.status, row.closed_at = Status.CLOSED, now
    store(row, "status", "closed_at", "keep_until")
    record("case.closed", subject=str(row), actor=SYSTEM, data={"service": row.service, "document": paper and paper.pk})
    return row


def _paper(row: Case, service: Service, decision: Decision) -> Document:
    claims = service.claims(row.answers, decision.terms) if decision.outcome == Outcome.GRANTED else {}
    return documents.issue(
        about=str(row),
        account=row.account,
        company=row.company,
        mandate=row.mandate,
        title=service.decision.title or service.title,
        kind=service.decision.title or service.title,
        template=service.template_source(),
        data=letter_data(row, service, decision),
        code=claims,
        valid_until=_end(decision),
        keep_until=row.keep_until,
        actor_key=SYSTEM,
        once=f"case.decided:{decision.pk}",
    )


def _end(decision: Decision) -> date | None:
    """Until when what is granted holds, where the rule says so."""
    text = decision.terms.get("valid_until", "")
    return date.fromisoformat(text) if text else None


def _tell(row: Case, service: Service, decision: Decision, paper: Document | None) -> None:
    """The letter in the reader's language; without an account the paper waits on the page of the case."""
    if row.account is None:
        return
    with override(row.account.language):
        title, body = closing_letter(row, service.in_language(row.account.language), decision)
    inbox.deliver(
        account=row.account,
        company=row.company,
        mandate=row.mandate,
        about=str(row),
        office=row.office,
        title=title,
        body=body,
        documents=[paper] if paper else [],
        actor_key=SYSTEM,
        once=f"case.decided:{decision.pk}",
        link=reverse("cases:track", args=[row.reference]),
    )
