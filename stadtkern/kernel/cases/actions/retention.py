"""Kept as long as the reason lasts, then gone: closed cases and forgotten drafts."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.kernel.services.catalogue import Service

from ..models import FINISHED, Case, Status

DRAFT_DAYS = 30
AT_ONCE = 500  # per call of the nightly job and transaction: one case


def keep_until(ended: datetime, service: Service) -> date:
    """Retention runs from the end of the year in which the case ended (as § 147 Abs. 4 AO has it)."""
    return date(timezone.localtime(ended).year + service.keep.years, 12, 31)


def shred_due(today: date) -> int:
    """Remove finished cases past their retention, with files, letters and notes; a diary line without content stays."""
    return _each(Case.objects.filter(over(today)).values_list("pk", flat=True), "case.shredded")


def over(today: date) -> Q:
    """Files whose retention has ended."""
    return Q(keep_until__lt=today, status__in=FINISHED)


def forget_drafts(now: datetime) -> int:
    """Remove drafts nobody has touched for 30 days."""
    old = Case.objects.filter(status=Status.DRAFT, updated_at__lt=now - timedelta(days=DRAFT_DAYS))
    return _each(old.values_list("pk", flat=True), "case.forgotten")


def forget_drafts_of(account_id: int) -> int:
    """Remove the drafts of an account that was closed; what was sent stays as long as the law says."""
    own = Case.objects.filter(status=Status.DRAFT, account=account_id, company=None)
    return _each(own.values_list("pk", flat=True), "case.forgotten")


def _each(ids: "object", name: str) -> int:
    gone = 0
    for pk in list(ids[:AT_ONCE]):  # type: ignore[index]
        gone += _remove(pk, name)
    return gone


@transaction.atomic
def _remove(pk: int, name: str) -> int:
    row = Case.objects.select_for_update(skip_locked=True).only("pk", "service", "status").filter(pk=pk).first()
    if row is None:  # somebody works on it right now: next night
        return 0
    documents.shred_uploads(str(row))
    inbox.forget_about(str(row))
    record(name, subject=str(row), actor=SYSTEM, data={"service": row.service})
    row.delete()
    return 1
