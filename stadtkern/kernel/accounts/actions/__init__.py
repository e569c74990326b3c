"""What happens to accounts: opening, proof of identity, acting for a company, keys for programs, the end."""

from .admit import appoint, authorise, enter_company, open_account
from .answers import SeenBefore, forget_answers, keep_answer, take_answer
from .closing import StaffAccount, close_account, erase_account
from .identity import IdentityTaken, issue_demo_card, link_resident, raise_trust
from .means import (
    BelongsToOther,
    LastWayIn,
    NotAppointed,
    find_identity,
    link_identity,
    link_workplace,
    move_identity,
    open_account_with,
    prove_person,
    unlink_identity,
    ways_in,
)
from .pairing import (
    PairingOver,
    WrongNumber,
    allow_pairing,
    ask_to_pair,
    choose_number,
    collect_pairing,
    finish_pairing,
    open_pairing,
    refuse_pairing,
)
from .profile import choose_language, save_profile
from .represent import NotAMember, act_for
from .session import end_session, forget_stale, note_sign_in
from .tokens import TooManyTokens, actor_of_token, create_token, revoke_token

__all__ = [
    "BelongsToOther",
    "IdentityTaken",
    "LastWayIn",
    "NotAMember",
    "NotAppointed",
    "PairingOver",
    "SeenBefore",
    "StaffAccount",
    "TooManyTokens",
    "WrongNumber",
    "act_for",
    "actor_of_token",
    "allow_pairing",
    "appoint",
    "ask_to_pair",
    "authorise",
    "choose_language",
    "choose_number",
    "close_account",
    "collect_pairing",
    "create_token",
    "end_session",
    "enter_company",
    "erase_account",
    "find_identity",
    "finish_pairing",
    "forget_answers",
    "forget_stale",
    "issue_demo_card",
    "keep_answer",
    "link_identity",
    "link_resident",
    "link_workplace",
    "move_identity",
    "note_sign_in",
    "open_account",
    "open_account_with",
    "open_pairing",
    "prove_person",
    "raise_trust",
    "refuse_pairing",
    "revoke_token",
    "save_profile",
    "take_answer",
    "unlink_identity",
    "ways_in",
]
