"""Which services run on which day: calendar.txt and calendar_dates.txt."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

FIRST, LAST = date(1970, 1, 1).toordinal(), date(2100, 12, 31).toordinal()


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
