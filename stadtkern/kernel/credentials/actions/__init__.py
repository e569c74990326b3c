"""Offer, hand over, revoke and forget proofs; ask wallets, and read what they answer."""

from .asking import answer, ask, delete_queries, forget_answers, give_up, note_seen
from .ending import delete, delete_all, forget_due, revoke
from .handing import TOKEN_SECONDS, Denied, Handed, exchange, grant_of, hand_over, take_notice
from .listing import draw, strike
from .offering import WRONG_PINS, Refused, offer, open_way, want_again
from .ring import rotate

__all__ = [
    "TOKEN_SECONDS",
    "WRONG_PINS",
    "Denied",
    "Handed",
    "Refused",
    "answer",
    "ask",
    "delete",
    "delete_all",
    "delete_queries",
    "draw",
    "exchange",
    "forget_answers",
    "forget_due",
    "give_up",
    "grant_of",
    "hand_over",
    "note_seen",
    "offer",
    "open_way",
    "revoke",
    "rotate",
    "strike",
    "take_notice",
    "want_again",
]
