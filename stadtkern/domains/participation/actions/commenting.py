"""Comments: written, answered, taken back, hidden; the counter of the contribution in the same transaction."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.registers.blocks import is_hidden

from ..models import Comment, Complaint, Contribution, Moderation, Process
from ..models.comment import DEEPEST
from .guard import Refused, locked, moderator, now_allows, tidy
from .publishing import reasoned
from .telling import tell_hidden

TEXT = 3000
State = Comment.State


@transaction.atomic
def comment(
    actor: Actor,
    contribution: Contribution,
    text: str,
    *,
    parent: int | None = None,
    named: bool = True,
    once: str = "",
    stance: str = "",
) -> Comment:
    """Say something about a contribution, or answer a comment. The same words of the same person again are one comment.

    `named`: the own name is shown. Whoever works in the office in charge speaks for it, in any phase.
    """
    row = locked(contribution.pk, Contribution.objects.visible_to(actor))
    if row.process is None or row.state not in (Contribution.State.PUBLISHED, Contribution.State.MERGED):
        raise Refused(_("Diesen Beitrag kann man nicht kommentieren."))
    official = _speaks_for_the_city(actor, row.process)
    if not official:
        now_allows(actor, row.process, "comment")
    if actor.account is None:
        raise Refused(_("Bitte melden Sie sich an, wenn Sie kommentieren möchten."), sign_in=True)
    words = tidy(text, TEXT)
    if len(words) < 3:
        raise Refused(_("Bitte schreiben Sie, was Sie dazu sagen möchten."), "text")
    above = _above(row, parent)
    same = Comment.objects.filter(contribution=row, account=actor.account, parent=above, text=words)
    if (known := same.exclude(state=State.WITHDRAWN).first()) is not None:
        return known
    made = _new(actor, row, above, words, named, official)
    if stance in Comment.Stance.values and row.process.settings.get("stances") and not official:
        made.stance = stance
        made.save(update_fields=["stance"])
    if made.state == State.PUBLISHED:
        Contribution.objects.filter(pk=row.pk).update(comments=F("comments") + 1)
    record("contribution.commented", subject=str(row), actor=actor.key, data={"comment": made.pk, "official": official})
    return made


def _speaks_for_the_city(actor: Actor, process: Process) -> bool:
    staff = actor.staff
    return bool(staff and staff.role in DESK_ROLES and staff.office_id == process.office_id)


def _above(row: Contribution, parent: int | None) -> Comment | None:
    if parent is None:
        return None
    found = Comment.objects.filter(contribution=row, pk=parent, state=State.PUBLISHED).first()
    if found is None:
        raise Refused(_("Der Kommentar, auf den Sie antworten, ist nicht mehr da. Laden Sie die Seite neu."))
    return found


def _new(actor: Actor, row: Contribution, above: Comment | None, words: str, named: bool, official: bool) -> Comment:
    assert row.process is not None and actor.account is not None
    if above is not None and above.depth >= DEEPEST:
        parent, depth = above.parent, above.depth  # beside the one that is answered
    else:
        parent, depth = above, above.depth + 1 if above else 0
    shown = ""
    if official:
        shown = row.process.office.title[:120]
    elif named and row.process.settings.get("names") != "none" and not is_hidden(actor.account.pk):
        shown = tidy(actor.account.name, 120)
    before = row.process.settings.get("comment_moderation", "after") == "before" and not official
    return Comment.objects.create(
        contribution=row, parent=parent, thread=(above.thread or above.pk) if above else None, depth=depth,
        account=actor.account, author_shown=shown, official=official, text=words,
        state=State.SUBMITTED if before else State.PUBLISHED,
    )  # fmt: skip


@transaction.atomic
def withdraw_comment(actor: Actor, row: Comment) -> Comment:
    """The author takes it back; answers stay, its text does not."""
    locked(row.contribution_id)  # first, as everybody does who writes, hides or shows a comment
    found = Comment.objects.select_for_update().filter(pk=row.pk, account=actor.account).first() if actor.account else None
    if found is None:
        raise Comment.DoesNotExist
    if found.state in (State.PUBLISHED, State.SUBMITTED):
        _count_off(found)
        found.state, found.text, found.edited_at = State.WITHDRAWN, "", timezone.now()
        found.save(update_fields=["state", "text", "edited_at"])
        record(
            "contribution.comment_withdrawn",
            subject=f"contribution:{found.contribution_id}",
            actor=actor.key,
            data={"comment": found.pk},
        )
    return found


@transaction.atomic
def hide_comment(actor: Actor, row: Comment, reason: str, text: str) -> Moderation:
    """It stands no longer there; its author reads why and may appeal."""
    found = _locked_comment(actor, row)
    assert actor.staff is not None
    if found.state not in (State.PUBLISHED, State.SUBMITTED):
        raise Refused(_("Dieser Kommentar ist nicht mehr zu sehen."))
    words = reasoned(reason, text)
    _count_off(found)
    found.state = State.HIDDEN
    found.save(update_fields=["state"])
    made = Moderation.objects.create(
        comment=found, what=Moderation.What.HIDDEN, reason=reason, text=tidy(text, 2000), by=actor.staff
    )
    Complaint.objects.filter(comment=found, done_at=None).update(done_at=made.at, done_by=actor.staff)
    tell_hidden(actor, found.contribution, found.account, words, f"moderation:{made.pk}", comment=found.text[:200])
    record(
        "contribution.comment_hidden", subject=f"contribution:{found.contribution_id}", actor=actor.key,
        data={"comment": found.pk, "moderation": made.pk},
    )  # fmt: skip
    return made


@transaction.atomic
def show_comment(actor: Actor, row: Comment) -> Comment:
    """Publish one that waits, or show a hidden one again."""
    found = _locked_comment(actor, row)
    if found.state in (State.SUBMITTED, State.HIDDEN):
        what = Moderation.What.PUBLISHED if found.state == State.SUBMITTED else Moderation.What.RESTORED
        reveal(found)
        made = Moderation.objects.create(comment=found, what=what, by=actor.staff)
        record(
            "contribution.comment_shown", subject=f"contribution:{found.contribution_id}", actor=actor.key,
            data={"comment": found.pk, "moderation": made.pk},
        )  # fmt: skip
    return found


def reveal(found: Comment) -> None:
    """Public (again), and counted."""
    found.state = State.PUBLISHED
    found.save(update_fields=["state"])
    Contribution.objects.filter(pk=found.contribution_id).update(comments=F("comments") + 1)


def _count_off(found: Comment) -> None:
    if found.state == State.PUBLISHED:
        Contribution.objects.filter(pk=found.contribution_id).update(comments=F("comments") - 1)


def _locked_comment(actor: Actor, row: Comment) -> Comment:
    """For a moderator of the process who did not write it. Locks the contribution first, as writing a comment does."""
    above = locked(row.contribution_id)
    found = Comment.objects.select_for_update(of=("self",)).select_related("account").get(pk=row.pk)
    moderator(actor, Contribution(process=above.process, process_id=above.process_id, account_id=found.account_id))
    found.contribution = above
    return found
