"""The office's side of a process: made from a template, planned, published, closed with a result."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.geo.queries import district, districts

from ..eligibility import current
from ..models import Phase, Process, Question
from ..surveys import questions
from ..templating import all_templates, template
from .guard import Refused, owned, tidy

State = Process.State
RESERVED = (
    "verwaltung",
    "vorgang",
    "neu",
    "bild",
    "statistik",
    "kommentar",
    "umfrage",
    "karte",
    "austausch",
)  # first words of addresses
BLIND = "until_result"  # people sent their entries on this word
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue"})


@transaction.atomic
def create_process(actor: Actor, kind: str, title: str, starts_at: datetime | None = None) -> Process:
    """A draft of this kind: texts, settings and phases as the template proposes them, phases one after the other."""
    if actor.staff is None or actor.staff.role not in DESK_ROLES:
        raise Process.DoesNotExist
    if kind not in all_templates():
        raise Refused(_("Bitte wählen Sie eine Art von Verfahren."), "kind")
    made, name = template(kind), tidy(title, 150)
    if len(name) < 5:
        raise Refused(_("Bitte geben Sie dem Verfahren einen Namen, zum Beispiel „Ideen für die Altstadt“."), "title")
    row = Process(
        kind=kind, title=name, summary=made.summary[:400], office=actor.staff.office, audience=made.audience,
        settings=made.defaults(),
    )  # fmt: skip
    _insert(row, slugify(name.translate(UMLAUTS))[:50].strip("-") or "verfahren")
    start = starts_at or _next_monday()
    for plan in made.phases:
        end = start + timedelta(days=plan.days)
        Phase.objects.create(
            process=row, key=plan.key, title=plan.title, text=plan.text, starts_at=start, ends_at=end,
            allows=list(plan.allows), who=dict(plan.who),
        )  # fmt: skip
        start = end
    lay_questions(row, made.questions)
    record("process.created", subject=str(row), actor=actor.key, data={"kind": kind})
    return row


def lay_questions(process: Process, raw: Sequence[Mapping[str, Any]]) -> list[Question]:
    """Questions of a template or a file, as rows of a process; writes inside the transaction of whoever makes it."""
    made: list[Question] = []
    for place, one in enumerate(raw[: questions.MOST_QUESTIONS]):
        row = questions.read(one, made)
        row.process, row.position = process, place
        row.save()
        made.append(row)
    return made


def _insert(row: Process, key: str) -> None:
    for number in range(100):
        row.key = key if not number and key not in RESERVED else f"{key}-{number + 1}"
        if Process.objects.filter(key=row.key).exists():
            continue
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            return
        except IntegrityError:  # somebody was faster
            row.pk = None
    raise Refused(_("Es gibt schon viele Verfahren mit diesem Namen. Bitte wählen Sie einen anderen."), "title")


def _next_monday() -> datetime:
    now = timezone.localtime()
    monday = now + timedelta(days=7 - now.weekday())
    return monday.replace(hour=9, minute=0, second=0, microsecond=0)


def locked_process(actor: Actor, process: Process, version: int | None = None) -> Process:
    """For a clerk of its office; `version`: of the page, so that two tabs do not overwrite each other."""
    row = Process.objects.select_for_update(of=("self",)).select_related("office").get(pk=process.pk)
    owned(actor, row)
    if version is not None and row.version != version:
        raise Refused(_("Jemand hat das Verfahren inzwischen geändert. Laden Sie die Seite neu."))
    return row


def changed(row: Process, actor: Actor, what: str, *fields: str) -> None:
    row.version += 1
    row.save(update_fields=[*fields, "version"])
    record("process.changed", subject=str(row), actor=actor.key, data={"what": what, "version": row.version})


@transaction.atomic
def set_texts(actor: Actor, process: Process, values: Mapping[str, Any], version: int | None = None) -> Process:
    """Title, summary, text, audience, area. For whom it is cannot change once it is public."""
    row = locked_process(actor, process, version)
    row.title, row.summary = tidy(values.get("title"), 150), tidy(values.get("summary"), 400)
    row.text = tidy(values.get("text"), 20_000)
    if len(row.title) < 5:
        raise Refused(_("Bitte geben Sie dem Verfahren einen Namen, zum Beispiel „Ideen für die Altstadt“."), "title")
    audience, area = str(values.get("audience") or row.audience), tidy(values.get("area", row.area), 60)
    if audience not in Process.Audience.values:
        raise Refused(_("Bitte wählen Sie, für wen das Verfahren ist."), "audience")
    if row.state != State.DRAFT and audience != row.audience:
        raise Refused(_("Für wen das Verfahren ist, steht seit der Veröffentlichung fest."), "audience")
    row.audience, row.area = audience, _area_key(area)
    changed(row, actor, "texts", "title", "summary", "text", "audience", "area")
    return row


def _area_key(area: str) -> str:
    """A district by its key or its name; what is none of this city stays as it is."""
    same = [one.key for one in districts() if area.casefold() in (one.key.casefold(), one.title.casefold())]
    return same[0] if same else area


@transaction.atomic
def set_settings(actor: Actor, process: Process, values: Mapping[str, Any], version: int | None = None) -> Process:
    """The settings of the template; what is not named keeps its value. What was promised to be blind stays so."""
    row = locked_process(actor, process, version)
    clean, wrong = template(row.kind).clean({**row.settings, **values})
    if wrong:
        key = next(iter(wrong))
        raise Refused(wrong[key], key)
    if row.state != State.DRAFT and row.settings.get("blind") == BLIND != clean.get("blind"):
        raise Refused(_("Die Namen erscheinen erst mit dem Ergebnis. Das steht seit der Veröffentlichung fest."), "blind")
    row.settings = clean
    changed(row, actor, "settings", "settings")
    return row


@transaction.atomic
def publish_process(actor: Actor, process: Process) -> Process:
    """From now on it can be seen by those it is for. Needs a summary and a phase that has not ended."""
    row = locked_process(actor, process)
    if row.state == State.PUBLISHED:
        return row
    if row.state != State.DRAFT:
        raise Refused(_("Das Verfahren ist abgeschlossen."))
    phases = list(row.phases.all())
    if not phases:
        raise Refused(_("Legen Sie zuerst mindestens eine Phase an."))
    if row.audience == Process.Audience.DISTRICT and district(row.area) is None and districts():
        raise Refused(_("Nennen Sie unter „Texte“ den Stadtteil, für den das Verfahren ist: %s.") % ", ".join(
            one.title for one in districts()))  # fmt: skip
    if not row.summary:
        raise Refused(_("Schreiben Sie zuerst in ein, zwei Sätzen, worum es geht."))
    now = timezone.now()
    if all(phase.ends_at <= now for phase in phases):
        raise Refused(_("Alle Phasen sind schon vorbei. Ändern Sie die Zeiten."))
    running = current(phases, now)
    row.state, row.published_at, row.phase_now = State.PUBLISHED, now, running.key if running else ""
    row.save(update_fields=["state", "published_at", "phase_now"])
    record("process.published", subject=str(row), actor=actor.key, data={"kind": row.kind})
    return row


@transaction.atomic
def close_process(actor: Actor, process: Process, result: str) -> Process:
    """It ends with a result everybody can read; nothing can be sent any more. Until phases end a reason is in the result."""
    row = locked_process(actor, process)
    if row.state == State.DRAFT:
        raise Refused(_("Ein Entwurf wird nicht abgeschlossen. Sie können ihn löschen."))
    text = tidy(result, 20_000)
    if len(text) < 10:
        raise Refused(_("Schreiben Sie, was herausgekommen ist und wie es weitergeht."), "result")
    fresh = row.state != State.CLOSED
    row.state, row.result, row.closed_at = State.CLOSED, text, row.closed_at or timezone.now()
    row.save(update_fields=["state", "result", "closed_at"])
    record("process.closed" if fresh else "process.result_changed", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def discard_process(actor: Actor, process: Process) -> None:
    """A draft nobody has seen."""
    row = locked_process(actor, process)
    if row.state != State.DRAFT:
        raise Refused(_("Das Verfahren ist schon öffentlich. Sie können es abschließen."))
    record("process.discarded", subject=str(row), actor=actor.key)
    row.delete()


@transaction.atomic
def turn(now: datetime, batch: int = 50) -> int:
    """The clock: processes whose phase has changed since it was last announced; returns how many."""
    rows = Process.objects.filter(state=State.PUBLISHED).order_by("pk").select_for_update(skip_locked=True)
    turned = 0
    for row in rows.prefetch_related("phases"):
        running = current(row.phases.all(), now)
        if (running.key if running else "") == row.phase_now:
            continue
        row.phase_now = running.key if running else ""
        row.save(update_fields=["phase_now"])
        record("process.phase_changed", subject=str(row), actor=SYSTEM, data={"phase": running.pk if running else None})
        turned += 1
        if turned >= batch:
            break
    return turned
