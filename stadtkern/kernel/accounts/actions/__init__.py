"""What happens to accounts: opening, proof of identity, acting for a company, keys for programs, the end."""

from .admit import appoint, authorise, enter_company, open_account
from .closing import StaffAccount, close_account
from .identity import IdentityTaken, issue_demo_card, link_resident, raise_trust
from .profile import choose_language, save_profile
from .represent import NotAMember, act_for
from .session import end_session, forget_stale, note_sign_in
from .tokens import TooManyTokens, actor_of_token, create_token, revoke_token

__all__ = [
    "IdentityTaken",
    "NotAMember",
    "StaffAccount",
    "TooManyTokens",
    "act_for",
    "actor_of_token",
    "appoint",
    "authorise",
    "choose_language",
    "close_account",
    "create_token",
    "end_session",
    "enter_company",
    "forget_stale",
    "issue_demo_card",
    "link_resident",
    "note_sign_in",
    "open_account",
    "raise_trust",
    "revoke_token",
    "save_profile",
]
