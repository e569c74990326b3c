"""Reports by the clock: late ones come first, contact and followers go after the end, unconfirmed addresses too."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.cases.models import Case, Decision
from stadtkern.kernel.events.actions import record

from ..models import AreaWatch, Attachment, Contribution, Report, ReportFollow, ReportStep
from ..models.report import CONTACT, UNCONFIRMED
from ..reports.states import WORDS
from .forgetting import EMPTY
from .reports import SERVICE, move

BATCH = 200
State, What = Report.State, ReportStep.What


@transaction.atomic
def escalate(now: datetime) -> int:
    """Open past the promised day: marked once, so that the lead sees it first; returns how many."""
    rows = Report.objects.select_for_update(of=("self",), skip_locked=True).late(now).filter(escalated_at=None)
    found = list(rows.order_by("promised_date").values_list("pk", "office")[:BATCH])
    Report.objects.filter(pk__in=[pk for pk, _office in found]).update(escalated_at=now)
    for pk, office in found:
        record("report.escalated", subject=f"contribution:{pk}", actor=SYSTEM, data={"office": office})
    return len(found)


@transaction.atomic
def forget(now: datetime) -> int:
    """Contact and mail addresses 90 days after the end; unconfirmed addresses after a week; returns how many rows."""
    closed = Report.objects.filter(closed_at__lt=now - CONTACT)
    pks = list(closed.exclude(contact={}).values_list("pk", flat=True)[:BATCH])
    done = Report.objects.filter(pk__in=pks).update(contact={})
    done += _gone(ReportFollow.objects.filter(report__closed_at__lt=now - CONTACT))
    done += _gone(ReportFollow.objects.filter(confirmed_at=None, at__lt=now - UNCONFIRMED))
    done += _gone(AreaWatch.objects.filter(confirmed_at=None, at__lt=now - UNCONFIRMED))
    if done:
        record("report.tidied", subject="participation", actor=SYSTEM, data={"rows": done})
    return done


def _gone(rows: object) -> int:
    found = list(rows.values_list("pk", flat=True)[:BATCH])  # type: ignore[attr-defined]
    return int(rows.model.objects.filter(pk__in=found).delete()[0]) if found else 0  # type: ignore[attr-defined]


@transaction.atomic
def settle(case_id: int) -> None:
    """Decided on the page of the case: the report is settled along with it; settled ones stay as they are."""
    row = (
        Report.objects.select_for_update(of=("self",)).select_related("contribution").filter(contribution__case=case_id).first()
    )
    decision = Decision.objects.filter(case=case_id, made_at__isnull=False).first()
    if row is None or decision is None or row.closed_at:
        return
    state = State.DECLINED if decision.outcome == Decision.Outcome.REJECTED else State.DONE
    move(row, state)
    text = decision.reason[:4000] or str(WORDS[state].text)
    ReportStep.objects.create(report=row, what=What.STATE, state=state, text=text, public=True, staff=decision.made_by)
    record("report.state_changed", subject=str(row.contribution), actor=SYSTEM, data={"state": state})


@transaction.atomic
def settle_withdrawn(case_id: int) -> None:
    """Taken back on the page of the case: neither text nor picture stays."""
    row = (
        Report.objects.select_for_update(of=("self",)).select_related("contribution").filter(contribution__case=case_id).first()
    )
    if row is None or row.contribution.state == Contribution.State.WITHDRAWN:
        return
    now = timezone.now()
    Attachment.objects.filter(contribution=row.pk).delete()
    Contribution.objects.filter(pk=row.pk).update(**EMPTY, state=Contribution.State.WITHDRAWN)
    Report.objects.filter(pk=row.pk).update(listed=False, shown=False, closed_at=now, cell=None, contact={})
    record("report.withdrawn", subject=f"contribution:{row.pk}", actor=SYSTEM)


def is_report(case_id: int) -> bool:
    """Whether this case is a report."""
    return Case.objects.filter(pk=case_id, service=SERVICE).exists()


@transaction.atomic
def forget_of(account_id: int) -> None:
    """A person goes: what they follow and watch goes; core takes the name from what they reported."""
    gone = (
        ReportFollow.objects.filter(account=account_id).delete()[0] + AreaWatch.objects.filter(account=account_id).delete()[0]
    )
    own = Contribution.objects.filter(account=account_id, kind=Contribution.Kind.REPORT)
    touched = Report.objects.filter(contribution__in=own, contribution__keep_text=False).update(
        listed=False, shown=False, cell=None
    )
    if gone or touched:
        record("report.forgotten", subject=f"account:{account_id}", actor=SYSTEM)
