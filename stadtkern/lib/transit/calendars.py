"""Which services run on which day: calendar.txt and calendar_dates.txt."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from .archive import Archive
from .findings import Findings

FIRST, LAST = date(1970, 1, 1).toordinal(), date(2100, 12, 31).toordinal()
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Calendar:
    """One entry for each service; days are proleptic ordinals (date.toordinal), clipped to 1970 to 2100."""

    services: list[str]
    weekdays: NDArray[np.int8]  # [n, 7], Monday first
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    exceptions: NDArray[np.int32]  # rows of service, day, 1 = runs / 0 = does not run; one row for each service and day

    def __len__(self) -> int:
        return len(self.services)

    def active(self, day: date) -> NDArray[np.bool_]:
        """Which services run on this day."""
        number = day.toordinal()
        runs: NDArray[np.bool_] = (self.weekdays[:, day.weekday()] == 1) & (self.first <= number) & (number <= self.last)
        rows = self.exceptions[self.exceptions[:, 1] == number]
        runs[rows[:, 0]] = rows[:, 2] == 1
        return runs

    def trips_by_day(self, trips: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
        """(ordinal of the first day, trips that run on each day from there on)."""
        ordered = (self.first <= self.last) & self.weekdays.any(axis=1)
        days = np.concatenate([self.first[ordered], self.last[ordered], self.exceptions[:, 1]])
        if not len(days):
            return FIRST, np.zeros(0, np.int64)
        begin, end = int(days.min()), int(days.max())
        count = np.zeros(end - begin + 1, np.int64)
        at = np.arange(begin, end + 1)
        for weekday in range(7):
            on = ordered & (self.weekdays[:, weekday] == 1)
            change = np.zeros(end - begin + 2, np.int64)
            np.add.at(change, self.first[on] - begin, trips[on])
            np.add.at(change, self.last[on] + 1 - begin, -trips[on])
            count += np.where((at + 6) % 7 == weekday, np.cumsum(change)[:-1], 0)
        service, day, added = self.exceptions.T
        weekday_of = (day + 6) % 7
        usual = (self.weekdays[service, weekday_of] == 1) & (self.first[service] <= day) & (day <= self.last[service])
        np.add.at(count, day - begin, trips[service] * (added - usual.astype(np.int64)))
        return begin, count

    def busiest(self, trips: NDArray[np.int64]) -> date:
        """The first of the days with the most trips; ValueError when nothing ever runs."""
        begin, count = self.trips_by_day(trips)
        if not len(count) or count.max() <= 0:
            raise ValueError("nothing ever runs")
        return date.fromordinal(begin + int(np.argmax(count)))

    def span(self, trips: NDArray[np.int64]) -> tuple[date, date] | None:
        """First and last day on which anything runs."""
        begin, count = self.trips_by_day(trips)
        days = np.flatnonzero(count > 0)
        return (date.fromordinal(begin + int(days[0])), date.fromordinal(begin + int(days[-1]))) if len(days) else None


def day_number(text: str) -> int | None:
    """Ordinal of YYYYMMDD (or YYYY-MM-DD), clipped to 1970 to 2100."""
    bare = text.replace("-", "")
    if len(bare) != 8 or not (bare.isascii() and bare.isdigit()):
        return None
    try:
        return min(max(date(int(bare[:4]), int(bare[4:6]), int(bare[6:])).toordinal(), FIRST), LAST)
    except ValueError:
        return None


def read_calendar(archive: Archive, findings: Findings) -> Calendar:
    if "calendar.txt" not in archive and "calendar_dates.txt" not in archive:
        raise findings.refuse("no_calendar")
    services: dict[str, int] = {}
    week: list[list[int]] = []
    spans: list[tuple[int, int]] = []
    columns = ("service_id", "start_date", "end_date", *WEEKDAYS)
    for line, row in archive.rows("calendar.txt", columns, ("service_id", "start_date", "end_date")):
        first, last = day_number(row[1]), day_number(row[2])
        if row[0] in services:
            findings.add("double_id", "calendar.txt", line, value=row[0])
        elif first is None or last is None:
            findings.add("bad_date", "calendar.txt", line, value=row[1] if first is None else row[2])
        else:
            services[row[0]] = len(week)
            told = [value.removesuffix(".0").lstrip("0") for value in row[3:]]
            odd = [value for value in told if value not in ("", "1")]
            findings.add("bad_number", "calendar.txt", line, len(odd), value=odd[0] if odd else "")
            week.append([int(value == "1") for value in told])
            spans.append((first, last))
    exceptions: dict[tuple[int, int], int] = {}
    for line, (service, day, kind) in archive.rows(
        "calendar_dates.txt", ("service_id", "date", "exception_type"), ("service_id", "date")
    ):
        when = day_number(day)
        if when is None or kind not in ("1", "2"):
            findings.add("bad_date", "calendar_dates.txt", line, value=day if when is None else kind)
            continue
        if service not in services:
            services[service] = len(week)
            week.append([0] * 7)
            spans.append((LAST, FIRST))
        at = services[service], when
        if exceptions.get(at, int(kind == "1")) != int(kind == "1"):
            findings.add("double_exception", "calendar_dates.txt", line, value=f"{service} {day}")
        exceptions[at] = int(kind == "1")
    span = np.array(spans, np.int32).reshape(-1, 2)
    rows = np.array([(*at, added) for at, added in exceptions.items()], np.int32).reshape(-1, 3)
    return Calendar(list(services), np.array(week, np.int8).reshape(-1, 7), span[:, 0].copy(), span[:, 1].copy(), rows)
