"""The register of breaches: enter, describe, weigh, decide, close. Every change is one line in the diary of the entry."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from ..breaches import clock
from ..models import Breach
from .guard import Refused, locked, officer, text

Step = Breach.Step
DESCRIBED = ("title", "happened", "noticed_at", "kinds", "data", "people", "persons", "records", "consequences", "measures",
             "processor")  # fmt: skip
WEIGHED = ("data_class", "ease", "circumstances")


def report(actor: Actor, *, title: str, happened: str, noticed_at: datetime) -> Breach:
    """Any member of staff reports; the same words within the hour are one report."""
    if actor.staff is None:
        raise PermissionError("a member of staff")
    title, happened = (
        text(title, _("Bitte sagen Sie kurz, worum es geht."), 200),
        text(happened, _("Was ist passiert?")),
    )
    _plausible(noticed_at)
    since = timezone.now() - timedelta(hours=1)
    again = Breach.objects.filter(reported_by=actor.key, title=title, happened=happened, created_at__gt=since).first()
    return again or _insert(actor, title=title, happened=happened, noticed_at=noticed_at, reported_by=actor.key)


def enter(actor: Actor, **described: Any) -> Breach:
    """The officer writes an entry down."""
    officer(actor)
    return _insert(actor, **{key: described[key] for key in DESCRIBED if key in described})


def from_occasion(
    actor: Actor, source: str, *, title: str, happened: str, noticed_at: datetime, by: str = "", **more: Any
) -> tuple[Breach, bool]:
    """One click makes an entry of a report, a look that was not justified, or a broken log; a second finds the first."""
    officer(actor)
    if known := Breach.objects.filter(source=source).first():
        return known, False
    try:
        with transaction.atomic():
            row = _insert(
                actor, title=title[:200], happened=happened, noticed_at=noticed_at, source=source, reported_by=by, **more
            )
            return row, True
    except IntegrityError:
        return Breach.objects.get(source=source), False


@transaction.atomic
def _insert(actor: Actor, **values: Any) -> Breach:
    _plausible(values["noticed_at"])
    row = Breach.objects.create(**values)
    record("breach.entered", subject=str(row), actor=actor.key, data={"source": row.source})
    return row


@transaction.atomic
def describe(actor: Actor, pk: int, values: Mapping[str, Any], version: int | None = None) -> Breach:
    """Change description or weights. `version`: the one that was read, so that nobody overwrites a colleague."""
    row = locked(actor, pk)
    if version is not None and row.version != version:
        raise Refused(_("Der Eintrag wurde inzwischen geändert. Laden Sie die Seite neu, und tragen Sie Ihre Änderung nach."))
    changed = [key for key in (*DESCRIBED, *WEIGHED) if key in values and getattr(row, key) != values[key]]
    if not changed:
        return row
    if "noticed_at" in changed:
        _plausible(values["noticed_at"])
    for key in changed:
        setattr(row, key, values[key])
    row.version += 1
    row.save(update_fields=[*changed, "version"])
    record("breach.described", subject=str(row), actor=actor.key, data={"fields": changed})
    return row


def _plausible(noticed_at: datetime) -> None:
    if noticed_at > timezone.now() + timedelta(minutes=5):
        raise Refused(_("Dieser Zeitpunkt liegt in der Zukunft. Wann hat die Stadt die Panne bemerkt?"))
    if noticed_at.year < 2018:
        raise Refused(_("Dieser Zeitpunkt liegt vor Beginn der DSGVO. Bitte prüfen Sie das Jahr."))


@transaction.atomic
def decide_authority(actor: Actor, pk: int, choice: str, because: str) -> Breach:
    """Notify the authority or not (Art. 33 Abs. 1); not doing so needs reasons. May be changed until it has been sent."""
    row = locked(actor, pk)
    if choice not in (Step.NOTIFY, Step.NOT):
        raise Refused(_("Bitte wählen Sie aus, ob gemeldet wird."))
    if row.notified_at:
        raise Refused(_("Die Meldung ist schon abgegeben. Ergänzen Sie sie bei der Aufsichtsbehörde."))
    row.authority_because = text(because, _("Bitte begründen Sie, warum kein Risiko besteht.") if choice == Step.NOT else "")
    row.authority, row.authority_decided_at = choice, timezone.now()
    row.save(update_fields=["authority", "authority_because", "authority_decided_at"])
    record("breach.authority_decided", subject=str(row), actor=actor.key, data={"choice": choice})
    return row


@transaction.atomic
def mark_notified(actor: Actor, pk: int, number: str, late_because: str = "") -> Breach:
    """The authority has the notification. After 72 hours it needs the reasons for the delay. A second time changes nothing."""
    row = locked(actor, pk)
    if row.notified_at:
        return row
    if row.authority != Step.NOTIFY:
        raise Refused(_("Entscheiden Sie zuerst, dass gemeldet wird."))
    now = timezone.now()
    late = now > clock.ends(row.noticed_at)
    missing = _("Die 72 Stunden sind vorbei. Bitte schreiben Sie, warum (Art. 33 Abs. 1 Satz 2 DSGVO).") if late else ""
    row.late_because = text(late_because, missing)
    row.notified_at, row.notified_as = now, text(number, most=100)
    row.save(update_fields=["notified_at", "notified_as", "late_because"])
    record("breach.authority_notified", subject=str(row), actor=actor.key, data={"late": late})
    return row


@transaction.atomic
def close(actor: Actor, pk: int, closing: str) -> Breach:
    """Done: both questions are decided, what was decided is carried out, and there is a last word."""
    row = locked(actor, pk, closed=True)
    if row.closed_at:
        return row
    if row.authority == Step.OPEN or row.told == Step.OPEN:
        raise Refused(_("Entscheiden Sie zuerst über die Meldung an die Aufsicht und an die Betroffenen."))
    if row.authority == Step.NOTIFY and row.notified_at is None:
        raise Refused(_("Die Meldung an die Aufsicht ist noch nicht abgegeben."))
    if row.told == Step.NOTIFY and row.letters_ordered_at is None:
        raise Refused(_("Die Betroffenen sind noch nicht benachrichtigt."))
    row.closing = text(closing, _("Bitte schreiben Sie, was geändert wurde, damit es nicht wieder geschieht."))
    row.closed_at = timezone.now()
    row.save(update_fields=["closed_at", "closing"])
    record("breach.closed", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def reopen(actor: Actor, pk: int) -> Breach:
    """Something new came up."""
    row = locked(actor, pk, closed=True)
    if row.closed_at:
        row.closed_at = None
        row.save(update_fields=["closed_at"])
        record("breach.reopened", subject=str(row), actor=actor.key)
    return row
