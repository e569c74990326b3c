"""Places, counters and what they can do; days as bit strings; who has which time; who waits for one."""

from .appointment import LIVE, TAKES, Appointment, AppointmentQuerySet
from .day import Day
from .fields import CELL, CELLS, NONE
from .notice import Feed, Notice
from .places import Channel, Counter, Hours, Matter, Place, SpecialDay
from .waiting import Waiting, WaitingQuerySet
from .wave import Ticket, Wave

__all__ = [
    "CELL",
    "CELLS",
    "LIVE",
    "NONE",
    "TAKES",
    "Appointment",
    "AppointmentQuerySet",
    "Channel",
    "Counter",
    "Day",
    "Feed",
    "Hours",
    "Matter",
    "Notice",
    "Place",
    "SpecialDay",
    "Ticket",
    "Waiting",
    "WaitingQuerySet",
    "Wave",
]
