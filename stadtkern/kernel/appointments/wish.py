"""What somebody wishes for, and when; plain values that pages, voice and programs share."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .models import Place


@dataclass(frozen=True)
class Wish:
    """Matters with the number of persons for each, how, and where (keys of places; none: anywhere)."""

    matters: tuple[tuple[str, int], ...]
    channel: str = "desk"
    places: tuple[str, ...] = ()

    @classmethod
    def of(cls, matter: str, persons: int = 1, *, channel: str = "desk", places: tuple[str, ...] = ()) -> "Wish":
        """The usual one: a single matter."""
        return cls(((matter, persons),), channel, places)

    @property
    def persons(self) -> int:
        """How many come: those of the largest matter; a family is one visit."""
        return max((count for _key, count in self.matters), default=1)


@dataclass(frozen=True)
class Window:
    """Days and hours that suit somebody; weekdays as in Python, 0 is Monday; none: any."""

    first: date
    last: date
    after: time | None = None  # starts at or after
    before: time | None = None  # ends at or before
    weekdays: tuple[int, ...] = ()
    only: frozenset[date] | None = None  # no other days than these

    def dates(self, most: int = 400) -> list[date]:
        """The days of the window, at most so many."""
        count = min((self.last - self.first).days + 1, most)
        found = (self.first + timedelta(days=number) for number in range(max(count, 0)))
        fitting = [day for day in found if not self.weekdays or day.weekday() in self.weekdays]
        return fitting if self.only is None else [day for day in fitting if day in self.only]


class Free(NamedTuple):
    """A time that was free a moment ago."""

    place: "Place"
    starts_at: datetime  # Europe/Berlin
    minutes: int
