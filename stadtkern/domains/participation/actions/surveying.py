"""A survey is answered: kept as a draft, sent once, never led back to the person; free texts wait for a moderator."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record

from ..models import Process, Question, Reply, ReplyText, Turn
from ..surveys import questions
from .guard import Refused, now_allows, owned, tidy
from .running import lay_questions, locked_process

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
    asked = {one.key: one for one in Question.objects.filter(process=process)}
    kept: dict[str, Any] = {}
    for key, value in answers.items():
        question = asked.get(key)
        if question is None:
            continue
        if question.kind == Question.Kind.TEXT:
            tell_text(question, value)
        else:
            kept[key] = value
    Reply.objects.create(process=process, answers=kept)
    record("survey.answered", subject=str(process), actor="anonymous")


def tell_text(question: Question, value: object) -> ReplyText | None:
    """A free answer, apart from the others; writes inside the transaction of whoever calls."""
    words = tidy(value, TEXT)
    return ReplyText.objects.create(question=question, text=words) if words else None


def _turn(actor: Actor, process: Process, browser: str) -> Turn:
    """The turn of this person, locked: two tabs wait for each other."""
    if actor.account is not None and actor.mandate:
        raise Refused(_("Fragen beantworten Sie nur für sich selbst. Beenden Sie zuerst die Vertretung."))
    sent = Turn.objects.filter(process=process, sent_date__isnull=False)
    if actor.account is not None and browser and sent.filter(browser=browser).exists():
        raise Refused(_("In diesem Browser ist schon geantwortet worden. Vielen Dank."))
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
def set_questions(actor: Actor, process: Process, raw: Sequence[Mapping[str, Any]]) -> list[Question]:
    """All questions at once, instead of those there are; while nobody has answered. Raises Refused."""
    locked_process(actor, process)
    _unanswered(process)
    Question.objects.filter(process=process).delete()
    try:
        made = lay_questions(process, raw)
    except questions.Wrong as wrong:
        raise Refused(str(wrong), wrong.field) from wrong
    record("process.changed", subject=str(process), actor=actor.key, data={"what": "questions", "many": len(made)})
    return made


@transaction.atomic
def set_question(actor: Actor, process: Process, raw: Mapping[str, Any], question: Question | None = None) -> Question:
    """A new question at the end, or another text for one."""
    locked_process(actor, process)
    _unanswered(process)
    listed = list(Question.objects.filter(process=process))
    if question is None and len(listed) >= questions.MOST_QUESTIONS:
        raise Refused(_("Mehr als %s Fragen beantwortet niemand.") % questions.MOST_QUESTIONS)
    before = [one for one in listed if question is None or (one.position, one.pk) < (question.position, question.pk)]
    try:
        row = questions.read({**raw, "key": question.key if question else _free(listed)}, before)
    except questions.Wrong as wrong:
        raise Refused(str(wrong), wrong.field) from wrong
    row.process, row.position = (
        process,
        question.position if question else max((one.position for one in listed), default=-1) + 1,
    )
    row.pk = question.pk if question else None
    row.save()
    _without_lost_conditions(process)
    record("process.changed", subject=str(process), actor=actor.key, data={"what": "question", "question": row.pk})
    return row


def _free(listed: list[Question]) -> str:
    taken = {one.key for one in listed}
    return next(key for number in range(1, 1000) if (key := f"f{number}") not in taken)


def _without_lost_conditions(process: Process) -> None:
    """A condition on a question or answer that is no longer there would hide its question for ever."""
    seen: dict[str, set[str]] = {}
    for one in Question.objects.filter(process=process):
        if any(code not in seen.get(key, set()) for key, code in one.when.items()):
            one.when = {}
            one.save(update_fields=["when"])
        if one.kind in questions.CHOOSES:
            seen[one.key] = {code for code, _label in one.options}


@transaction.atomic
def move_question(actor: Actor, process: Process, question: Question, by: int) -> None:
    """One place up (-1) or down (1)."""
    locked_process(actor, process)
    _unanswered(process)
    listed = list(Question.objects.filter(process=process))
    place = next((at for at, one in enumerate(listed) if one.pk == question.pk), None)
    if place is None or not 0 <= place + by < len(listed):
        return
    listed.insert(place + by, listed.pop(place))
    for position, one in enumerate(listed):
        Question.objects.filter(pk=one.pk).update(position=position)
    _without_lost_conditions(process)
    record("process.changed", subject=str(process), actor=actor.key, data={"what": "questions"})


@transaction.atomic
def drop_question(actor: Actor, process: Process, question: Question) -> None:
    """One that is not asked."""
    locked_process(actor, process)
    _unanswered(process)
    Question.objects.filter(process=process, pk=question.pk).delete()
    _without_lost_conditions(process)
    record("process.changed", subject=str(process), actor=actor.key, data={"what": "questions"})


def _unanswered(process: Process) -> None:
    if Reply.objects.filter(process=process).exists():
        raise Refused(_("Es haben schon Menschen geantwortet. Die Fragen bleiben, wie sie sind."))


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
