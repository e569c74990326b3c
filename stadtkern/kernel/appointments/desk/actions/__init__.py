"""What clerks and the head of an office change: visits of the day, hours, roster, figures."""

from .counting import count_days, import_history
from .hours import Choice, change_hours, set_exception, undo_hours
from .roster import (
    add_absence,
    add_shifts,
    end_absence,
    end_shift,
    forget_duties,
    rehome,
    set_skills,
    start_roster,
    stop_roster,
)
from .visits import arrive, back, call, done, missed

__all__ = [
    "Choice",
    "add_absence",
    "add_shifts",
    "arrive",
    "back",
    "call",
    "change_hours",
    "count_days",
    "done",
    "end_absence",
    "end_shift",
    "forget_duties",
    "import_history",
    "missed",
    "rehome",
    "set_exception",
    "set_skills",
    "start_roster",
    "stop_roster",
    "undo_hours",
]
