"""What happens to accounts: the proof of identity, acting for a company, keys for programs, the end of an account."""

from .admit import appoint, authorise, enter_company, open_account
from .identity import IdentityTaken, link_resident, lower_trust, raise_trust
from .represent import NotAMember, act_for
from .tokens import TooManyTokens, actor_of_token, create_token, revoke_token

__all__ = [
    "IdentityTaken",
    "NotAMember",
    "TooManyTokens",
    "act_for",
    "actor_of_token",
    "appoint",
    "authorise",
    "create_token",
    "enter_company",
    "link_resident",
    "lower_trust",
    "open_account",
    "raise_trust",
    "revoke_token",
]
