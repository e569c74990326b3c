"""Hold, confirm, move and cancel; open days; keep the waiting list. Messages of what is refused are for residents."""

from ..refusals import Refused, Taken, TooMany
from .booking import cancel, confirm, move
from .changing import InTheWay, Then, change_hours, remove_exception, set_exception
from .forgetting import erase_of, forget_old
from .holding import hold, hold_any, release
from .importing import import_matters, import_places
from .lapsing import expire_due
from .offering import offer_freed
from .opening import generate_days, mend_day
from .visiting import arrive, call, finish, miss
from .waiting import accept_offer, decline_offer, end_waiting, join_waiting, leave_waiting

__all__ = [
    "InTheWay",
    "Refused",
    "Taken",
    "Then",
    "TooMany",
    "accept_offer",
    "arrive",
    "call",
    "cancel",
    "change_hours",
    "confirm",
    "decline_offer",
    "end_waiting",
    "erase_of",
    "expire_due",
    "finish",
    "forget_old",
    "generate_days",
    "hold",
    "hold_any",
    "import_matters",
    "import_places",
    "join_waiting",
    "leave_waiting",
    "mend_day",
    "miss",
    "move",
    "offer_freed",
    "release",
    "remove_exception",
    "set_exception",
]
