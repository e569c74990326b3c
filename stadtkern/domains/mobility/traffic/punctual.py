"""What "on time" means, times of day, and the figures that follow: punctuality by line, running times by section."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from stadtkern.lib.traffic import spread

from ..models import LineDay

# On time = not more than a minute early and not more than five minutes late, at every measured departure (arrival at the end
# of the line). The window of the British traffic commissioners (Statutory Document 14) and of many local transport plans;
# there is no rule for all of Germany.
EARLY, LATE = -60, 300  # seconds
DELAYS = (30, -900, 7200)  # step, least, most of the spread of delays
TIMES = (10, 0, 3600)  # of running times
BANDS = (0, 6, 9, 15, 19)  # hours in which times of day begin; the last goes to midnight


def band(hour: int) -> int:
    """The time of day an hour belongs to; night and evening are one."""
    found = max(one for one in BANDS if one <= hour)
    return 19 if found == 0 else found


@dataclass(frozen=True)
class Kept:
    """Punctuality of a line, a day, or all of it. Shares in per cent; None: nothing measured."""

    name: str
    planned: int
    observed: int
    cancelled: int
    stops: int
    share: float | None  # departures on time
    trips_share: float | None  # trips on time at their last measured stop
    cancelled_share: float | None
    median: float | None  # minutes late
    p95: float | None

    @property
    def covered(self) -> float | None:
        """Per cent of the planned trips that anything is known of."""
        return 100 * (self.observed + self.cancelled) / self.planned if self.planned else None


def kept(name: str, rows: Iterable[LineDay]) -> Kept:
    """Days and lines together."""
    listed = list(rows)
    total = {
        field: sum(getattr(row, field) for row in listed)
        for field in ("planned", "observed", "on_time", "cancelled", "stops", "stops_on_time")
    }
    delays = spread.merged(row.delays for row in listed)
    middle, high = (spread.quantile(delays, share, DELAYS[0]) for share in (0.5, 0.95))
    return Kept(
        name, total["planned"], total["observed"], total["cancelled"], total["stops"],
        _share(total["stops_on_time"], total["stops"]), _share(total["on_time"], total["observed"]),
        _share(total["cancelled"], total["observed"] + total["cancelled"]),
        None if middle is None else middle / 60, None if high is None else high / 60,
    )  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def days_back(days: int) -> list[LineDay]:
    """Rows of the last days that are counted, today included as far as its trips are over."""
    first: date = timezone.localdate() - timedelta(days=days)
    return list(LineDay.objects.filter(day__gt=first).order_by("day", "line"))


def by_line(rows: Iterable[LineDay]) -> list[Kept]:
    """Line by line: numbers in their order, then words."""
    lines: dict[str, list[LineDay]] = {}
    for row in rows:
        lines.setdefault(row.line, []).append(row)
    return [kept(line, lines[line]) for line in sorted(lines, key=_order)]


def by_day(rows: Iterable[LineDay]) -> list[tuple[date, Kept]]:
    """Day by day."""
    days: dict[date, list[LineDay]] = {}
    for row in rows:
        days.setdefault(row.day, []).append(row)
    return [(day, kept(day.isoformat(), days[day])) for day in sorted(days)]


def _order(line: str) -> tuple[int, str]:
    return (int(line) if line.isascii() and line.isdigit() and len(line) < 9 else 10**9, line)
