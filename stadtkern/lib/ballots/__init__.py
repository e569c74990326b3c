"""Votes on projects with costs: Pabulib files, the municipal rule, the Method of Equal Shares, and how a result came about.

numpy is loaded only where Equal Shares are counted (shares.py).
"""

from .greedy import greedy, scores
from .model import BallotError, Election, Outcome, Project, Step
from .reader import read, read_bytes, read_file
from .writer import write

__all__ = [
    "BallotError", "Election", "Outcome", "Project", "Step", "greedy", "read", "read_bytes", "read_file", "scores", "write",
]  # fmt: skip
