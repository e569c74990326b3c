"""A town in plain Python beside the one in the tables: what is open, who has what, who waits; no code of the room is used.

Times are minutes since midnight in Berlin; there is no clock change in the days of the test.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

BERLIN = ZoneInfo("Europe/Berlin")
LIVE = {"HELD", "BOOKED", "ARRIVED", "CALLED"}
TAKES = LIVE | {"DONE"}
ROWS = """
    SELECT a.id, a.counter_id, a.place_id, a.starts_at, a.ends_at, a.before, a.after, a.status, a.held_until, a.holder,
        a.account_id, lower(a.email), a.matters, a.channel,
        (SELECT w.id FROM appointments_waiting w WHERE w.offer_id = a.id AND w.status = 'OFFERED')
    FROM appointments_appointment a ORDER BY a.id
"""
# Days, and the waiting list in its order: one question.
REST = """
    SELECT counter_id, date, open::text, free::text, NULL::timestamptz, NULL::bigint FROM appointments_day
    UNION ALL SELECT id, NULL, status, NULL, joined_at, offer_id FROM appointments_waiting ORDER BY 5, 1
"""


class Visit(NamedTuple):
    """A row, in minutes."""

    key: int
    counter: int
    place: int
    starts_at: datetime
    ends_at: datetime
    before: int
    after: int
    status: str
    held_until: datetime | None
    holder: str
    account: int | None
    email: str
    matters: tuple[tuple[str, int], ...]
    channel: str
    offered_to: int | None
    date: date
    cells: int  # what it takes of its counter's day, as bits of a number

    def lapsed(self, now: datetime) -> bool:
        return self.status == "HELD" and self.held_until is not None and self.held_until <= now

    def person(self) -> str:
        """Whose limit it counts for."""
        if self.account:
            return f"account {self.account}"
        return f"mail {self.email}" if self.email else f"browser {self.holder}"


class Kind(NamedTuple):
    """A matter: minutes, for each further person, before, after, at most live per person (0: no limit)."""

    key: str
    minutes: int
    more: int
    before: int
    after: int
    limit: int


@dataclass(frozen=True)
class Desk:
    """A counter."""

    key: int
    place: int
    serves: frozenset[str]
    channels: frozenset[str]


@dataclass
class Hope:
    """An entry of the waiting list."""

    key: int
    matters: tuple[tuple[str, int], ...]
    channel: str
    place: int | None
    first: date
    last: date
    after: int
    before: int
    offered: set[datetime] = field(default_factory=set)
    offer: int | None = None
    replaces: int | None = None
    status: str = "WAITING"


@lru_cache(maxsize=50_000)
def _visit(row: tuple) -> Visit:
    """Most rows are the same as a step ago."""
    starts_at, ends_at = row[3].astimezone(BERLIN), row[4].astimezone(BERLIN)
    before, after = row[5:7]
    first = (starts_at.hour * 60 + starts_at.minute - before) // 5
    count = (int((ends_at - starts_at).total_seconds()) // 60 + before + after) // 5
    matters = tuple((key, persons) for key, persons in json.loads(row[12]))
    cells = ((1 << count) - 1) << first
    return Visit(*row[:3], starts_at, ends_at, *row[5:12], matters, *row[13:], starts_at.date(), cells)


class Rest(NamedTuple):
    """Open and free cells of each counter and day; the waiting list: entry, status, offer."""

    days: dict[tuple[int, date], tuple[int, int]]
    waits: list[tuple[int, str, int | None]]


Span = tuple[int, int]
Spans = tuple[Span, ...]
Matters = tuple[tuple[str, int], ...]
Free = dict[tuple[int, date], int]


class Town:
    """What must be true."""

    def __init__(self, kinds: list[Kind], desks: list[Desk], days: list[date], hours: dict[int, Spans]) -> None:
        self.kinds, self.desks, self.days = {kind.key: kind for kind in kinds}, desks, days
        self.hours: dict[int, list[tuple[date, Spans]]] = {place: [(date.min, spans)] for place, spans in hours.items()}
        self.own_hours: dict[int, list[tuple[date, Spans]]] = {}
        self.exceptions: list[tuple[int, int | None, date, date, Spans]] = []  # place, counter, first, last
        self.known: dict[Matters, tuple[int, int, int, int]] = {}
        self.hopes: dict[int, Hope] = {}

    # ------------------------------------------------------------ opening hours
    def open_cells(self, desk: Desk, day: date) -> int:
        for whose in (desk.key, None):
            found = [one for one in self.exceptions if one[0] == desk.place and one[1] == whose and one[2] <= day <= one[3]]
            if found:
                return _bits(found[-1][4])
        # A counter's own hours are stronger from their day on; entered empty, they are those of the place again.
        own = [spans for since, spans in self.own_hours.get(desk.key, []) if since <= day]
        spans = (own and own[-1]) or [spans for since, spans in self.hours[desk.place] if since <= day][-1]
        return _bits(spans) if day.weekday() < 5 else 0

    # ------------------------------------------------------------ wishes
    def need(self, matters: Matters) -> tuple[int, int, int, int]:
        """Minutes, before, after, step."""
        if matters not in self.known:
            self.known[matters] = self._need(matters)
        return self.known[matters]

    def _need(self, matters: Matters) -> tuple[int, int, int, int]:
        kinds = [self.kinds[key] for key, _persons in matters]
        minutes = sum(kind.minutes + kind.more * (persons - 1) for kind, (_key, persons) in zip(kinds, matters, strict=True))
        step = next(step for step in (30, 20, 15, 10, 5) if minutes % step == 0)
        return minutes, max(kind.before for kind in kinds), max(kind.after for kind in kinds), step

    def fits(self, matters: Matters, channel: str, place: int | None, at: datetime, free: Free) -> list[Desk]:
        """Counters that could take this visit at this moment."""
        wanted, day = self.wanted(matters, at), at.date()
        return [desk for desk in self.able(matters, channel, place) if wanted & ~free[desk.key, day] == 0]

    def able(self, matters: Matters, channel: str, place: int | None) -> list[Desk]:
        """Counters that do all of this."""
        keys = {key for key, _persons in matters}
        return [desk for desk in self.desks if place in (None, desk.place) and keys <= desk.serves and channel in desk.channels]

    def wanted(self, matters: Matters, at: datetime) -> int:
        """The cells it would take."""
        minutes, before, after, _step = self.need(matters)
        return ((1 << (before + minutes + after) // 5) - 1) << (at.hour * 60 + at.minute - before) // 5

    def free(self, visits: Iterable[Visit]) -> Free:
        """Free cells of every counter and day: open minus what is taken."""
        found = {(desk.key, day): self.open_cells(desk, day) for desk in self.desks for day in self.days}
        for visit in visits:
            if visit.status in TAKES:
                found[visit.counter, visit.date] &= ~visit.cells
        return found

    def moments(self, matters: Matters, day: date) -> list[datetime]:
        """Every start on the grid, from seven to eleven."""
        return _moments(day, self.need(matters)[3])

    # ------------------------------------------------------------ the tables
    @staticmethod
    def read() -> dict[int, Visit]:
        with connection.cursor() as cursor:
            cursor.execute(ROWS)
            return {row[0]: _visit(row) for row in cursor.fetchall()}

    @staticmethod
    def rest() -> Rest:
        with connection.cursor() as cursor:
            cursor.execute(REST)
            found = Rest({}, [])
            for key, day, one, other, _at, offer in cursor.fetchall():
                if day is None:
                    found.waits.append((key, one, offer))
                else:
                    found.days[key, day] = _number(one), _number(other)
        return found

    def check_no_double(self, visits: dict[int, Visit]) -> None:
        """From the appointments themselves."""
        taken: dict[tuple[int, date], int] = {}
        for visit in visits.values():
            if visit.status in TAKES:
                where = (visit.counter, visit.date)
                assert taken.get(where, 0) & visit.cells == 0, f"double at {where}"
                taken[where] = taken.get(where, 0) | visit.cells

    def check_nothing_lost(self, free: Free, rows: dict[tuple[int, date], tuple[int, int]]) -> None:
        """Open is what the hours say, free is open minus what is taken: bit for bit."""
        for desk in self.desks:
            for day in self.days:
                where = (desk.key, day)
                assert rows.get(where, (0, 0)) == (self.open_cells(desk, day), free[where]), where

    def check_limits(self, visits: dict[int, Visit], now: datetime) -> None:
        """Never more than allowed: an offer of the list is not the person's yet."""
        count: dict[tuple[str, str], int] = {}
        for visit in visits.values():
            if visit.status in LIVE and not visit.lapsed(now) and visit.offered_to is None:
                for key, _persons in visit.matters:
                    who = (visit.person(), key)
                    count[who] = count.get(who, 0) + 1
                    assert count[who] <= (self.kinds[key].limit or 99), f"{who} has {count[who]}"

    def has_limit_of(self, visits: dict[int, Visit], person: str, matters: Matters, besides: int | None = None) -> bool:
        """Whether this person has as many as are allowed of one of these matters."""
        for key, _persons in matters:
            own = [
                visit for visit in visits.values()
                if visit.key != besides and visit.status in LIVE and visit.offered_to is None and visit.person() == person
                and key in [one for one, _count in visit.matters]
            ]  # fmt: skip
            if self.kinds[key].limit and len(own) >= self.kinds[key].limit:
                return True
        return False

    # ------------------------------------------------------------ the waiting list
    def check_waiting(
        self, rows: list[tuple[int, str, int | None]], visits: dict[int, Visit], free: Free, now: datetime
    ) -> None:
        """Offers: one each, fitting, never twice, in order; and nobody waits while something fits."""
        order, fresh = [self.hopes[key] for key, *_rest in rows], []
        for place, (key, status, offer) in enumerate(rows):
            hope = self.hopes[key]
            if status == "OFFERED" and offer != hope.offer:
                visit = visits[offer]
                assert (visit.status, visit.offered_to) == ("HELD", key)
                assert visit.matters == hope.matters and self.suits(hope, visit.place, visit.starts_at), f"{hope}: {visit}"
                assert visit.starts_at not in hope.offered, f"{hope} was offered {visit.starts_at} again"
                hope.offered.add(visit.starts_at)
                fresh.append((place, visit))
            hope.status, hope.offer = status, offer if status == "OFFERED" else None
        for place, visit in fresh:
            passed = [hope for hope in order[:place] if hope.status == "WAITING" and self.could_use(hope, visit)]
            assert not passed, f"{passed} passed over for {visit}"
        for hope in order:
            if hope.status == "WAITING":
                assert not self.something_for(hope, free, now), f"{hope} waits, but something is free"

    def suits(self, hope: Hope, place: int, at: datetime) -> bool:
        """As wished."""
        minute = at.hour * 60 + at.minute
        inside = hope.after <= minute and minute + self.need(hope.matters)[0] <= hope.before
        return hope.place in (None, place) and hope.first <= at.date() <= hope.last and inside

    def could_use(self, hope: Hope, visit: Visit) -> bool:
        """Whether the very cells this visit got would have served the hope, too."""
        cells = dict.fromkeys(((desk.key, day) for desk in self.desks for day in self.days), 0)
        cells[visit.counter, visit.date] = visit.cells
        soonest = visit.starts_at - timedelta(hours=24)
        return bool(self.something_for(hope, cells, soonest, [visit.date]))

    def something_for(self, hope: Hope, free: Free, now: datetime, days: Iterable[date] = ()) -> list[datetime]:
        """Moments that could be offered."""
        soonest, able = now + timedelta(hours=3), self.able(hope.matters, hope.channel, hope.place)
        return [
            at
            for day in days or self.days
            if hope.first <= day <= hope.last and any(free[desk.key, day] for desk in able)
            for at in self.moments(hope.matters, day)
            if at >= soonest and at not in hope.offered
            for wanted in [self.wanted(hope.matters, at)]
            for desk in able
            if wanted & ~free[desk.key, day] == 0 and self.suits(hope, desk.place, at)
        ]


@lru_cache
def _bits(spans: Spans) -> int:
    found = 0
    for opens, closes in spans:
        for minute in range(opens, closes, 5):
            found |= 1 << minute // 5
    return found


@lru_cache(maxsize=5000)
def _number(text: str) -> int:
    """The first character is the lowest bit."""
    return int(text[::-1], 2)


@lru_cache
def _moments(day: date, step: int) -> list[datetime]:
    return [_moment(day, minute) for minute in range(7 * 60, 11 * 60, 5) if minute % step == 0]


def _moment(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=BERLIN)
