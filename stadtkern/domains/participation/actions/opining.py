"""Answers to statements: one per person and statement, the last one counts; own statements; a voice that goes."""

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from ..models import Consent, Contribution, Merging, Process, Stance, Tally, Voice
from .contributing import STATEMENT, contribute
from .guard import Refused, now_allows, owned, tidy

COLUMN = {1: "agrees", 0: "passes", -1: "disagrees"}
State = Contribution.State


@transaction.atomic
def opine(actor: Actor, statement: Contribution, value: int, browser: str = "") -> Voice:
    """Agree (1), pass (0) or disagree (-1). `browser`: digest of its secret in this process, where nobody is signed in.

    Saying the same again changes nothing; saying something else replaces it. The diary does not say who and what.
    """
    row = Contribution.objects.select_related("process").defer("search").filter(
        pk=statement.pk, kind=Contribution.Kind.STATEMENT, process__in=Process.objects.visible_to(actor)
    ).first()  # fmt: skip
    if row is None or row.process is None:
        raise Contribution.DoesNotExist
    if row.state != State.PUBLISHED:
        raise Refused(_("Diese Aussage steht nicht mehr zur Wahl."))
    if value not in COLUMN:
        raise Refused(_("Bitte wählen Sie eine der Antworten."))
    now_allows(actor, row.process, "opine")
    voice = _voice(actor, row.process, browser)
    before = Stance.objects.filter(voice=voice, statement=row).first()
    if before is not None and before.value == value:
        return voice
    if before is None:
        Stance.objects.create(voice=voice, statement=row, value=value)
        Voice.objects.filter(pk=voice.pk).update(answers=F("answers") + 1)
    else:
        Stance.objects.filter(pk=before.pk).update(value=value, at=timezone.now())
    _count(row.pk, before.value if before else None, value)
    record("opinion.given", subject=str(row.process), actor="anonymous")
    return voice


def _voice(actor: Actor, process: Process, browser: str) -> Voice:
    """The voice, locked: two tabs of one person wait for each other."""
    rows = Voice.objects.select_for_update()
    if actor.account is not None:
        if actor.mandate:
            raise Refused(_("Ihre Meinung sagen Sie nur für sich selbst. Beenden Sie zuerst die Vertretung."))
        voice, _fresh = rows.get_or_create(process=process, account=actor.account, browser="")
        if browser and (other := rows.filter(process=process, browser=browser).first()) is not None:
            _take_over(voice, other)
        return voice
    if not browser:
        raise Refused(_("Ihr Browser nimmt keine Cookies an. Erlauben Sie sie für diese Seite, oder melden Sie sich an."))
    return rows.get_or_create(process=process, browser=browser, account=None)[0]


def _take_over(voice: Voice, other: Voice) -> None:
    """Who signs in after answering without an account stays one person; where both answered, the later answer counts."""
    own = {row.statement_id: row for row in Stance.objects.filter(voice=voice)}
    for row in Stance.objects.filter(voice=other).order_by("statement"):  # sums are locked in one order
        mine = own.get(row.statement_id)
        if mine is None:
            Stance.objects.filter(pk=row.pk).update(voice=voice)
            continue
        late, early = (row, mine) if row.at > mine.at else (mine, row)
        _count(row.statement_id, early.value, None)
        Stance.objects.filter(pk=row.pk).delete()
        Stance.objects.filter(pk=mine.pk).update(value=late.value, at=late.at)
    Voice.objects.filter(pk=other.pk).delete()
    Voice.objects.filter(pk=voice.pk).update(answers=Stance.objects.filter(voice=voice).count())


def _count(statement: int, before: int | None, now: int | None) -> None:
    Tally.objects.get_or_create(statement_id=statement)
    changes = {}
    if before is not None:
        changes[COLUMN[before]] = F(COLUMN[before]) - 1
    if now is not None:
        changes[COLUMN[now]] = F(COLUMN[now]) + 1
    Tally.objects.filter(statement=statement).update(**changes)


def state(actor: Actor, process: Process, text: str, draft_key: str = "") -> Contribution:
    """An own statement, for the moderators first. One that stands there already is not written twice."""
    words = " ".join(tidy(text, 1000).split())
    if not 10 <= len(words) <= STATEMENT:
        raise Refused(
            _("Schreiben Sie einen Satz mit 10 bis %(most)s Zeichen; Ihrer hat %(now)s.")
            % {"most": STATEMENT, "now": len(words)},
            "text",
        )
    rows = Contribution.objects.filter(process=process, state=State.PUBLISHED).defer("search")
    if rows.filter(text__iexact=words).exists():
        raise Refused(_("Diese Aussage gibt es schon. Sagen Sie dort, ob Sie zustimmen."), "text")
    title = words if len(words) <= 120 else f"{words[:117].rsplit(' ', 1)[0][:117]} …"
    return contribute(actor, process, {"title": title, "text": words, "keep_text": True}, draft_key=draft_key)


@transaction.atomic
def take_back(actor: Actor, process: Process, browser: str = "") -> bool:
    """Opinions are given freely and taken back as freely: all own answers in this process go. False where there were none."""
    rows = Voice.objects.select_for_update().filter(process=process)
    mine = Q(account=actor.account) if actor.account is not None and not actor.mandate else Q(pk__in=[])
    if browser:
        mine |= Q(browser=browser)
    voices = list(rows.filter(mine).order_by("pk"))
    for voice in voices:
        _silence(voice)
    return bool(voices)


def _silence(voice: Voice) -> None:
    for statement, value in Stance.objects.filter(voice=voice).order_by("statement").values_list("statement", "value"):
        _count(statement, value, None)
    Voice.objects.filter(pk=voice.pk).delete()
    record("opinion.forgotten", subject=f"process:{voice.process_id}", actor=SYSTEM)


@transaction.atomic
def forget_voices(account_id: int) -> int:
    """A person goes: their answers go, and the sums with them. Returns how many maps."""
    voices = list(Voice.objects.select_for_update().filter(account=account_id).order_by("pk"))
    for voice in voices:
        _silence(voice)
    asked = Consent.objects.filter(account=account_id)
    for row in Merging.objects.filter(pk__in=asked.values("merging"), state=Merging.State.ASKED):
        Merging.objects.filter(pk=row.pk).update(state=Merging.State.EXPIRED, settled_at=timezone.now())
    asked.delete()
    return len(voices)


@transaction.atomic
def unname_voices(now: object, batch: int = 500) -> int:
    """A year after a process was closed nobody can be led back to: answers stay, whose they were does not."""
    rows = Voice.objects.select_for_update().filter(process__closed_at__lt=now).exclude(browser__startswith="gone:")
    found = list(rows.order_by("pk")[:batch])
    for voice in found:
        Voice.objects.filter(pk=voice.pk).update(account=None, browser=f"gone:{ids.secret()[:40]}")
    if found:
        record("opinion.unnamed", subject="participation", actor=SYSTEM, data={"rows": len(found)})
    return len(found)


@transaction.atomic
def note_export(actor: Actor, process: Process) -> None:
    """Somebody of the office fetched single answers (without names)."""
    owned(actor, process)
    record("opinion.exported", subject=str(process), actor=actor.key)
