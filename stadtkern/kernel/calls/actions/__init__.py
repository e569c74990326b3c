"""Sit down, wait, be let in, talk, end, write a note, forget."""

from .exchanging import Heard, exchange
from .forgetting import forget_due, forget_of
from .looking import look_at, look_at_list
from .noting import Taken, take_note, write_note
from .seats import agree, close_room, come_in, end, end_due, leave, let_in

__all__ = [
    "Heard",
    "Taken",
    "agree",
    "close_room",
    "come_in",
    "end",
    "end_due",
    "exchange",
    "forget_due",
    "forget_of",
    "leave",
    "let_in",
    "look_at",
    "look_at_list",
    "take_note",
    "write_note",
]
