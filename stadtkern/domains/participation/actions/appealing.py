"""Readers complain, authors appeal, and another person than the one who decided answers."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from ..models import Comment, Complaint, Contribution, Moderation
from ..reasons import REASONS
from .commenting import reveal
from .guard import Refused, locked, moderator, tidy
from .publishing import show_again
from .telling import tell_answer

MOST_OPEN = 200  # complaints about one thing: more say nothing new


@transaction.atomic
def complain(actor: Actor, thing: Contribution | Comment, reason: str, text: str = "") -> None:
    """A reader thinks this does not belong here; once per person. Nothing is taken away by it, a moderator looks."""
    if reason not in REASONS:
        raise Refused(_("Bitte wählen Sie einen Grund."), "reason")
    about = {"contribution": thing} if isinstance(thing, Contribution) else {"comment": thing}
    if actor.account is not None and Complaint.objects.filter(account=actor.account, **about).exists():
        return
    if Complaint.objects.filter(done_at=None, **about).count() >= MOST_OPEN:
        return
    row = Complaint.objects.create(account=actor.account, reason=reason, text=tidy(text, 1000), **about)
    number = thing.pk if isinstance(thing, Contribution) else thing.contribution_id
    record("contribution.complained", subject=f"contribution:{number}", actor=actor.key, data={"complaint": row.pk})


@transaction.atomic
def dismiss(actor: Actor, complaint: Complaint) -> None:
    """A moderator has looked, and the text stays; all open complaints about it are done."""
    row = Complaint.objects.select_related("comment").get(pk=complaint.pk)
    thing = locked(row.contribution_id or (row.comment.contribution_id if row.comment else 0))
    staff = moderator(actor, thing)
    rows = Complaint.objects.filter(contribution=row.contribution_id, comment=row.comment_id, done_at=None)
    if rows.update(done_at=timezone.now(), done_by=staff):
        record("contribution.complaint_dismissed", subject=str(thing), actor=actor.key, data={"complaint": row.pk})


@transaction.atomic
def appeal(actor: Actor, moderation: Moderation, text: str) -> Moderation:
    """The author disagrees; once per decision."""
    row = _locked(moderation.pk)
    if not _is_author(actor, row):
        raise Moderation.DoesNotExist
    if row.what not in (Moderation.What.REJECTED, Moderation.What.HIDDEN):
        raise Refused(_("Gegen diese Entscheidung gibt es nichts einzuwenden."))
    if row.appealed_at:
        raise Refused(_("Sie haben schon widersprochen. Die Antwort kommt in Ihr Postfach."))
    words = tidy(text, 3000)
    if len(words) < 3:
        raise Refused(_("Bitte schreiben Sie, warum Sie nicht einverstanden sind."), "text")
    row.appeal, row.appealed_at = words, timezone.now()
    row.save(update_fields=["appeal", "appealed_at"])
    record("moderation.appealed", subject=_subject(row), actor=actor.key, data={"moderation": row.pk})
    return row


def _is_author(actor: Actor, row: Moderation) -> bool:
    if row.comment is not None:
        return actor.account is not None and row.comment.account_id == actor.account.pk
    return Contribution.objects.of_author(actor).filter(pk=row.contribution_id or 0).exists()


@transaction.atomic
def answer_appeal(actor: Actor, moderation: Moderation, upheld: bool, text: str) -> Moderation:
    """Another person of the office than the one who decided; where the author was right, the text is shown again."""
    row = _locked(moderation.pk)
    above = locked(row.contribution_id or (row.comment.contribution_id if row.comment else 0))
    if row.comment is not None:  # as it is now: somebody may have shown or withdrawn it since
        row.comment = Comment.objects.select_for_update(of=("self",)).select_related("account").get(pk=row.comment.pk)
    author = row.comment.account if row.comment else above.account
    staff = moderator(
        actor, Contribution(process=above.process, process_id=above.process_id, account_id=author.pk if author else None)
    )
    if not row.appealed_at or row.answered_at:
        raise Refused(_("Hier wartet kein Widerspruch. Laden Sie die Seite neu."))
    if row.by_id == staff.pk:
        raise Refused(_("Sie haben selbst entschieden. Antworten muss jemand anderes."))
    words = tidy(text, 3000)
    if not words:
        raise Refused(_("Bitte begründen Sie Ihre Antwort. Sie geht an die Person, die den Text geschrieben hat."), "text")
    row.answer, row.upheld, row.answered_by, row.answered_at = words, upheld, staff, timezone.now()
    row.save(update_fields=["answer", "upheld", "answered_by", "answered_at"])
    if not upheld:
        _show_again(row, above)
    tell_answer(actor, above, author, upheld, words, f"appeal:{row.pk}")
    record("moderation.answered", subject=_subject(row), actor=actor.key, data={"moderation": row.pk, "upheld": upheld})
    return row


def _show_again(row: Moderation, above: Contribution) -> None:
    if row.comment is not None:
        if row.comment.state == Comment.State.HIDDEN:
            reveal(row.comment)
    elif above.state in (Contribution.State.HIDDEN, Contribution.State.REJECTED):
        show_again(above)


def _locked(moderation_id: int) -> Moderation:
    rows = Moderation.objects.select_for_update(of=("self",)).select_related("comment__account", "contribution")
    return rows.get(pk=moderation_id)


def _subject(row: Moderation) -> str:
    return f"contribution:{row.contribution_id or (row.comment.contribution_id if row.comment else 0)}"
