"""Tables of mobility; each part has a file of its own."""

from .alerts import Alert, AlertQuerySet, SavedPlace, Told, Watch
from .feeds import Feed, FeedQuerySet, FeedVersion
from .plates import LIVE, Plate, PlateQuerySet

__all__ = [
    "LIVE",
    "Alert",
    "AlertQuerySet",
    "Feed",
    "FeedQuerySet",
    "FeedVersion",
    "Plate",
    "PlateQuerySet",
    "SavedPlace",
    "Told",
    "Watch",
]
