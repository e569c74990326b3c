"""Weighing: one row answers one statement or many, a second person approves it, the council decides about all of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.events.actions import record

from ..consultations import rules
from ..models import Contribution, Plan, Process, Statement, Weighed, Weighing
from .guard import Refused, owned, tidy
from .stating import locked_plan

State, Outcome = Weighing.State, Weighing.Outcome
TEXT, MOST_ROWS = 8000, 5000
GONE = (Contribution.State.DRAFT, Contribution.State.WITHDRAWN)


def _open(actor: Actor, process: Process) -> tuple[Staff, Plan]:
    staff = owned(actor, process)
    plan = locked_plan(process)
    if plan.decided_at:
        raise Refused(_("Das Ergebnis ist veröffentlicht. Daran lässt sich nichts mehr ändern."))
    return staff, plan


def _locked(process: Process, row: Weighing) -> Weighing:
    return Weighing.objects.select_for_update().get(pk=row.pk, process=process)


def _not_own(actor: Actor, rows: Iterable[int]) -> None:
    if actor.account and Contribution.objects.filter(pk__in=list(rows), account=actor.account).exists():
        raise Refused(
            _("Darunter ist Ihre eigene Stellungnahme. Bitte geben Sie diese Zeile an eine Kollegin oder einen Kollegen.")
        )


def _of(row: Weighing) -> list[int]:
    return list(Weighed.objects.filter(weighing=row).values_list("statement", flat=True))


def _live(process: Process, numbers: Iterable[int]) -> list[int]:
    rows = Statement.objects.filter(process=process, pk__in=list(numbers)[:MOST_ROWS])
    return list(rows.exclude(contribution__state__in=GONE).values_list("pk", flat=True))


@transaction.atomic
def begin_weighing(actor: Actor, process: Process, topic: str, statements: Iterable[int]) -> Weighing:
    """A new row for these statements."""
    staff, _plan = _open(actor, process)
    found = _live(process, statements)
    if not found:
        raise Refused(_("Kreuzen Sie zuerst die Stellungnahmen an, um die es geht."))
    _not_own(actor, found)
    name = tidy(topic, 120) or _("Neue Zeile")
    row = Weighing.objects.create(process=process, topic=name, drafted_by=staff)
    Weighed.objects.bulk_create(Weighed(weighing=row, statement_id=pk) for pk in found)
    record("weighing.begun", subject=str(row), actor=actor.key, data={"process": process.pk, "statements": len(found)})
    return row


@transaction.atomic
def assign(actor: Actor, process: Process, weighing: Weighing, statements: Iterable[int]) -> Weighing:
    """More statements for a row that exists; it needs a second person again."""
    staff, _plan = _open(actor, process)
    row, found = _locked(process, weighing), _live(process, statements)
    if not found:
        raise Refused(_("Kreuzen Sie zuerst die Stellungnahmen an, um die es geht."))
    _not_own(actor, [*found, *_of(row)])
    Weighed.objects.bulk_create([Weighed(weighing=row, statement_id=pk) for pk in found], ignore_conflicts=True)
    _again(row, staff)
    record("weighing.changed", subject=str(row), actor=actor.key, data={"statements": len(found)})
    return row


@transaction.atomic
def unassign(actor: Actor, process: Process, weighing: Weighing, statement: int) -> Weighing:
    """A statement that belongs elsewhere."""
    staff, _plan = _open(actor, process)
    row = _locked(process, weighing)
    _not_own(actor, _of(row))
    if Weighed.objects.filter(weighing=row, statement=statement).delete()[0]:
        _again(row, staff)
        record("weighing.changed", subject=str(row), actor=actor.key, data={"removed": statement})
    return row


def _again(row: Weighing, staff: Staff) -> None:
    """Changed: whoever did it needs somebody else to look."""
    row.state, row.drafted_by, row.approved_by = State.DRAFT, staff, None
    row.version, row.changed_at = row.version + 1, timezone.now()
    row.save()


@transaction.atomic
def write_weighing(
    actor: Actor, process: Process, weighing: Weighing, values: Mapping[str, Any], version: int, *, propose: bool
) -> Weighing:
    """Topic, concern, answer, outcome; `propose`: hand it to the second person. An approved row is a draft again."""
    staff, _plan = _open(actor, process)
    row = _locked(process, weighing)
    _not_own(actor, _of(row))
    if row.version != version:
        raise Refused(
            _("Jemand hat diese Zeile inzwischen geändert. Laden Sie die Seite neu; Ihr Text steht noch im Formular.")
        )
    row.topic, row.concern = tidy(values.get("topic"), 120), tidy(values.get("concern"), TEXT)
    row.reason = tidy(values.get("reason"), TEXT)
    row.outcome = str(values.get("outcome") or "") if values.get("outcome") in Outcome.values else ""
    if len(row.topic) < 3:
        raise Refused(_("Bitte nennen Sie das Thema in ein paar Worten."), "topic")
    if propose:
        _complete(row)
    _again(row, staff)
    if propose:
        row.state = State.PROPOSED
        row.save(update_fields=["state"])
    record(
        "weighing.proposed" if propose else "weighing.changed", subject=str(row), actor=actor.key, data={"version": row.version}
    )
    return row


def _complete(row: Weighing) -> None:
    if len(row.concern) < 5:
        raise Refused(_("Fassen Sie das Anliegen ohne Namen zusammen; alle lesen es."), "concern")
    if len(row.reason) < 10:
        raise Refused(_("Begründen Sie, wie die Stadt damit umgeht. Wer Stellung genommen hat, liest das."), "reason")
    if not row.outcome:
        raise Refused(_("Wählen Sie, was daraus wird."), "outcome")
    if not Weighed.objects.filter(weighing=row).exists():
        raise Refused(_("Zu dieser Zeile gehört keine Stellungnahme. Löschen Sie sie, oder ordnen Sie ihr welche zu."))


@transaction.atomic
def approve_weighing(actor: Actor, process: Process, weighing: Weighing, version: int) -> Weighing:
    """The second person agrees with what they have read."""
    staff, _plan = _open(actor, process)
    row = _locked(process, weighing)
    if row.state == State.APPROVED:
        return row
    if row.state != State.PROPOSED or row.version != version:
        raise Refused(_("Diese Zeile wurde inzwischen geändert. Bitte lesen Sie sie noch einmal."))
    if row.drafted_by_id == staff.pk:
        raise Refused(_("Sie haben diese Zeile zuletzt geschrieben. Freigeben muss sie eine zweite Person."))
    _not_own(actor, _of(row))
    row.state, row.approved_by, row.changed_at = State.APPROVED, staff, timezone.now()
    row.save(update_fields=["state", "approved_by", "changed_at"])
    record("weighing.approved", subject=str(row), actor=actor.key, data={"version": row.version})
    return row


@transaction.atomic
def return_weighing(actor: Actor, process: Process, weighing: Weighing) -> Weighing:
    """Back to whoever drafts it."""
    _open(actor, process)
    row = _locked(process, weighing)
    if row.state != State.DRAFT:
        row.state, row.approved_by, row.version = State.DRAFT, None, row.version + 1
        row.save(update_fields=["state", "approved_by", "version"])
        record("weighing.returned", subject=str(row), actor=actor.key, data={"version": row.version})
    return row


@transaction.atomic
def drop_weighing(actor: Actor, process: Process, weighing: Weighing) -> None:
    """A row that is not needed; its statements wait for another."""
    _open(actor, process)
    row = _locked(process, weighing)
    record("weighing.dropped", subject=str(row), actor=actor.key, data={"process": process.pk})
    row.delete()


def unanswered(process: Process) -> list[int]:
    """Numbers of statements without an approved row."""
    rows = Statement.objects.filter(process=process).exclude(contribution__state__in=GONE)
    done = Weighed.objects.filter(weighing__process=process, weighing__state=State.APPROVED).values("statement")
    return list(rows.exclude(pk__in=done).values_list("number", flat=True))


@transaction.atomic
def publish_outcome(actor: Actor, process: Process, session: date | None, resolution: str, url: str = "") -> Plan:
    """The council has decided: everybody can read the table without names, everybody who wrote hears what became of it."""
    staff, plan = _open(actor, process)
    if process.state == Process.State.DRAFT:
        raise Refused(_("Das Verfahren ist noch nicht veröffentlicht."))
    if (last := rules.last_day(process)) is not None and last >= timezone.localdate():
        raise Refused(_("Die Auslegung läuft noch. Danach entscheidet der Rat."))
    if left := unanswered(process):
        shown = ", ".join(map(str, left[:10])) + (" …" if len(left) > 10 else "")
        raise Refused(_("Diese Stellungnahmen haben noch keine freigegebene Antwort: %s") % shown)
    if Weighing.objects.filter(process=process).exclude(state=State.APPROVED).exists():
        raise Refused(_("Einige Zeilen sind noch nicht freigegeben. Geben Sie sie frei, oder löschen Sie sie."))
    if session is None or session > timezone.localdate():
        raise Refused(_("Bitte tragen Sie den Tag der Sitzung ein; er liegt nicht in der Zukunft."), "session")
    plan.session_date, plan.resolution, plan.resolution_url = session, tidy(resolution, 120), tidy(url, 500)
    if not plan.resolution:
        raise Refused(_("Bitte nennen Sie den Beschluss, zum Beispiel „Vorlage 2026/118“."), "resolution")
    if plan.resolution_url:
        try:
            URLValidator(schemes=["https", "http"])(plan.resolution_url)
        except ValidationError:
            raise Refused(_("Die Adresse beginnt mit https:// und enthält keine Leerzeichen."), "url") from None
    plan.decided_at, plan.decided_by = timezone.now(), staff
    plan.save()
    record("consultation.decided", subject=str(process), actor=actor.key)
    for pk in Statement.objects.filter(process=process).exclude(contribution__state__in=GONE).values_list("pk", flat=True):
        record("statement.answered", subject=f"contribution:{pk}", actor=actor.key, data={"staff": staff.pk})
    return plan
