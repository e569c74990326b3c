"""A person goes: names and supports go, texts stay without a name where the author said so."""

from typing import Any

from django.db import transaction
from django.db.models import F, Q

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from ..models import Attachment, Comment, Complaint, Contribution, Follow, Link, Moderation, Support
from ..models.contribution import ContributionQuerySet
from .contributing import store_new

State = Contribution.State
GONE = {"account": None, "author_shown": "", "draft_key": ""}
# Sent while a plan lay open: the text stays in the file of the plan, which the law wants whole; whose it was does not.
FILED = Q(statement__isnull=False) & ~Q(state__in=[State.WITHDRAWN])
EMPTY: dict[str, Any] = {
    "title": "",
    "text": "",
    "address": "",
    "lat": None,
    "long": None,
    "geometry": None,
    "details": {},
    "search": None,
}


@transaction.atomic
def forget_of(account_id: int) -> None:
    """What one account wrote, supports and follows; a second time changes nothing."""
    mine = Contribution.objects.filter(account=account_id)
    supported = list(Support.objects.filter(account=account_id).values_list("contribution", flat=True))
    if not supported and not any(
        rows.exists() for rows in (mine, *(model.objects.filter(account=account_id) for model in (Comment, Follow, Complaint)))
    ):
        return
    Contribution.objects.filter(pk__in=sorted(supported)).update(supports=F("supports") - 1)
    for model in (Support, Follow, Complaint):
        model._default_manager.filter(account=account_id).delete()
    mine.filter(state=State.DRAFT).delete()
    away = mine.exclude(keep_text=True, state__in=[State.PUBLISHED, State.MERGED]).exclude(FILED)
    Attachment.objects.filter(contribution__in=away).delete()
    _forget_appeals(account_id)
    away.exclude(state__in=[State.WITHDRAWN, State.REJECTED, State.HIDDEN]).update(state=State.WITHDRAWN)
    _empty_copies(away)
    away.update(**GONE, **EMPTY)
    mine.update(**GONE)
    said = Comment.objects.filter(account=account_id)
    said.filter(state=Comment.State.SUBMITTED).update(state=Comment.State.WITHDRAWN)
    said.exclude(state=Comment.State.PUBLISHED).update(text="")
    said.filter(official=False).update(author_shown="")
    said.update(account=None)
    record("participation.forgotten", subject=f"account:{account_id}", actor=SYSTEM)


def _forget_appeals(account_id: int) -> None:
    """What the person wrote against decisions; one that waits for an answer waits no longer."""
    theirs = Moderation.objects.filter(Q(contribution__account=account_id) | Q(comment__account=account_id))
    theirs.filter(answered_at=None).update(appealed_at=None)
    theirs.exclude(appeal="").update(appeal="")


def _empty_copies(away: ContributionQuerySet) -> None:
    """Projects on a ballot were made from ideas: the words and place of the author go too. Title and cost are of the office
    and what was voted on."""
    made = Link.objects.filter(source__in=away, kind=Link.Kind.BECAME, target__kind=Contribution.Kind.PROJECT).values("target")
    for row in Contribution.objects.filter(pk__in=made).defer("search"):
        for name, empty in (EMPTY | {"title": row.title}).items():
            setattr(row, name, empty)
        store_new(row)
