"""Door to door: timetable, streets and shared vehicles in one query."""

from .plan import candidates, plan
from .world import EVERYDAY, SHARED, Leg, Mode, Parking, Point, Reason, Request, Spot, Trip, World

__all__ = [
    "EVERYDAY",
    "SHARED",
    "Leg",
    "Mode",
    "Parking",
    "Point",
    "Reason",
    "Request",
    "Spot",
    "Trip",
    "World",
    "candidates",
    "plan",
]
