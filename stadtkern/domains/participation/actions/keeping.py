"""What is not kept for ever: drafts nobody touches, texts that were taken away, who wrote what long ago."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from ..models import Attachment, Complaint, Contribution, Follow, Turnout
from .forgetting import EMPTY, GONE

State = Contribution.State
DRAFT, AWAY, NAMED = timedelta(days=30), timedelta(days=365), timedelta(days=5 * 365)
BATCH = 500


@transaction.atomic
def tidy_up(now: datetime) -> int:
    """Drafts after 30 days; rejected, hidden and withdrawn texts and settled complaints after a year; the link from a
    contribution to its author five years after the process was closed. Returns how many rows."""
    drafts = Contribution.objects.filter(state=State.DRAFT, created_at__lt=now - DRAFT)
    done = _gone(drafts)
    done += _gone(Complaint.objects.filter(done_at__lt=now - AWAY))
    done += _gone(Turnout.objects.filter(poll__counted_at__lt=now - AWAY))  # its numbers stay in the count
    done += _gone(Follow.objects.filter(process__closed_at__lt=now - AWAY))
    away = Contribution.objects.filter(
        state__in=[State.REJECTED, State.HIDDEN, State.WITHDRAWN], submitted_at__lt=now - AWAY, process__isnull=False
    ).exclude(text="", title="")
    found = list(away.values_list("pk", flat=True)[:BATCH])
    Attachment.objects.filter(contribution__in=found).delete()
    done += Contribution.objects.filter(pk__in=found).update(**EMPTY)
    old = Contribution.objects.filter(process__closed_at__lt=now - NAMED).exclude(account=None, author_shown="", draft_key="")
    done += Contribution.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).update(**GONE)
    if done:
        record(
            "participation.tidied",
            subject="participation",
            actor=SYSTEM,
            data={"rows": done, "at": timezone.localdate().isoformat()},
        )
    return done


def _gone(rows: object) -> int:
    found = list(rows.values_list("pk", flat=True)[:BATCH])  # type: ignore[attr-defined]
    return int(rows.model.objects.filter(pk__in=found).delete()[0]) if found else 0  # type: ignore[attr-defined]
