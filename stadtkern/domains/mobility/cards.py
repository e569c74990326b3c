"""What mobility puts among the cards of an account: tickets. Permits lie there as proofs of their service."""

from .tickets.cards import cards

__all__ = ["cards"]
