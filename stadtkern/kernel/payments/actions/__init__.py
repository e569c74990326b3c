"""Raise a claim, take and return money, and settle what the provider says, each once and in balance."""

from ..bill import Item, Line
from .asking import begin, poll_due, refresh
from .claims import add_position, cancel_claim, raise_claim, reduce, write_off
from .erasing import BOOKED, BOOKING_YEARS, erase_of
from .instalments import agree_instalments
from .opening import attempt, call_off, cancel, open_payment, reopen
from .posting import Refused
from .receipt import issue_receipt
from .receiving import assign, clear, receive, rest_of
from .returning import refund, return_debit, reverse, send_back
from .settling import mark_refunded

__all__ = [
    "BOOKED",
    "BOOKING_YEARS",
    "Item",
    "Line",
    "Refused",
    "add_position",
    "agree_instalments",
    "assign",
    "attempt",
    "begin",
    "call_off",
    "cancel",
    "cancel_claim",
    "clear",
    "erase_of",
    "issue_receipt",
    "mark_refunded",
    "open_payment",
    "poll_due",
    "raise_claim",
    "receive",
    "reduce",
    "refresh",
    "refund",
    "reopen",
    "rest_of",
    "return_debit",
    "reverse",
    "send_back",
    "write_off",
]
