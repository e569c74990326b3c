"""Open a payment, send the payer to the provider, and settle what the provider says, once."""

from .asking import begin, poll_due, refresh
from .erasing import BOOKED, BOOKING_YEARS, erase_of
from .opening import Line, call_off, cancel, open_payment, reopen
from .receipt import issue_receipt
from .settling import Refused, mark_refunded

__all__ = [
    "BOOKED",
    "BOOKING_YEARS",
    "Line",
    "Refused",
    "begin",
    "call_off",
    "cancel",
    "erase_of",
    "issue_receipt",
    "mark_refunded",
    "open_payment",
    "poll_due",
    "refresh",
    "reopen",
]
