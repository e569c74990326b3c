"""Places, counters and what they can do; days as bit strings; who has which time; who waits for one."""

from .appointment import LIVE, TAKES, Appointment, AppointmentQuerySet
from .day import Day
from .fields import CELL, CELLS, NONE
from .notice import Feed, Notice
from .partner import Partner, Sent
from .places import Channel, Counter, Hours, Matter, Place, SpecialDay
from .queue import Kiosk, LoadHour, Tickets, Visit, VisitQuerySet
from .roster import Absence, HoursChange, Roster, Shift, Skill
from .waiting import Waiting, WaitingQuerySet
from .wave import Ticket, Wave

__all__ = [
    "CELL",
    "CELLS",
    "LIVE",
    "NONE",
    "TAKES",
    "Absence",
    "Appointment",
    "AppointmentQuerySet",
    "Channel",
    "Counter",
    "Day",
    "Feed",
    "Hours",
    "HoursChange",
    "Kiosk",
    "LoadHour",
    "Matter",
    "Notice",
    "Partner",
    "Place",
    "Roster",
    "Sent",
    "Shift",
    "Skill",
    "SpecialDay",
    "Ticket",
    "Tickets",
    "Visit",
    "VisitQuerySet",
    "Waiting",
    "WaitingQuerySet",
    "Wave",
]
