"""The talk: from a wish to an appointment. Nothing is booked without a yes to the whole sentence read back just before."""

from .state import Offer, Reply, Stage, State
from .talk import Talk
from .world import Booked, Hold, Refusal, World

__all__ = ["Booked", "Hold", "Offer", "Refusal", "Reply", "Stage", "State", "Talk", "World"]
