"""The waiting room as it is now: who waits, which counters serve, until when, and how long it takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from stadtkern.kernel.accounts.models import Staff

from ..models import CELL, NONE, Appointment, Counter, Day, Matter, Place, Skill, Tickets, Visit
from . import estimate

LATE = timedelta(minutes=15)  # who comes later than that to an appointment waits like everybody without one
EARLY = timedelta(minutes=5)  # so long before its time an appointment goes before tickets
SAMPLES = 40  # services the pace is measured by
MEASURED_DAYS = 14
STAFFED_WITHIN = timedelta(hours=1)
MOST_MEASURED = 400
_COLUMNS = ("pk", "status", "matter", "counter", "called_at", "came_at", "due_at")
LONGEST = timedelta(hours=2)  # a service that took longer was not ended in time, and is not counted


@dataclass(frozen=True)
class Serving:
    """A counter that is open today, and for what."""

    counter: int
    matters: frozenset[int]
    open: str  # 288 cells

    def is_open(self, cell: int) -> bool:
        return self.open[cell : cell + 1] == "1"


@dataclass(frozen=True)
class Expected:
    """What a ticket drawn now is told, or why there is none."""

    wait: estimate.Wait | None
    ahead: int
    closes_at: datetime | None  # None: not open for this today
    full: bool  # the queue would not be served before closing


def serving(place: Place, day: date) -> list[Serving]:
    """The counters that serve people on the spot on this day, as the days say."""
    rows = Day.objects.filter(place=place, date=day, channels__contains=["desk"]).values_list("counter", "matters", "open")
    return [Serving(counter, frozenset(matters), cells) for counter, matters, cells in rows if "1" in cells]


def matters_of(place: Place, day: date) -> list[Matter]:
    """What one can draw a ticket for on this day."""
    keys = {matter for one in serving(place, day) for matter in one.matters}
    return list(Matter.objects.filter(pk__in=keys, active=True).order_by("title"))


def can_serve(counter: Counter, staff: Staff, day: date) -> set[int]:
    """What this clerk can serve at this counter: the counter's matters of the day, as far as the clerk knows them."""
    found = Day.objects.filter(counter=counter, date=day).values_list("matters", flat=True).first()
    matters = set(found) if found is not None else set(counter.matters.values_list("pk", flat=True))
    known = set(Skill.objects.filter(staff=staff).values_list("matter", flat=True))
    return matters & known if known else matters


class Room:
    """One look at the waiting room of a place: four queries, whatever is asked of it afterwards."""

    def __init__(self, place: Place, now: datetime) -> None:
        self.place, self.now, self.day = place, now, timezone.localdate(now)
        self.serving = serving(place, self.day)
        visits = Visit.objects.filter(place=place, date=self.day)
        self.rows = list(visits.filter(status__in=["WAITING", "CALLED"]).values(*_COLUMNS))
        self.seen = set(visits.filter(called_at__gte=now - STAFFED_WITHIN).values_list("counter", flat=True))
        coming = Appointment.objects.filter(place=place, date=self.day, status="BOOKED", starts_at__gt=now - LATE)
        self.coming = list(coming.values_list("counter", "starts_at"))
        self.measured = _measured(place, self.day)

    def expected(self, matter: Matter, mine: Visit | None = None) -> Expected:
        """How long somebody with this matter waits who comes now, or whose visit this is."""
        counters = [one for one in self.serving if matter.pk in one.matters]
        ours = {one.counter for one in counters}
        closes_at = _closing(counters, self.day, self.now)
        # Whoever may be called by one of these counters is ahead, with whatever matter.
        shared = {key for one in counters for key in one.matters}
        waiting = [row for row in self.rows if row["status"] == "WAITING" and row["matter"] in shared]
        ahead = sum(_before(row, mine, self.now) for row in waiting)
        called = [row for row in self.rows if row["status"] == "CALLED" and row["counter"] in ours]
        busy: dict[int, datetime] = {row["counter"]: row["called_at"] or self.now for row in called}
        speed = estimate.pace(self.measured.get(matter.pk, [])[:SAMPLES], matter.minutes + matter.after)
        told = estimate.wait(
            self.now, ahead=ahead, busy_since=list(busy.values()), free=len(self._free(counters, set(busy))),
            due=[at for counter, at in self.coming if counter in ours], speed=speed,
        )  # fmt: skip
        told = estimate.with_breaks(told, self._closed_ahead(counters))
        full = closes_at is None or estimate.closes_too_early(told, self.now, closes_at, speed.middle)
        return Expected(told, ahead, closes_at, full)

    def matters(self) -> list[Matter]:
        """What one can draw a ticket for."""
        keys = {matter for one in self.serving for matter in one.matters}
        return list(Matter.objects.filter(pk__in=keys, active=True).order_by("title"))

    def _free(self, counters: Sequence[Serving], busy: set[int]) -> set[int]:
        """Open counters that serve nobody. Open on paper is not staffed: only those at which somebody was called within the
        last hour count, or all of them while nobody has called yet."""
        cell = _cell(self.now)
        open_now = {one.counter for one in counters if one.is_open(cell)}
        staffed = (self.seen & (open_now | busy)) or open_now
        return staffed & open_now - busy

    def _closed_ahead(self, counters: Sequence[Serving]) -> list[bool]:
        """For each five minutes from now on: nobody serves, a break."""
        cell = _cell(self.now)
        return [not any(one.is_open(at) for one in counters) for at in range(cell, len(NONE))]


def expected(place: Place, matter: Matter, now: datetime, mine: Visit | None = None) -> Expected:
    """For one matter alone."""
    return Room(place, now).expected(matter, mine)


def _measured(place: Place, day: date) -> dict[int, list[float]]:
    """Minutes the last services took, by matter, the newest first."""
    rows = Visit.objects.filter(place=place, status="DONE", date__gte=day - timedelta(days=MEASURED_DAYS))
    done = rows.exclude(called_at=None).exclude(done_at=None).order_by("-pk")
    found: dict[int, list[float]] = {}
    for matter, called, ended in done.values_list("matter", "called_at", "done_at")[:MOST_MEASURED]:
        if called and ended and timedelta(0) < ended - called <= LONGEST:
            found.setdefault(matter, []).append((ended - called).total_seconds() / 60)
    return found


def tickets_closed(place: Place, day: date) -> bool:
    """The clerks have ended the day for tickets."""
    return Tickets.objects.filter(place=place, date=day, closed=True).exists()


def priority(row: Any, now: datetime) -> tuple[int, datetime]:
    """The rule of the house: appointments at their time first, then whoever waits longest; early appointments last."""
    if row["due_at"] is None:
        return (1, row["came_at"])
    return (0, row["due_at"]) if row["due_at"] <= now + EARLY else (2, row["due_at"])


def at(day: date, cell: int) -> datetime:
    """The moment a cell begins, in local time."""
    hour, minute = divmod(cell * CELL, 60)
    if hour >= 24:
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time(hour - 24, minute)))
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def _before(row: Any, mine: Visit | None, now: datetime) -> bool:
    """Whether that visit is called before mine (or before somebody who comes now without an appointment)."""
    if mine is None:
        return priority(row, now)[0] < 2
    if row["pk"] == mine.pk:
        return False
    own = {"due_at": mine.due_at, "came_at": mine.came_at}
    return (*priority(row, now), row["pk"]) < (*priority(own, now), mine.pk)


def _closing(counters: Iterable[Serving], day: date, now: datetime) -> datetime | None:
    """When the last of them closes; None when none of them opens any more today."""
    last = max((one.open.rindex("1") for one in counters), default=-1)
    if last < 0:
        return None
    closes_at = at(day, last + 1)
    return closes_at if closes_at > now else None


def _cell(now: datetime) -> int:
    local = timezone.localtime(now)
    return (local.hour * 60 + local.minute) // CELL


def waiting_list(place: Place, now: datetime) -> Sequence[Visit]:
    """Everybody who waits, in the order of the rule."""
    rows = list(Visit.objects.today(place).waiting().select_related("matter", "target", "appointment"))
    return sorted(rows, key=lambda row: (*priority({"due_at": row.due_at, "came_at": row.came_at}, now), row.pk))
