"""Door to door: timetable, streets and shared vehicles in one query."""

from .isochrone import Reach, areas, reachable
from .lines import lines
from .plan import candidates, plan, prepare
from .warming import warm
from .world import EVERYDAY, SHARED, Leg, Mode, Parking, Point, Reason, Request, Spot, Trip, World

__all__ = [
    "EVERYDAY",
    "SHARED",
    "Leg",
    "Mode",
    "Parking",
    "Point",
    "Reach",
    "Reason",
    "Request",
    "Spot",
    "Trip",
    "World",
    "areas",
    "candidates",
    "lines",
    "plan",
    "prepare",
    "reachable",
    "warm",
]
