"""Raise a claim, take and return money, and settle what the provider says, each once and in balance."""

from ..bill import Item, Line
from .asking import begin, poll_due, refresh
from .claims import add_position, cancel_claim, raise_claim, reduce, write_off
from .closing import close_day, export, open_since
from .collecting import announce, announce_all, fetched, order_debits, to_announce, to_order
from .disbursing import forget_disbursements, pay_out
from .disbursing import live as disbursement_of
from .disbursing import state as disbursement_state
from .dunning import Step, dun, dun_all, lift_stop, next_steps, stop_dunning
from .erasing import BOOKED, BOOKING_YEARS, erase_of, forget_debtors, owed_by
from .instalments import agree_instalments
from .intake import forget_intakes, hand_in, take_handed_in
from .mandates import end_unused, forget_mandates, forget_mandates_ended, give_mandate, mandate_text, revoke_mandate
from .opening import attempt, call_off, cancel, forget_offers, insist, open_payment, reopen
from .payouts import order_refunds, refundable
from .posting import Refused
from .receipt import issue_claim_receipt, issue_receipt, tax_note, taxes, taxes_of
from .receiving import assign, clear, receive, rest_of
from .releasing import ask_release, give_release, may_go, needs_release
from .reminding import send_letter
from .returning import refund, return_debit, reverse, send_back
from .settling import mark_refunded
from .statements import Taken, forget_old, take_in
from .unexplained import assign_line, assignments, explain_debit, send_line_back, undo_assignment

__all__ = [
    "BOOKED",
    "BOOKING_YEARS",
    "Item",
    "Line",
    "Refused",
    "Step",
    "Taken",
    "add_position",
    "agree_instalments",
    "announce",
    "announce_all",
    "ask_release",
    "assign",
    "assign_line",
    "assignments",
    "attempt",
    "begin",
    "call_off",
    "cancel",
    "cancel_claim",
    "clear",
    "close_day",
    "disbursement_of",
    "disbursement_state",
    "dun",
    "dun_all",
    "end_unused",
    "erase_of",
    "explain_debit",
    "export",
    "fetched",
    "forget_debtors",
    "forget_disbursements",
    "forget_intakes",
    "forget_mandates",
    "forget_mandates_ended",
    "forget_offers",
    "forget_old",
    "give_mandate",
    "give_release",
    "hand_in",
    "insist",
    "issue_claim_receipt",
    "issue_receipt",
    "lift_stop",
    "mandate_text",
    "mark_refunded",
    "may_go",
    "needs_release",
    "next_steps",
    "open_payment",
    "open_since",
    "order_debits",
    "order_refunds",
    "owed_by",
    "pay_out",
    "poll_due",
    "raise_claim",
    "receive",
    "reduce",
    "refresh",
    "refund",
    "refundable",
    "reopen",
    "rest_of",
    "return_debit",
    "reverse",
    "revoke_mandate",
    "send_back",
    "send_letter",
    "send_line_back",
    "stop_dunning",
    "take_handed_in",
    "take_in",
    "tax_note",
    "taxes",
    "taxes_of",
    "to_announce",
    "to_order",
    "undo_assignment",
    "write_off",
]
