"""Hold, confirm, move and cancel; open days; keep the waiting list. Messages of what is refused are for residents."""

from ..refusals import Refused, Taken, TooMany
from .booking import cancel, confirm, move
from .changing import InTheWay, Then, change_hours, remove_exception, set_exception
from .forgetting import erase_of, forget_old
from .holding import hold, hold_any, release
from .importing import import_matters, import_places
from .lapsing import expire_due
from .opening import generate_days, mend_day
from .visiting import arrive, call, finish, miss

__all__ = [
    "InTheWay",
    "Refused",
    "Taken",
    "Then",
    "TooMany",
    "arrive",
    "call",
    "cancel",
    "change_hours",
    "confirm",
    "erase_of",
    "expire_due",
    "finish",
    "forget_old",
    "generate_days",
    "hold",
    "hold_any",
    "import_matters",
    "import_places",
    "mend_day",
    "miss",
    "move",
    "release",
    "remove_exception",
    "set_exception",
]
