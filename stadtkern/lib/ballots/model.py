"""An election over projects with costs: what is voted on, how, and every ballot."""

from dataclasses import dataclass, field
from fractions import Fraction

APPROVAL, CHOOSE_ONE, ORDINAL, CUMULATIVE, SCORING = "approval", "choose-1", "ordinal", "cumulative", "scoring"
VOTE_TYPES = (APPROVAL, CHOOSE_ONE, ORDINAL, CUMULATIVE, SCORING)
WITH_POINTS = (CUMULATIVE, SCORING)


class BallotError(ValueError):
    """The file or the election cannot be counted; the sentence says where and why."""


@dataclass(frozen=True, slots=True)
class Project:
    """What may win. The key is compared as text: "10" stands before "9"."""

    key: str
    cost: Fraction
    name: str = ""
    more: dict[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(slots=True)
class Election:
    """Ballots are places in `projects`: of a ranking in its order, of points beside `points` of the same length."""

    budget: Fraction
    vote_type: str
    projects: list[Project]
    ballots: list[tuple[int, ...]]
    points: list[tuple[Fraction | int, ...]] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    voters: list[dict[str, str]] = field(default_factory=list)  # columns of each ballot besides the vote itself
    notes: list[str] = field(default_factory=list)  # what the reader had to put right, with lines

    def longest(self) -> int:
        """What the first place of a ranking is worth."""
        given = self.meta.get("max_length", "").strip()
        return int(given) if is_length(given) else max(map(len, self.ballots), default=0)


def is_length(text: str) -> bool:
    """Whether this can be the length of a ballot: a whole number of at most six digits, more than there may be projects."""
    return text.isascii() and text.isdigit() and len(text) <= 6


@dataclass(frozen=True, slots=True)
class Step:
    """One look at a project while counting, in the order of the rule."""

    project: int
    funded: bool
    left: Fraction | float  # before the step: of the budget (greedy) or of the shares of those who want it (Equal Shares)
    price: float = 0.0  # Equal Shares: what a supporter pays for one point who is not yet out of money
    payers: int = 0  # who paid the full price
    spent_out: int = 0  # who paid less, with the rest of their share


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who won and how it came to that."""

    rule: str
    completion: str
    winners: tuple[int, ...]  # places, sorted by key
    cost: Fraction
    scores: tuple[Fraction, ...]
    steps: tuple[Step, ...]
    share: Fraction = Fraction(0)  # Equal Shares: what each voter could spend in the round that counts
    first_share: Fraction = Fraction(0)
    rounds: int = 1
    filled: tuple[int, ...] = ()  # winners brought in by the greedy completion
    history: tuple[tuple[Fraction, tuple[int, ...], Fraction], ...] = ()  # share, winners, cost: where the winners changed


def outcome_of(election: Election, rule: str, completion: str, winners: list[int], **more: object) -> Outcome:
    """An outcome with its winners in the order of their keys and what they cost."""
    ordered = tuple(sorted(winners, key=lambda place: election.projects[place].key))
    cost = sum((election.projects[place].cost for place in ordered), Fraction(0))
    return Outcome(rule, completion, ordered, cost, **more)  # type: ignore[arg-type]
