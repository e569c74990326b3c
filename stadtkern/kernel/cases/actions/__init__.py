"""Everything that happens to a case; the only place that writes its rows."""

from .agreeing import digest_of as agreeing_digest
from .agreeing import digest_of_answers, invite, look_as_other, say_yes_or_no, take_invitation
from .attest import offer_again
from .calls import file_call_note
from .counter import give_code, pick_up
from .decision import approve, close, decide, decide_by_rule, propose, send_back
from .desk import ask_citizen, give_back, take, tell_citizen, write_note
from .draft import Saved, add_entry, contest, discard_draft, fill, remove_entry, save_step, start
from .elsewhere import NoOffice, come_in, move_to, pass_on, remark
from .erasing import conceal_closed, erase_of
from .extension import extend
from .guard import INCOMING, AlreadyDecided, AlreadyTaken, Incomplete, MoreTrustNeeded, OwnCase, Refused, came_in
from .hand_over import adopt_drafts, hand_over
from .handover import awaits_handover, note_handed_out
from .look import ON_THE_PAGE, look, look_at_list, look_at_own_list, look_beside_list, look_in_emergency, note_transfer
from .prefill import decline_prefill, drop_proof, fetch, prefill, take_proof
from .program import OtherContent, apply, attach
from .rest import GROUNDS, open_despite_rest
from .retention import forget_drafts, forget_drafts_of, shred_due
from .submission import answer, mark_paid, submit, withdraw
from .take_out import take_out
from .visit import book_visit, choose_visit

__all__ = [
    "GROUNDS",
    "INCOMING",
    "ON_THE_PAGE",
    "AlreadyDecided",
    "AlreadyTaken",
    "Incomplete",
    "MoreTrustNeeded",
    "NoOffice",
    "OtherContent",
    "OwnCase",
    "Refused",
    "Saved",
    "add_entry",
    "adopt_drafts",
    "agreeing_digest",
    "answer",
    "apply",
    "approve",
    "ask_citizen",
    "attach",
    "awaits_handover",
    "book_visit",
    "came_in",
    "choose_visit",
    "close",
    "come_in",
    "conceal_closed",
    "contest",
    "decide",
    "decide_by_rule",
    "decline_prefill",
    "digest_of_answers",
    "discard_draft",
    "drop_proof",
    "erase_of",
    "extend",
    "fetch",
    "file_call_note",
    "fill",
    "forget_drafts",
    "forget_drafts_of",
    "give_back",
    "give_code",
    "hand_over",
    "invite",
    "look",
    "look_as_other",
    "look_at_list",
    "look_at_own_list",
    "look_beside_list",
    "look_in_emergency",
    "mark_paid",
    "move_to",
    "note_handed_out",
    "note_transfer",
    "offer_again",
    "open_despite_rest",
    "pass_on",
    "pick_up",
    "prefill",
    "propose",
    "remark",
    "remove_entry",
    "save_step",
    "say_yes_or_no",
    "send_back",
    "shred_due",
    "start",
    "submit",
    "take",
    "take_invitation",
    "take_out",
    "take_proof",
    "tell_citizen",
    "withdraw",
    "write_note",
]
