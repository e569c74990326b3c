"""Hold, confirm, move and cancel; open days; keep the waiting list. Messages of what is refused are for residents."""

from ..refusals import Refused, Taken, TooMany
from .booking import cancel, confirm, move
from .changing import InTheWay, Then, change_hours, remove_exception, set_exception
from .feeds import end_feed, new_feed
from .forgetting import erase_of, forget_old
from .holding import hold, hold_any, release
from .importing import import_matters, import_places
from .lapsing import expire_due
from .of_case import call_off, keep_longer
from .offering import offer_freed
from .opening import generate_days, mend_day
from .taking_over import Former, take_over
from .telling import forget_notices, remind, send_notice, tell, tell_waiting
from .visiting import arrive, call, finish, miss
from .waiting import accept_offer, decline_offer, end_waiting, join_waiting, leave_waiting

__all__ = [
    "Former",
    "InTheWay",
    "Refused",
    "Taken",
    "Then",
    "TooMany",
    "accept_offer",
    "arrive",
    "call",
    "call_off",
    "cancel",
    "change_hours",
    "confirm",
    "decline_offer",
    "end_feed",
    "end_waiting",
    "erase_of",
    "expire_due",
    "finish",
    "forget_notices",
    "forget_old",
    "generate_days",
    "hold",
    "hold_any",
    "import_matters",
    "import_places",
    "join_waiting",
    "keep_longer",
    "leave_waiting",
    "mend_day",
    "miss",
    "move",
    "new_feed",
    "offer_freed",
    "release",
    "remind",
    "remove_exception",
    "send_notice",
    "set_exception",
    "take_over",
    "tell",
    "tell_waiting",
]
