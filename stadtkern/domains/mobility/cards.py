"""What mobility puts among the cards of an account: tickets, and the shared vehicle one has. Permits lie there as proofs."""

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.credentials.cards import Card

from .sharing.cards import cards as rides
from .tickets.cards import cards as tickets


def cards(actor: Actor) -> list[Card]:
    """Of all parts."""
    return [*rides(actor), *tickets(actor)]
