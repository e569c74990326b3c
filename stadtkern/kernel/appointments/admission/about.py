"""What a wave is about: words and rules that change rarely, kept in the process for a minute."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import DatabaseError, InterfaceError
from django.urls import reverse
from django.utils.translation import gettext as _

from .. import asked, plan, statement
from ..models import CELL, Day, Place, Wave
from ..need import Need, need_of_one
from ..plan import BERLIN
from ..refusals import Refused
from .estimate import Snapshot

FRESH = 60.0
_known: dict[int, "Topic"] = {}


class NoSuchTopic(LookupError):
    """There is no such wave."""


@dataclass(frozen=True)
class Topic:
    """For one wave."""

    wave: int
    title: str
    need: Need
    days: str
    dates: tuple[date, ...]
    places: dict[int, str]
    book: dict[tuple[str, bool], str]  # the statement, by part of the day ("", "vor", "nach") and whether it waits
    waiting_list: str
    times: str  # the free times, for everybody, once the queue is over
    own: str  # where one's appointments stand
    opens_next: datetime | None = None
    read_at: float = 0.0

    def gone_at(self, known: Snapshot) -> str:
        """When the last time was given."""
        return datetime.fromtimestamp(known.gone_at, BERLIN).strftime("%H:%M:%S Uhr")

    def next(self) -> str:
        """When the next ones come."""
        if self.opens_next is None:
            return ""
        when = self.opens_next.astimezone(BERLIN)
        said = _("Die nächsten Termine werden am %(day)s um %(time)s Uhr freigegeben.")
        return said % {"day": f"{when:%d.%m.%Y}", "time": f"{when:%H:%M}"}


def of(wave: int) -> Topic:
    """Raises NoSuchTopic, or the database's error when nothing is known yet."""
    known = _known.get(wave)
    if known is None or time.time() - known.read_at > FRESH:
        try:
            known = _read(wave)
        except (DatabaseError, InterfaceError):
            if known is None:
                raise
            known = replace(known, read_at=time.time())  # as with the wave itself: what was known last
        _known[wave] = known
    return known


def forget() -> None:
    """Between tests."""
    _known.clear()


def _read(wave: int) -> Topic:
    row = Wave.objects.select_related("matter").filter(pk=wave).first()
    if row is None:
        raise NoSuchTopic(wave)
    try:
        need = need_of_one(row.matter)
    except Refused as refused:  # not offered any more
        raise NoSuchTopic(wave) from refused
    days = Day.objects.filter(date__range=(row.first, row.last), opens_at=row.opens_at, matters__contains=[row.matter_id])
    dates = tuple(sorted(set(days.values_list("date", flat=True))))
    places = dict(Place.objects.filter(pk__in=days.values("place")).values_list("pk", "title"))
    later = Wave.objects.filter(matter=row.matter_id, opens_at__gt=row.opens_at).values_list("opens_at", flat=True).first()
    waiting_list = f"{reverse('appointments:join')}?{asked.query(need.wish)}"
    return Topic(
        wave=wave, title=row.matter.title, need=need, days=_days(row.first, row.last), dates=dates, places=places,
        book=_statements(need, dates), waiting_list=waiting_list, own=reverse("appointments:mine"),
        times=f"{reverse('appointments:times')}?{asked.query(need.wish)}", opens_next=later,
        read_at=time.time(),
    )  # fmt: skip


def _statements(need: Need, dates: Sequence[date]) -> dict[tuple[str, bool], str]:
    fixed = {
        "matters": need.ids, "channel": need.wish.channel, "places": [], "dates": list(dates), "before": need.before,
        "after": need.after, "minutes": need.minutes, "matter": need.ids[0], "wished": json.dumps(need.wish.matters),
    }  # fmt: skip
    return {
        (part, wait): statement.bound(statement.book_at_once(need.cells, wait=wait), {**fixed, "mask": mask})
        for part, mask in _masks(need).items()
        for wait in (False, True)
    }


def _masks(need: Need) -> dict[str, str]:
    noon = datetime(2000, 1, 1, 12).time()
    shape = (need.step, need.before // CELL)
    length = need.minutes // CELL
    return {
        "": plan.grid(*shape, None, None, length),
        "vor": plan.grid(*shape, None, noon, length),
        "nach": plan.grid(*shape, noon, None, length),
    }


def _days(first: date, last: date) -> str:
    return f"{first:%d.%m.%Y}" if first == last else f"{first:%d.%m.} bis {last:%d.%m.%Y}"
