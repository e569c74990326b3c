"""A petition is checked, admitted with its number and its clock, or refused; goes to the council, is decided."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.registers.models import Resident
from stadtkern.lib import ids
from stadtkern.lib.calendar import add_months

from .. import petitionrules
from ..eligibility import current
from ..models import Contribution, Petition, Process
from .guard import Refused, locked, moderator, tidy
from .publishing import publish, reject

State, Text = Petition.State, Contribution.State


def locked_petition(contribution: Contribution) -> Petition:
    """The petition, locked, with its contribution and process. Raises Petition.DoesNotExist."""
    rows = Petition.objects.select_for_update(of=("self",)).select_related("contribution__process__office")
    return rows.get(pk=contribution.pk)


def _under_check(actor: Actor, contribution: Contribution) -> Contribution:
    row = locked(contribution.pk)
    moderator(actor, row)
    if row.kind != Contribution.Kind.PETITION or row.process is None:
        raise Contribution.DoesNotExist
    if row.state not in (Text.SUBMITTED, Text.PUBLISHED):
        raise Refused(_("Dieses Anliegen wartet nicht auf eine Prüfung. Laden Sie die Seite neu."))
    known = Petition.objects.select_for_update().filter(pk=row.pk).first()
    if known is not None and known.state != State.INADMISSIBLE:
        raise Refused(_("Dieses Anliegen ist schon zugelassen."))
    return row


@transaction.atomic
def admit(actor: Actor, contribution: Contribution, checks: Sequence[bool], reasons: str, costs: str = "") -> Petition:
    """Every question is answered with yes: the text is published, the number of signatures fixed, the clock starts."""
    row = _under_check(actor, contribution)
    assert row.process is not None
    settings, now = row.process.settings, timezone.now()
    answered = _answered(settings, checks)
    if not all(yes for _question, yes in answered):
        raise Refused(
            _("Zulassen können Sie nur, wenn jede Frage mit Ja beantwortet ist. Sonst lehnen Sie bitte ab."), "checks"
        )
    costs = tidy(costs, 3000)
    if settings.get("costs") == "office" and not costs:
        raise Refused(_("Bitte schreiben Sie die Kostenschätzung der Verwaltung dazu, auch wenn nichts anfällt."), "costs")
    until, wanted = _end(row.process, now), _threshold(settings, timezone.localdate(now))
    if row.state == Text.SUBMITTED:
        publish(actor, row)
    petition, _fresh = Petition.objects.update_or_create(
        pk=row.pk,
        defaults={
            "state": State.COLLECTING, "checks": answered, "reasons": tidy(reasons, 5000), "costs": costs,
            "checked_by": actor.staff, "checked_at": now, "secret": ids.secret(), "needed": wanted.needed,
            "percent": wanted.percent, "base": wanted.base, "online_counts": settings.get("online") != "hint",
            "takes_paper": bool(settings.get("paper")), "collect_until": until,
            "council_months": int(settings.get("council_months") or 0),
        },
    )  # fmt: skip
    record("petition.admitted", subject=str(petition), actor=actor.key, data={"needed": wanted.needed})
    return petition


def _answered(settings: Mapping[str, Any], checks: Sequence[bool]) -> list[tuple[str, bool]]:
    questions = petitionrules.checks_of(settings)
    if len(checks) != len(questions):
        raise Refused(_("Bitte beantworten Sie jede Frage. Die Fragen können sich geändert haben; laden Sie die Seite neu."))
    return list(zip(questions, (bool(one) for one in checks), strict=True))


def _threshold(settings: Mapping[str, Any], today: date) -> petitionrules.Threshold:
    base = int(settings.get("base") or 0)
    try:
        if not base and petitionrules.shares_of(str(settings.get("shares") or "")):
            base = _residents(int(settings.get("base_age") or 0), today)
        return petitionrules.threshold(settings, base)
    except petitionrules.SharesBroken as wrong:
        text = _("Die Einstellung „Nötiger Anteil“ ist nicht zu lesen: „%s“. Schreiben Sie zum Beispiel: 20000: 5; 4")
        raise Refused(text % wrong) from None


def _residents(age: int, today: date) -> int:
    rows = Resident.objects.all()
    found = (rows.filter(birth_date__lte=add_months(today, -12 * age)) if age else rows).count()
    if not found:
        raise Refused(_("Das Melderegister ist leer. Tragen Sie in den Einstellungen des Verfahrens die amtliche Zahl ein."))
    return found


def _end(process: Process, now: datetime) -> datetime:
    phases = [phase for phase in process.phases.all() if "sign" in phase.allows and phase.ends_at > now]
    if not phases or current(phases, now) is None:
        raise Refused(_("Zurzeit läuft keine Phase, in der man unterschreiben kann. Legen Sie zuerst eine an."))
    last = max(phase.ends_at for phase in phases)
    days = int(process.settings.get("collect_days") or 0)
    if not days:
        return last
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(last, midnight + timedelta(days=days + 1))


@transaction.atomic
def refuse(actor: Actor, contribution: Contribution, checks: Sequence[bool], reasons: str) -> Petition:
    """At least one question is answered with no; the author reads why and may appeal."""
    row = _under_check(actor, contribution)
    assert row.process is not None
    answered, reasons = _answered(row.process.settings, checks), tidy(reasons, 2000)
    failed = [question for question, yes in answered if not yes]
    if answered and not failed:
        raise Refused(_("Alle Fragen sind mit Ja beantwortet. Dann ist das Anliegen zulässig."), "checks")
    if len(reasons) < 10:
        raise Refused(_("Bitte begründen Sie die Ablehnung. Wer das Anliegen eingereicht hat, liest sie."), "reasons")
    if row.state == Text.SUBMITTED:
        listed = "\n".join(f"– {question}: {_('nein')}" for question in failed)
        reject(actor, row, "other", f"{_('Das Anliegen ist nicht zulässig.')}\n{listed}\n\n{reasons}".strip()[:2000])
    petition, _fresh = Petition.objects.update_or_create(
        pk=row.pk,
        defaults={
            "state": State.INADMISSIBLE, "checks": answered, "reasons": reasons, "checked_by": actor.staff,
            "checked_at": timezone.now(),
        },
    )  # fmt: skip
    record("petition.refused", subject=str(petition), actor=actor.key)
    return petition


def _at_desk(actor: Actor, contribution: Contribution) -> Petition:
    """For a clerk of the office in charge who did not write it."""
    row = locked_petition(contribution)
    moderator(actor, row.contribution)
    return row


def reached(petition: Petition, actor_key: str) -> bool:
    """Called in the transaction that counted one more: has it just reached its number? Told once."""
    if petition.reached_at is not None or petition.counted < petition.needed:
        return False
    if petition.state not in (State.COLLECTING, State.COUNTING):
        return False
    now = timezone.now()
    petition.state, petition.reached_at = State.REACHED, now
    due = petitionrules.council_day(timezone.localdate(now), {"council_months": petition.council_months})
    petition.council_due_date = due
    petition.save(update_fields=["state", "reached_at", "council_due_date"])
    record("petition.reached", subject=str(petition), actor=actor_key, data={"counted": petition.counted})
    return True


@transaction.atomic
def finish_counting(actor: Actor, contribution: Contribution) -> Petition:
    """All sheets that were handed in are counted, and it is not enough."""
    row = _at_desk(actor, contribution)
    if row.state != State.COUNTING:
        raise Refused(_("Hier wird nicht mehr gezählt. Laden Sie die Seite neu."))
    if row.unconfirmed().exists():
        raise Refused(_("Es gibt noch Listen, die niemand nachgezählt hat."))
    return lapse(row, actor.key)


def lapse(row: Petition, actor_key: str) -> Petition:
    """Too few signatures in time."""
    row.state, row.ended_at, row.secret = State.LAPSED, timezone.now(), ""
    row.save(update_fields=["state", "ended_at", "secret"])
    record("petition.lapsed", subject=str(row), actor=actor_key, data={"counted": row.counted})
    return row


@transaction.atomic
def to_council(actor: Actor, contribution: Contribution, session: date) -> Petition:
    """It is on the agenda of this day; another day later is possible until it is decided."""
    row = _at_desk(actor, contribution)
    if row.state not in (State.REACHED, State.COUNCIL):
        raise Refused(_("In den Rat kommt ein Anliegen, wenn genug Unterschriften da sind."))
    if row.counted < row.needed:
        raise Refused(_("Inzwischen haben Menschen ihre Unterschrift zurückgenommen. Es sind nicht mehr genug."))
    if session < timezone.localdate():
        raise Refused(_("Dieser Tag ist schon vorbei."), "session")
    row.state, row.session_date = State.COUNCIL, session
    row.save(update_fields=["state", "session_date"])
    record("petition.scheduled", subject=str(row), actor=actor.key, data={"day": session.isoformat()})
    return row


@transaction.atomic
def decide(actor: Actor, contribution: Contribution, outcome: str, text: str, url: str = "") -> Petition:
    """What the council decided, with its reasons and where the minutes stand. Mended later, nobody is told twice."""
    row = _at_desk(actor, contribution)
    if row.state not in (State.COUNCIL, State.DECIDED):
        raise Refused(_("Tragen Sie zuerst ein, wann der Rat sich damit befasst."))
    if outcome not in Petition.Outcome.values:
        raise Refused(_("Bitte wählen Sie, wie der Rat entschieden hat."), "outcome")
    text, url = tidy(text, 10_000), tidy(url, 500)
    if len(text) < 10:
        raise Refused(_("Schreiben Sie, was der Rat beschlossen hat und warum."), "decision")
    if url:
        try:
            URLValidator(["https", "http"])(url)
        except ValidationError:
            raise Refused(_("Das ist keine Adresse einer Seite. Sie beginnt mit https://"), "url") from None
    fresh = row.state != State.DECIDED
    row.state, row.outcome, row.decision, row.decision_url = State.DECIDED, outcome, text, url
    row.ended_at, row.secret = row.ended_at or timezone.now(), ""
    row.decided_date = row.decided_date or timezone.localdate()
    row.save()
    record("petition.decided" if fresh else "petition.decision_changed", subject=str(row), actor=actor.key)
    return row
