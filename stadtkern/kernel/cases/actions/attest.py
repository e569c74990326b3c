"""What a granted application proves: the claims go down to `credentials`, for the wallet of the person."""

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.credentials import actions as credentials
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.services.credential import attested

from ..models import Case, Decision
from .guard import locked


def offer_credential(row: Case, decision: Decision, paper: Document) -> None:
    """A proof for the wallet, where the service names one; only for the person themselves, and only as long as it holds."""
    service = row.begun_on
    rule = service.credential
    by_proxy = row.company_id or getattr(row, "mandate_id", None)
    if rule is None or decision.outcome != Decision.Outcome.GRANTED or row.account is None or by_proxy:
        return
    decided = timezone.localdate(decision.made_at)
    facts = {"case.reference": row.reference, "document.number": paper.number, "decision.date": decided.isoformat()}
    claims, last_day = attested(service, row.answers, facts, decision.terms or {}, decided)
    if paper.valid_until and (last_day is None or paper.valid_until < last_day):
        last_day = paper.valid_until
    if last_day and last_day < timezone.localdate():
        return
    credentials.offer(
        account=row.account,
        about=str(row),
        kind=rule.type,
        title=rule.title,
        claims=claims,
        actor_key=SYSTEM,
        document=paper,
        valid_until=last_day,
        once=f"case.decided:{decision.pk}",
    )


@transaction.atomic
def offer_again(case_id: int) -> None:
    """The person has another phone: lay the claims down once more, if the paper still holds. For reactions."""
    row = locked(case_id)
    decision = Decision.objects.filter(case=row).first()
    paper = Document.objects.filter(once=f"case.decided:{decision.pk}", revoked_at=None).first() if decision else None
    if decision and paper:
        offer_credential(row, decision, paper)
