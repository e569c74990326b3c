"""Public transport: read a feed, lay out a day, find journeys. docs/planner.md has the whole picture.

Names are loaded when they are used: numba, which takes half a second to import, only when something is searched.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .changes import live
    from .days import day
    from .departures import Departure, board
    from .fares import FareOption, fare
    from .feed import Feed
    from .findings import FeedRefused, Finding, Limits
    from .journey import Journey, Ride, Walk
    from .lines import line, passing
    from .reader import read_feed
    from .realtime import Alert, Position, Realtime, StopUpdate, TripUpdate, read_realtime
    from .search import Options, at_stop, earliest, profile, warm
    from .timetable import Timetable

PLACES = {
    "Alert": "realtime",
    "Departure": "departures",
    "FareOption": "fares",
    "Feed": "feed",
    "FeedRefused": "findings",
    "Finding": "findings",
    "Journey": "journey",
    "Limits": "findings",
    "Options": "search",
    "Position": "realtime",
    "Realtime": "realtime",
    "Ride": "journey",
    "StopUpdate": "realtime",
    "Timetable": "timetable",
    "TripUpdate": "realtime",
    "Walk": "journey",
    "at_stop": "search",
    "board": "departures",
    "day": "days",
    "earliest": "search",
    "fare": "fares",
    "line": "lines",
    "live": "changes",
    "passing": "lines",
    "profile": "search",
    "read_feed": "reader",
    "read_realtime": "realtime",
    "warm": "search",
}

__all__ = [
    "Alert", "Departure", "FareOption", "Feed", "FeedRefused", "Finding", "Journey", "Limits", "Options", "Position",
    "Realtime", "Ride", "StopUpdate", "Timetable", "TripUpdate", "Walk", "at_stop", "board", "day", "earliest", "fare",
    "line", "live", "passing", "profile", "read_feed", "read_realtime", "warm",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(name)
    return getattr(import_module(f".{PLACES[name]}", __name__), name)
