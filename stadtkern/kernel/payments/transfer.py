"""Paying by bank transfer: what the payer needs, as text and as a code for the banking app."""

from dataclasses import dataclass

from stadtkern.lib.sepa import epc
from stadtkern.lib.sepa.account import grouped

from . import bank
from .models import Receivable


@dataclass(frozen=True)
class Transfer:
    """Beneficiary, account, amount and the text by which we recognise the money."""

    holder: str
    iban: str
    bic: str
    cents: int
    reference: str
    code: str  # address of a picture


def for_claim(claim: Receivable | None, cents: int | None = None) -> Transfer | None:
    """What to transfer for a claim; None where nothing is open or the city has told no account."""
    ours = bank.account()
    if ours is None or claim is None or claim.cancelled_at:
        return None
    amount = claim.open_cents if cents is None else min(cents, claim.open_cents)
    if not 0 < amount <= epc.MOST_CENTS:
        return None
    code = epc.address(name=ours.holder, iban=ours.iban, cents=amount, text=claim.reference, bic=ours.bic)
    return Transfer(ours.holder, grouped(ours.iban), ours.bic, amount, claim.reference, code)
