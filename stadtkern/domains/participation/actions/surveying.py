"""A survey is answered: kept as a draft, sent once, never led back to the person; free texts wait for a moderator."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record

from ..models import Process, Question, Reply, ReplyText, Turn
from .guard import Refused, now_allows, owned, tidy

TEXT = 3000


@transaction.atomic
def save_answers(actor: Actor, process: Process, answers: Mapping[str, Any], browser: str = "") -> Turn:
    """Keep what was answered so far; nothing is checked. Who has sent it has nothing left to keep."""
    now_allows(actor, process, "answer")
    turn = _turn(actor, process, browser)
    if turn.sent_date:
        raise Refused(_("Sie haben diesen Fragebogen schon abgeschickt. Vielen Dank."))
    turn.draft, turn.saved_at = dict(answers), timezone.now()
    turn.save(update_fields=["draft", "saved_at"])
    return turn


@transaction.atomic
def send_answers(actor: Actor, process: Process, answers: Mapping[str, Any], browser: str = "") -> None:
    """Send it: once per person (or browser). The answers get a number by lot and no time; the diary names nobody.

    `answers`: {question: value} as surveys/questions.py made them of a form, checked before.
    """
    now_allows(actor, process, "answer")
    if not answers:
        raise Refused(_("Bitte beantworten Sie mindestens eine Frage."))
    turn = _turn(actor, process, browser)
    if turn.sent_date:
        raise Refused(_("Sie haben diesen Fragebogen schon abgeschickt. Vielen Dank."))
    turn.draft, turn.sent_date = {}, timezone.localdate()
    turn.save(update_fields=["draft", "sent_date"])
    questions = {one.key: one for one in Question.objects.filter(process=process)}
    kept: dict[str, Any] = {}
    for key, value in answers.items():
        question = questions.get(key)
        if question is None:
            continue
        if question.kind == Question.Kind.TEXT:
            if words := tidy(value, TEXT):
                ReplyText.objects.create(question=question, text=words)
        else:
            kept[key] = value
    Reply.objects.create(process=process, answers=kept)
    record("survey.answered", subject=str(process), actor="anonymous")


def _turn(actor: Actor, process: Process, browser: str) -> Turn:
    """The turn of this person, locked: two tabs wait for each other."""
    if actor.account is not None and actor.mandate:
        raise Refused(_("Fragen beantworten Sie nur für sich selbst. Beenden Sie zuerst die Vertretung."))
    if actor.account is None and not browser:
        raise Refused(_("Ihr Browser nimmt keine Cookies an. Erlauben Sie sie für diese Seite, oder melden Sie sich an."))
    who: dict[str, Any] = {"account": actor.account, "browser": ""} if actor.account else {"account": None, "browser": browser}
    rows = Turn.objects.select_for_update()
    if (found := rows.filter(process=process, **who).first()) is not None:
        return found
    try:
        with transaction.atomic():
            return Turn.objects.create(process=process, **who)
    except IntegrityError:  # the other tab was faster
        return rows.get(process=process, **who)


@transaction.atomic
def decide_text(actor: Actor, process: Process, text: ReplyText, *, show: bool) -> ReplyText:
    """A moderator lets a free answer through, or keeps it back."""
    staff = owned(actor, process)
    row = (
        ReplyText.objects.select_for_update(of=("self",)).select_related("question").get(pk=text.pk, question__process=process)
    )
    row.state, row.by = (ReplyText.State.SHOWN if show else ReplyText.State.HIDDEN), staff
    row.save(update_fields=["state", "by"])
    name = "survey.text_shown" if show else "survey.text_hidden"
    record(name, subject=str(process), actor=actor.key, data={"question": row.question_id})
    return row


@transaction.atomic
def note_replies_taken(actor: Actor, process: Process) -> None:
    """Somebody of the office fetched single answers (without names)."""
    owned(actor, process)
    record("survey.exported", subject=str(process), actor=actor.key)


@transaction.atomic
def forget_turns(account_id: int) -> int:
    """A person goes: what was begun goes, and that they took part. What was sent cannot be found any more, by nobody."""
    gone, _per_table = Turn.objects.filter(account=account_id).delete()
    if gone:
        record("survey.forgotten", subject="participation", actor=SYSTEM, data={"rows": gone})
    return gone
