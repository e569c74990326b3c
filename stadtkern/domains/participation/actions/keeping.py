"""What is not kept for ever: drafts nobody touches, texts that were taken away, who wrote what long ago."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from ..models import Attachment, Comment, Complaint, Contribution, Follow, Moderation, Statement, Support, Turn, Turnout
from .forgetting import EMPTY, FILED, GONE

State = Contribution.State
DRAFT, AWAY, NAMED = timedelta(days=30), timedelta(days=365), timedelta(days=5 * 365)
BATCH = 500


@transaction.atomic
def tidy_up(now: datetime) -> int:
    """Drafts after 30 days; rejected, hidden and withdrawn texts, appeals and settled complaints after a year; who wrote and
    supported what, and who sent a statement on paper, five years after the process was closed. Returns how many rows."""
    drafts = Contribution.objects.filter(state=State.DRAFT, created_at__lt=now - DRAFT)
    done = _gone(drafts)
    done += _gone(Complaint.objects.filter(done_at__lt=now - AWAY))
    done += _gone(Turnout.objects.filter(poll__counted_at__lt=now - AWAY))  # its numbers stay in the count
    done += _gone(Follow.objects.filter(process__closed_at__lt=now - AWAY))
    done += _gone(Turn.objects.filter(sent_date=None, saved_at__lt=now - DRAFT))
    done += _gone(Turn.objects.filter(process__closed_at__lt=now - AWAY))
    done += _empty_away(now - AWAY) + _unname(now - NAMED)
    if done:
        record(
            "participation.tidied",
            subject="participation",
            actor=SYSTEM,
            data={"rows": done, "at": timezone.localdate().isoformat()},
        )
    return done


def _empty_away(before: datetime) -> int:
    """Texts that were taken away, counted from that day, and what was written against it; while an appeal waits they stay."""
    waits = Moderation.objects.filter(appealed_at__isnull=False, answered_at=None)
    taken = Case(When(state=State.WITHDRAWN, then="edited_at"), default="checked_at")
    texts = (
        Contribution.objects.filter(
            state__in=[State.REJECTED, State.HIDDEN, State.WITHDRAWN], submitted_at__lt=before, process__isnull=False
        )
        .exclude(text="", title="")
        .exclude(FILED)
    )
    texts = texts.annotate(taken=Coalesce(taken, "submitted_at")).filter(taken__lt=before)
    found = _some(texts.exclude(Exists(waits.filter(contribution=OuterRef("pk")))))
    Attachment.objects.filter(contribution__in=found).delete()
    done = Contribution.objects.filter(pk__in=found).update(**EMPTY)
    fresh = Moderation.objects.filter(comment=OuterRef("pk"), what=Moderation.What.HIDDEN, at__gte=before)
    said = Comment.objects.filter(state=Comment.State.HIDDEN, created_at__lt=before).exclude(text="").exclude(Exists(fresh))
    done += Comment.objects.filter(pk__in=_some(said.exclude(Exists(waits.filter(comment=OuterRef("pk")))))).update(text="")
    appeals = Moderation.objects.filter(answered_at__lt=before).exclude(appeal="")
    return done + Moderation.objects.filter(pk__in=_some(appeals)).update(appeal="")


def _unname(before: datetime) -> int:
    """Texts and counters stay; whose they were does not."""
    old = Contribution.objects.filter(process__closed_at__lt=before).exclude(account=None, author_shown="", draft_key="")
    done = Contribution.objects.filter(pk__in=_some(old)).update(**GONE)
    said = Comment.objects.filter(contribution__process__closed_at__lt=before)
    named = said.filter(official=False).exclude(account=None, author_shown="")
    done += Comment.objects.filter(pk__in=_some(named)).update(account=None, author_shown="")
    done += Comment.objects.filter(pk__in=_some(said.filter(official=True, account__isnull=False))).update(account=None)
    senders = Statement.objects.filter(process__closed_at__lt=before).exclude(sender_name="", sender_address="")
    done += Statement.objects.filter(pk__in=_some(senders)).update(sender_name="", sender_address="")
    return done + _gone(Support.objects.filter(contribution__process__closed_at__lt=before))  # the counter keeps their number


def _some(rows: "QuerySet[Any]") -> list[int]:
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _gone(rows: object) -> int:
    found = list(rows.values_list("pk", flat=True)[:BATCH])  # type: ignore[attr-defined]
    return int(rows.model.objects.filter(pk__in=found).delete()[0]) if found else 0  # type: ignore[attr-defined]
