"""Public transport: read a feed, lay out a day, find journeys. docs/planner.md has the whole picture.

Names are loaded when they are used: numba, which takes half a second to import, only when something is searched.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .days import day
    from .feed import Feed
    from .findings import FeedRefused, Finding, Limits
    from .journey import Journey, Ride, Walk
    from .reader import read_feed
    from .search import Options, at_stop, earliest, profile, warm
    from .timetable import Timetable

PLACES = {
    "Feed": "feed",
    "FeedRefused": "findings",
    "Finding": "findings",
    "Journey": "journey",
    "Limits": "findings",
    "Options": "search",
    "Ride": "journey",
    "Timetable": "timetable",
    "Walk": "journey",
    "at_stop": "search",
    "day": "days",
    "earliest": "search",
    "profile": "search",
    "read_feed": "reader",
    "warm": "search",
}

__all__ = [
    "Feed",
    "FeedRefused",
    "Finding",
    "Journey",
    "Limits",
    "Options",
    "Ride",
    "Timetable",
    "Walk",
    "at_stop",
    "day",
    "earliest",
    "profile",
    "read_feed",
    "warm",
]


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(name)
    return getattr(import_module(f".{PLACES[name]}", __name__), name)
