"""Hand cases over, take submissions in, and hear what the delivery service says; the only place that writes these tables."""

from .receiving import discover, receive
from .rounds import forget_old, forget_reply_channels, hear, look_around, look_for, send_again, try_now
from .sending import advance, prepare

__all__ = [
    "advance",
    "discover",
    "forget_old",
    "forget_reply_channels",
    "hear",
    "look_around",
    "look_for",
    "prepare",
    "receive",
    "send_again",
    "try_now",
]
