"""What a jury's marks come to: jurors made comparable, one figure per entry, ties broken by a rule that was fixed before."""

from .model import Criterion, Inputs, Row, Rules, Sheet, Tie
from .rank import Outcome, rank

__all__ = ["Criterion", "Inputs", "Outcome", "Row", "Rules", "Sheet", "Tie", "rank"]
