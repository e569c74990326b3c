"""Opening hours to bits: plain computation, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from .models.fields import CELL, CELLS

BERLIN = ZoneInfo("Europe/Berlin")
STEPS = (30, 20, 15, 10, 5)
Span = tuple[time, time]


@dataclass(frozen=True)
class Weekly:
    """Hours of one weekday, of a place (counter None) or of one counter."""

    counter: int | None
    weekday: int
    opens: time
    closes: time
    valid_from: date | None = None
    valid_until: date | None = None

    def is_valid(self, day: date) -> bool:
        """On that day."""
        fits = (self.valid_from is None or self.valid_from <= day) and (self.valid_until is None or day <= self.valid_until)
        return fits and day.weekday() == self.weekday


@dataclass(frozen=True)
class Special:
    """An exception; `hours` empty: closed."""

    counter: int | None
    first: date
    last: date
    hours: tuple[Span, ...]


def spans_of(counter: int, day: date, weekly: Iterable[Weekly], special: Sequence[Special], holiday: bool) -> list[Span]:
    """When a counter is open: its own exception, that of the place, a holiday, its own hours, those of the place.

    Of several exceptions for the same day the one entered last wins.
    """
    today = [one for one in special if one.first <= day <= one.last]
    for whose in (counter, None):
        if own := [one for one in today if one.counter == whose]:
            return list(own[-1].hours)
    if holiday:
        return []
    weekly = list(weekly)
    # A counter with hours of its own in this period has no others: a day missing there is a day closed.
    own_hours = [one for one in weekly if one.counter == counter and _in_period(one, day)]
    return [(one.opens, one.closes) for one in own_hours or [w for w in weekly if w.counter is None] if one.is_valid(day)]


def _in_period(one: Weekly, day: date) -> bool:
    return (one.valid_from is None or one.valid_from <= day) and (one.valid_until is None or day <= one.valid_until)


def bits(spans: Iterable[Span], day: date | None = None) -> str:
    """The open cells: a cell counts only when the whole of it is open. Hours that the clock skips or repeats are closed."""
    text = _bits(tuple(spans))
    return text if day is None or _plain(day) else _without_switch(text, day)


@lru_cache(maxsize=500)
def _bits(spans: tuple[Span, ...]) -> str:
    found = ["0"] * CELLS
    for opens, closes in spans:
        first = -(-_minute(opens) // CELL)
        last = (_minute(closes) + (1 if closes == time(23, 59) else 0)) // CELL
        found[first:last] = "1" * max(0, last - first)
    return "".join(found)


def mask(first_cell: int, cells: int) -> str:
    """So many cells from the first on."""
    return ("0" * first_cell + "1" * cells).ljust(CELLS, "0")[:CELLS]


@lru_cache(maxsize=500)
def grid(step: int, before_cells: int = 0, after: time | None = None, before: time | None = None, cells: int = 1) -> str:
    """Cells a visit may begin at (preparation included): its start lies on the grid, within the wished hours."""
    first = 0 if after is None else _minute(after)
    last = 24 * 60 if before is None else _minute(before)
    found = []
    for cell in range(CELLS):
        minute = (cell + before_cells) * CELL
        fits = minute % step == 0 and minute >= first and minute + cells * CELL <= last
        found.append("1" if fits and cell + before_cells < CELLS else "0")
    return "".join(found)


def step_of(minutes: int) -> int:
    """The grid of starts that leaves no odd rests: the largest usual step the duration is a multiple of."""
    return next(step for step in STEPS if minutes % step == 0)


def rounded(minutes: int) -> int:
    """Up to whole cells."""
    return -(-minutes // CELL) * CELL


def moment(day: date, cell: int) -> datetime:
    """When a cell begins."""
    return datetime.combine(day, _TIMES[cell], BERLIN)


_TIMES = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, CELL)]


def later(at: time, minutes: int) -> time | None:
    """So many minutes after; None where that is midnight or the next day."""
    end = _minute(at) + minutes
    return time(end // 60, end % 60) if end < 24 * 60 else None


def late(soonest: datetime, before: int) -> tuple[date, str]:
    """That day, and the cells of it a visit may begin in (preparation of so many minutes included) at or after the moment."""
    local = soonest.astimezone(BERLIN)
    first = -(-(local.hour * 3600 + local.minute * 60 + local.second + (local.microsecond > 0)) // (CELL * 60))
    first = max(0, min(CELLS, first - before // CELL))
    return local.date(), mask(first, CELLS - first)


def cell_of(at: datetime) -> tuple[date, int] | None:
    """Day and cell of a moment; None when it lies between two."""
    local = at.astimezone(BERLIN)
    if local.minute % CELL or local.second or local.microsecond:
        return None
    return local.date(), (local.hour * 60 + local.minute) // CELL


def starts(text: str) -> Iterable[int]:
    """Places of the ones."""
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


@lru_cache(maxsize=2000)
def _plain(day: date) -> bool:
    noon, before = datetime.combine(day, time(12), BERLIN), datetime.combine(day, time(0), BERLIN)
    return noon.utcoffset() == before.utcoffset()


def _without_switch(text: str, day: date) -> str:
    """On the two days of the year the clock is changed: only moments that exist exactly once."""
    kept = []
    for cell in range(CELLS):
        at = moment(day, cell)
        back = at.astimezone(UTC).astimezone(BERLIN)
        once = back.replace(tzinfo=None) == at.replace(tzinfo=None) and at.utcoffset() == at.replace(fold=1).utcoffset()
        kept.append(text[cell] if once else "0")
    return "".join(kept)


def days_between(first: date, last: date) -> Iterable[date]:
    """Both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def span(pair: Iterable[str]) -> Span:
    """["08:00", "12:30"] as times; 24:00 is the end of the day."""
    opens, closes = (time(23, 59) if text == "24:00" else time.fromisoformat(text) for text in pair)
    return opens, closes
