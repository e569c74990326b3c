"""What comes in: recognise a file by its content and make it harmless."""

from .kinds import KINDS, Taken, inspect
from .refused import Refused

__all__ = ["KINDS", "Refused", "Taken", "inspect"]
