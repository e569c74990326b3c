"""What goes in (rules, sheets, who is partial, supports, the lot) and what comes out. Entries and jurors are text keys."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

VERSION = 1  # of the arithmetic: a stored outcome says by which one it was computed
MOST_WEIGHT, MOST_POINTS = 1000, 100
Normalise = Literal["none", "zscore", "rank"]
Average = Literal["mean", "median", "trimmed"]
Tie = Literal["", "criterion", "lot"]


@dataclass(frozen=True)
class Criterion:
    """One thing a juror looks at; points count `weight` times."""

    key: str
    title: str
    weight: int = 1


@dataclass(frozen=True)
class Rules:
    """Fixed before the first mark is given. Points go from 0 to `most_points`."""

    criteria: tuple[Criterion, ...]
    most_points: int = 10
    normalise: Normalise = "none"
    average: Average = "mean"
    least_jurors: int = 1
    public_percent: int = 0  # how much of the whole the supports are

    def __post_init__(self) -> None:
        keys = [one.key for one in self.criteria]
        if not keys or len(set(keys)) != len(keys) or any(not 0 < one.weight <= MOST_WEIGHT for one in self.criteria):
            raise ValueError("criteria need different keys and weights of at least 1")
        if not 0 < self.most_points <= MOST_POINTS or self.least_jurors < 1 or not 0 <= self.public_percent <= 100:
            raise ValueError("a scale, a number of jurors or a share is out of range")
        if self.normalise not in ("none", "zscore", "rank") or self.average not in ("mean", "median", "trimmed"):
            raise ValueError("unknown rule")

    @property
    def heaviest(self) -> Criterion:
        """The criterion that decides between equals; of several as heavy, the one named first."""
        return max(self.criteria, key=lambda one: one.weight)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Rules":
        """From JSON."""
        return cls(**{**data, "criteria": tuple(Criterion(**one) for one in data["criteria"])})


@dataclass(frozen=True)
class Sheet:
    """What one juror gave one entry: points for each criterion."""

    juror: str
    entry: str
    points: Mapping[str, int]


@dataclass(frozen=True)
class Inputs:
    """Everything the outcome depends on, and nothing else."""

    rules: Rules
    entries: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    partial: frozenset[tuple[str, str]] = frozenset()  # (juror, entry): must not count
    supports: Mapping[str, int] = field(default_factory=dict)
    seed: str = ""  # of the lot; its digest was published before

    def as_json(self) -> dict[str, Any]:
        """The same whatever order things came in."""
        return {
            "version": VERSION,
            "rules": asdict(self.rules) | {"criteria": [asdict(one) for one in self.rules.criteria]},
            "entries": sorted(self.entries),
            "sheets": sorted(
                ({"juror": one.juror, "entry": one.entry, "points": dict(sorted(one.points.items()))} for one in self.sheets),
                key=lambda one: (str(one["juror"]), str(one["entry"])),
            ),
            "partial": sorted([list(pair) for pair in self.partial]),
            "supports": {key: self.supports.get(key, 0) for key in sorted(self.entries)},
            "seed": self.seed,
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Inputs":
        """From JSON."""
        return cls(
            Rules.of(data["rules"]), tuple(data["entries"]), tuple(Sheet(**one) for one in data["sheets"]),
            frozenset((juror, entry) for juror, entry in data["partial"]), dict(data["supports"]), data["seed"],
        )  # fmt: skip

    def digest(self) -> str:
        """One number for all of it: whoever computes again from the same inputs has the same."""
        text = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Row:
    """One entry in the outcome. Figures are hundredths: 8125 is 81,25 of 100."""

    entry: str
    place: int  # 0: not ranked, too few jurors
    score: int
    jury: int
    public: int
    jurors: int  # how many marks it rests on
    points: Mapping[str, int]  # average points of each criterion, in hundredths, as given
    tie: Tie = ""  # what put it before or behind those with the same score
    equals: tuple[str, ...] = ()  # those with the same score


def commitment(seed: str) -> str:
    """What is published before: nobody can choose the lot afterwards."""
    return hashlib.sha256(seed.encode()).hexdigest()


def lot(seed: str, entry: str) -> str:
    """The lot of an entry; the smallest comes first."""
    return hashlib.sha256(f"{seed}|{entry}".encode()).hexdigest()
