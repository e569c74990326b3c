"""What happens to identity cards and passports between the counter and the pocket; the only place that writes orders."""

from .counter import TICKS, accept, enter_by_hand, hand_over, lay_out, needed_ticks, order_again
from .making import Refused, advance, poll, send_order
from .pick_up import look_into_locker

__all__ = [
    "TICKS",
    "Refused",
    "accept",
    "advance",
    "enter_by_hand",
    "hand_over",
    "lay_out",
    "look_into_locker",
    "needed_ticks",
    "order_again",
    "poll",
    "send_order",
]
