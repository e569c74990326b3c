"""How many people will come: the median of the last comparable days, hour by hour, and how wrong that has been.

Comparable is the same weekday on which the place was open. Public holidays and closed days are left out. The first open day
after closed working days is known to be fuller: its median is multiplied by what such days have been measured at, once at
least three of them are known. Plain arithmetic, no Django: the same numbers give the same forecast.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from stadtkern.lib.calendar import is_working_day

Hours = Mapping[int, int]  # hour of the day -> people
History = Mapping[date, Hours]  # open days only
WEEKS = 8  # comparable days looked at
FEWEST = 3  # fewer say nothing
LOOK_BACK = 26  # weeks: older days are another time
BACKTEST = 28  # days


@dataclass(frozen=True)
class Forecast:
    """People expected on one day, and what it rests on."""

    day: date
    hours: dict[int, float]
    compared: tuple[date, ...]
    factor: float = 1.0

    @property
    def total(self) -> float:
        return sum(self.hours.values())


@dataclass(frozen=True)
class Tested:
    """One day of the past: what the forecast made of the days before it, and what came."""

    day: date
    planned: float
    actual: int

    @property
    def error(self) -> float | None:
        """Absolute error as a share of what came; none for a day on which nobody came."""
        return abs(self.planned - self.actual) / self.actual if self.actual else None


@dataclass(frozen=True)
class Quality:
    """How wrong the forecast has been: mean of the daily errors (MAPE), and the error in people."""

    days: list[Tested]
    mape: float | None
    mean_people: float | None

    @property
    def mape_percent(self) -> int | None:
        """In hundredths, for the page."""
        return None if self.mape is None else round(100 * self.mape)


def forecast(history: History, day: date, land: str, local: tuple[str, ...] = ()) -> Forecast | None:
    """What the days before `day` say about it; None while fewer than three comparable days are known."""
    compared = tuple(_comparable(history, day))
    if len(compared) < FEWEST:
        return None
    hours = sorted({hour for past in compared for hour in history[past]})
    expected = {hour: float(median(history[past].get(hour, 0) for past in compared)) for hour in hours}
    factor = _after_closing(history, day, land, local)
    return Forecast(day, {hour: value * factor for hour, value in expected.items() if value}, compared, factor)


def backtest(history: History, until: date, land: str, local: tuple[str, ...] = (), days: int = BACKTEST) -> Quality:
    """Each of the last open days before `until`, forecast from the days before it alone, against what came."""
    past = sorted(day for day in history if day < until)[-days:]
    tested = [
        Tested(day, found.total, sum(history[day].values()))
        for day in past
        if (found := forecast(history, day, land, local)) is not None
    ]
    errors = [one.error for one in tested if one.error is not None]
    people = [abs(one.planned - one.actual) for one in tested]
    return Quality(tested, sum(errors) / len(errors) if errors else None, sum(people) / len(people) if people else None)


def _comparable(history: History, day: date) -> Iterator[date]:
    """The last same weekdays that are known, newest first."""
    found = 0
    for weeks in range(1, LOOK_BACK + 1):
        past = day - timedelta(weeks=weeks)
        if past in history:
            yield past
            found += 1
            if found == WEEKS:
                return


def _after_closing(history: History, day: date, land: str, local: tuple[str, ...]) -> float:
    """How much fuller the first day after a holiday has been than its weekday usually is; 1 where that is not known."""
    if not _follows_holiday(day, land, local):
        return 1.0
    ratios = []
    for past in sorted(history):
        if past < day and past >= day - timedelta(weeks=2 * LOOK_BACK) and _follows_holiday(past, land, local):
            usual = [sum(history[other].values()) for other in _comparable(history, past)]
            if len(usual) >= FEWEST and median(usual) > 0:
                ratios.append(sum(history[past].values()) / median(usual))
    return median(ratios) if len(ratios) >= FEWEST else 1.0


def _follows_holiday(day: date, land: str, local: tuple[str, ...]) -> bool:
    """Between this working day and the one before lies a public holiday that fell on a working weekday."""
    before = day - timedelta(days=1)
    while not is_working_day(before, land, local):
        if before.weekday() < 5:
            return True
        before -= timedelta(days=1)
    return False


def median_of(values: Sequence[float]) -> float | None:
    """The middle value; None of nothing."""
    return float(median(values)) if values else None
