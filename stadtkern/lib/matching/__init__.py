"""Which claim does a transfer pay? Kassenzeichen in free text, also misspelled, weighed with amount and name."""

from .verdict import Candidate, Index, Proposal, Transfer, Verdict, judge

__all__ = ["Candidate", "Index", "Proposal", "Transfer", "Verdict", "judge"]
