"""Everything about one case that a clerk needs on one page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Role, Staff
from stadtkern.kernel.documents.models import Document, Upload
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.registers.blocks import hidden
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib.forms.rules.model import State
from stadtkern.lib.forms.shape import Section, summary

from ..actions.guard import came_in, is_elsewhere
from ..actions.rest import GROUNDS, opened, resting
from ..letter import rules_then
from ..models import QUEUE, Case, Decision, Note, Status
from ..progress import handed_over_words, track
from ..text import outcome_of, source_of
from . import history, listing

MOST = 200  # messages, notes


@dataclass(frozen=True)
class Answer:
    """One row of the answers: what was asked, what was said, where it comes from."""

    label: str
    text: str
    depth: int
    source: str
    own: bool  # typed in although a register could have said it
    upload: str = ""  # key of a file
    heading: bool = False  # the name of a group, no question


@dataclass(frozen=True)
class Block:
    """A text building block for the reason."""

    title: str
    text: str


def case_of(staff: Staff, reference: str) -> Case:
    """The case on this office's desks; foreign, unknown and unsent ones are 404 alike."""
    rows = Case.objects.of_office(staff).select_related(
        "edition", "office", "account__person", "company", "clerk__account", "assisted_by__account", "mandate__agent"
    )
    case = rows.defer("edition__files").annotate(is_hidden=hidden()).filter(reference=reference).first()
    if case is None:
        raise Http404
    return case


def listed_case(staff: Staff, reference: str) -> Case:
    """A case as the list has it: of a hidden person, too. Only for taking it, or for saying that it is not open."""
    case = Case.objects.listed_for(staff).select_related("clerk__account").filter(reference=reference).first()
    if case is None:
        raise Http404
    return case


def context(staff: Staff, case: Case, service: Service) -> dict[str, Any]:
    """For the template; the number of queries does not depend on the case."""
    about = str(case)
    uploads = list(Upload.objects.filter(about=about).order_by("pk")[:MOST])
    decision = Decision.objects.filter(case=case).select_related("proposed_by__account", "made_by__account").first()
    thread = Message.objects.thread(about).filter(office=case.office_id).prefetch_related("documents", "uploads")
    return {
        "case": case,
        "service": service,
        "words": listing.for_desk(case.status),
        "due": listing.due_of(case.status, case.due_date, case.asked_at, case.closed_at, rests=not service.decision.clock),
        **_law(staff, case, service),
        "sections": _sections(case, service, uploads),
        "by_hand": by_hand(service),
        "uploads": [upload for upload in uploads if not _answered(case, upload)],
        "documents": list(Document.objects.filter(about=about, shredded_at=None).order_by("-pk")[:MOST]),
        "thread": list(thread[:MOST]),
        "notes": list(Note.objects.filter(case=case).select_related("staff__account").order_by("-pk")[:MOST]),
        "payment": Payment.objects.of(about).first() if case.fee_cents else None,
        "history": history.of_case(about),
        "decision": decision,
        "outcome": outcome_of(decision) if decision else "",
        "hidden": getattr(case, "is_hidden", False),
        **_may(staff, case, service, decision),
    }


def _may(staff: Staff, case: Case, service: Service, decision: Decision | None) -> dict[str, Any]:
    """What the buttons offer; the actions ask again under their lock."""
    mine = case.clerk_id == staff.pk
    own = case.account_id is not None and case.account_id == staff.account_id
    handed_over = bool(service.send.to) and not came_in(case)
    reviewed = case.status == Status.IN_REVIEW and not own and not (handed_over and is_elsewhere(case))
    proposed = decision if decision and decision.made_at is None and reviewed else None
    free = case.clerk_id is None or mine
    reachable = case.account_id is not None or service.anonymous
    return {
        "own": own,
        "elsewhere": handed_over_words(case) if handed_over and decision is None else None,
        "elsewhere_stages": track(case, None)[1:] if handed_over and decision is None else [],
        "mine": mine,
        "proposed": proposed,
        "proposed_by_me": proposed is not None and proposed.proposed_by_id == staff.pk,
        "four_eyes": service.second_pair(case.answers),
        "can_take": case.status in QUEUE and case.clerk_id is None and not own,
        "can_take_over": case.status in QUEUE and not free and staff.role == Role.LEAD and not own,
        "can_return": case.status in QUEUE and case.clerk_id is not None and (mine or staff.role == Role.LEAD),
        "can_decide": reviewed and free and proposed is None,
        "can_ask": reviewed and free and proposed is None and reachable,
        "can_tell": reachable and case.status != Status.WITHDRAWN and not own,
        "outcomes": [(outcome, outcome_words(outcome)) for outcome in Decision.Outcome.values],
        "blocks": blocks(service),
    }


def _law(staff: Staff, case: Case, service: Service) -> dict[str, Any]:
    """The period of law and how far it can grow; whether the data are at rest."""
    actor = Actor(staff.account, staff)
    rest = resting(case)
    grows = service.decision.extend is not None and case.status in QUEUE and case.extended_at is None
    in_time = case.due_date is not None and timezone.localdate() <= case.due_date
    start = timezone.localdate(case.submitted_at) if case.submitted_at else None
    return {
        "rest": rest,
        "rest_opened": rest is not None and opened(actor, case),
        "rest_grounds": GROUNDS.items(),
        "can_extend": grows and in_time and case.account_id != staff.account_id,
        "extended_due": service.decision.due(start, extended=True) if grows and start else None,
    }


def by_hand(service: Service) -> list[str]:
    """What nobody has compiled: rules a person checks, in their own words."""
    unread = (f"{rule.key}: {rule.text}" for rule in service.form.rules if rule.state is State.OPEN)
    return list(dict.fromkeys((*unread, *service.form.notes)))


def outcome_words(outcome: str) -> str:
    return {"GRANTED": _("Bewilligen"), "PARTLY": _("Teilweise bewilligen"), "REJECTED": _("Ablehnen")}[outcome]


def blocks(service: Service) -> list[Block]:
    """Texts for the reason: what the service brings for its outcomes, then what every office needs."""
    names = {"granted": _("Bewilligung"), "partly": _("Teilweise Bewilligung"), "rejected": _("Ablehnung")}
    own = [Block(name, service.messages[key]) for key, name in names.items() if service.messages.get(key)]
    basis = service.decision.legal_basis or service.legal_basis
    law = f" nach {basis}" if basis else ""  # what goes into a decision is German, whatever the clerk reads
    return [
        *own,
        Block(_("Voraussetzungen erfüllt"), f"Die Voraussetzungen{law} liegen vor."),
        Block(_("Voraussetzungen fehlen"), f"Die Voraussetzungen{law} liegen nicht vor, weil …"),
        Block(_("Nachweis fehlt"), "Trotz unserer Rückfrage fehlt uns dieser Nachweis: …"),
    ]


def _sections(case: Case, service: Service, uploads: list[Upload]) -> list[tuple[Section, list[Answer]]]:
    files = {str(upload.key): upload.file_name for upload in uploads}
    usable = {str(upload.key) for upload in uploads if upload.state == Upload.State.CLEAN}
    found = []
    for section in summary(service.form, case.answers, files, effects=rules_then(case, service)):
        rows = [_answer(row, case.sources, service.prefill, usable) for row in section.rows]
        if rows:
            found.append((section, rows))
    return found


def _answer(row: Any, sources: Mapping[str, str], prefill: Mapping[str, str], usable: set[str]) -> Answer:
    source = sources.get(row.path, "")
    own = not source and row.path in prefill and bool(row.text)
    upload = row.value if isinstance(row.value, str) and row.value in usable else ""
    return Answer(row.label, row.text, row.depth, source_of(source) if source else "", own, upload, row.kind is None)


def _answered(case: Case, upload: Upload) -> bool:
    """Whether the file is the answer to a question; the others came with a message."""
    return str(upload.key) in case.answers.values()
