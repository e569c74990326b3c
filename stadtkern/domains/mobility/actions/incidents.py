"""What stands in the way: announced by other offices through the diary, looked at by a clerk, read by everybody."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.cases.models import Case, Decision
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.geo import queries as geo

from ..models import Incident
from ..traffic.queries import closed_streets
from ..trips import closures
from .counts import Refused

WORKS, REPORTS = "baustelle_anzeigen", "maengel_melden"  # services whose cases say something about streets
IN_THE_WAY = {"lane", "full"}  # of the permit: what takes room from traffic
DAMAGES = ("schlagloch", "ampel", "fahrbahn", "verkehr", "straße", "baustelle")  # words in a report's category
KEEP = timedelta(days=365)
Kind, State = Incident.Kind, Incident.State
STEPS = {
    "publish": (State.ANNOUNCED, State.PUBLISHED),
    "dismiss": (State.ANNOUNCED, State.DISMISSED),
    "end": (State.PUBLISHED, State.ENDED),
}


@transaction.atomic
def announce_works(case_id: int) -> Incident | None:
    """A granted permit for works on the road waits for a look. A replay changes nothing."""
    case = Case.objects.select_related("decision").get(pk=case_id)
    decision = getattr(case, "decision", None)
    told = case.answers
    granted = decision is not None and decision.outcome != Decision.Outcome.REJECTED
    if case.service != WORKS or not granted or told.get("kind") not in IN_THE_WAY:
        return None
    begins, ends = _day(told.get("from")), _day(told.get("to"))
    closed = told.get("kind") == "full"
    return _announce(
        str(case), Kind.WORKS, _("Vollsperrung") if closed else _("Baustelle auf der Fahrbahn"), str(told.get("street", "")),
        begins=begins, ends=ends and ends + timedelta(days=1), closed=closed,
    )  # fmt: skip


@transaction.atomic
def announce_damage(case_id: int) -> Incident | None:
    """A report about the road or a signal. What people typed is not taken over, only category and place."""
    case = Case.objects.get(pk=case_id)
    category = str(case.answers.get("category", ""))
    if case.service != REPORTS or not any(word in category.casefold() for word in DAMAGES):
        return None
    return _announce(str(case), Kind.DAMAGE, category, str(case.answers.get("place", "")))


def _announce(
    about: str,
    kind: str,
    title: str,
    place: str,
    *,
    begins: datetime | None = None,
    ends: datetime | None = None,
    closed: bool = False,
) -> Incident:
    found = geo.find_address(place, 1)
    lat, long = found[0].point if found else (None, None)
    row, fresh = Incident.objects.get_or_create(
        about=about,
        defaults={
            "kind": kind, "title": title[:120], "street": found[0].street if found else "", "lat": lat, "long": long,
            "begins_at": begins or timezone.now(), "ends_at": ends, "closed": closed,
        },
    )  # fmt: skip
    if fresh:
        record("incident.announced", subject=str(row), actor=SYSTEM, data={"kind": kind})
    return row


@transaction.atomic
def withdraw(about: str) -> None:
    """The permit or report is taken back or settled: nothing is in the way any more."""
    row = Incident.objects.select_for_update().filter(about=about, state__in=[State.ANNOUNCED, State.PUBLISHED]).first()
    if row is not None:
        _move(row, State.ENDED, SYSTEM)


@transaction.atomic
def enter(actor: Actor, values: Mapping[str, Any]) -> Incident:
    """A clerk enters one; it is public at once. Raises Refused with what to do instead."""
    if actor.staff is None:
        raise ValueError("Only staff enters incidents")
    kind, title = str(values.get("kind", "")), _line(values.get("title"), 120)
    if kind not in Kind.values:
        raise Refused(_("Wählen Sie aus, was den Verkehr stört."))
    if not title:
        raise Refused(_("Schreiben Sie in wenigen Worten, was los ist, zum Beispiel: Ampel ausgefallen."))
    found = geo.find_address(_line(values.get("street"), 200), 1)
    if not found:
        raise Refused(_("Diese Straße finden wir nicht. Schreiben Sie den Namen, zum Beispiel Lindenstraße."))
    begins, ends = _day(values.get("begins")) or timezone.now(), _day(values.get("ends"))
    if ends and ends < begins - timedelta(days=1):
        raise Refused(_("Das Ende liegt vor dem Anfang."))
    row = Incident.objects.create(
        kind=kind, state=State.PUBLISHED, title=title, text=_line(values.get("text"), 1000), street=found[0].street,
        lat=found[0].point[0], long=found[0].point[1], closed=bool(values.get("closed")), begins_at=begins,
        ends_at=ends and ends + timedelta(days=1), staff=actor.staff,
    )  # fmt: skip
    record("incident.published", subject=str(row), actor=actor.key, data={"kind": kind})
    transaction.on_commit(tell_planner, robust=True)
    return row


@transaction.atomic
def settle(actor: Actor, pk: int, verb: str) -> Incident:
    """Publish, dismiss or end; a second click changes nothing. Raises Refused, Incident.DoesNotExist."""
    if actor.staff is None:
        raise ValueError("Only staff settles incidents")
    row = Incident.objects.select_for_update().get(pk=pk)
    if verb not in STEPS:
        raise Refused(_("Diesen Schritt gibt es nicht."))
    before, after = STEPS[verb]
    if row.state == after:
        return row
    if row.state != before:
        raise Refused(_("Jemand anderes war schneller. Laden Sie die Seite neu."))
    row.staff = actor.staff
    _move(row, after, actor.key)
    return row


def _move(row: Incident, state: str, key: str) -> None:
    row.state, row.changed_at = state, timezone.now()
    row.save(update_fields=["state", "changed_at", "staff"])
    record(f"incident.{str(state).lower()}", subject=str(row), actor=key)
    if row.closed:
        transaction.on_commit(tell_planner, robust=True)


@transaction.atomic
def forget(now: datetime) -> int:
    """What is over for a year."""
    old = Incident.objects.filter(state__in=[State.DISMISSED, State.ENDED], changed_at__lt=now - KEEP).values("pk")[:500]
    gone, _rows = Incident.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    past = Incident.objects.filter(state=State.PUBLISHED, ends_at__lt=now)
    for row in past[:500]:
        _move(row, State.ENDED, SYSTEM)
    if gone:
        record("incident.forgotten", subject="traffic", actor=SYSTEM, data={"rows": gone})
    return gone


def tell_planner() -> None:
    """The planner of trips goes round what is closed; told once more every ten minutes, so that a lost file comes back."""
    closures.write(closed_streets(timezone.now()))


def _line(value: object, most: int) -> str:
    return "".join(sign for sign in str(value or "") if sign.isprintable() or sign == "\n").strip()[:most]


def _day(value: object) -> datetime | None:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value or ""))
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, time())) if 1970 < day.year < 2100 else None
