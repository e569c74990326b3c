"""Groups of people who vote alike: how many, who, and whether they would come out again.

People are put on the map of `space`, k-means parts them, the silhouette says into how many. Two cautions are built in: of
several numbers of groups that are about equally good the smallest is taken, and a group of a few odd people is no group.
Then the people are drawn again and again (bootstrap) and everything is computed anew: the mean agreement between these runs
(adjusted Rand index: 1 is the same groups, 0 is chance) is the stability. All seeds are fixed: the same votes give the same
groups.
"""

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from . import space
from .votes import Numbers, Table

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rules:
    """When groups are looked for and shown."""

    least_answers: int = 7  # of a person, to be put on the map; fewer where there are fewer statements
    most_groups: int = 5
    smallest_group: int = 10
    least_people: int = 100  # on the map, before groups are shown
    least_stability: float = 0.7
    resamples: int = 20
    at_once: int = 5_000  # people in a resample, at most
    compared: int = 1_000  # people whose silhouette is taken, at most
    seed: int = 20_260


@dataclass(frozen=True)
class Groups:
    """What was found. `why_not` is empty when the groups may be shown, else: few_people · no_groups · unstable."""

    members: list[list[int]]  # people per group, the largest group first
    people: list[int]  # all on the map
    spots: Numbers  # where they stand, in the order of `people`
    stability: float | None
    silhouettes: dict[int, float] = field(default_factory=dict)  # number of groups -> how well parted
    why_not: str = ""

    @property
    def shown(self) -> bool:
        return not self.why_not

    def labels(self) -> dict[int, int]:
        """person -> number of the group."""
        return {person: number for number, group in enumerate(self.members) for person in group}


MOST_STEPS = 100
NOTHING = np.zeros((0, space.DIRECTIONS))


def find(table: Table, rules: Rules | None = None) -> Groups:
    """The groups of a table of votes."""
    rules = rules or Rules()
    asked = len(table.statements) + len(table.set_aside)
    enough = table.answers >= min(rules.least_answers, max(asked, 1))
    people = [person for person, kept in zip(table.people, enough, strict=True) if kept]
    if len(people) < 2 * rules.smallest_group or len(table.statements) < 2:
        return Groups([], people, NOTHING, None, {}, "few_people")
    votes, answered = space.numbers(table)
    hidden = len(table.set_aside)
    spots = space.fit(votes, answered, hidden).place(votes[enough], answered[enough])
    labels, silhouettes = _best(spots, rules)
    if labels is None:
        return Groups([], people, spots, None, silhouettes, "few_people" if len(people) < rules.least_people else "no_groups")
    labels = _by_size(labels)
    count = int(labels.max()) + 1
    stability = _stability(votes[enough], answered[enough], hidden, count, rules)
    members = [[person for person, label in zip(people, labels, strict=True) if label == number] for number in range(count)]
    why_not = ""
    if len(people) < rules.least_people:
        why_not = "few_people"
    elif stability < rules.least_stability:
        why_not = "unstable"
    return Groups(members, people, spots, stability, silhouettes, why_not)


def _best(spots: Numbers, rules: Rules) -> tuple[Labels | None, dict[int, float]]:
    """Labels of the best number of groups: the smallest within one standard error of the best silhouette."""
    sample = np.random.default_rng(rules.seed).permutation(len(spots))[: rules.compared]
    found: dict[int, tuple[Labels, float, float]] = {}
    distinct = len(np.unique(spots.round(9), axis=0))
    for count in range(2, min(rules.most_groups, distinct) + 1):
        labels = parted(spots, count, rules.seed, tries=30)
        if np.bincount(labels, minlength=count).min() < rules.smallest_group:
            continue
        widths = silhouette(spots[sample], labels[sample])
        found[count] = (labels, float(widths.mean()), float(widths.std() / np.sqrt(len(widths))))
    silhouettes = {count: round(mean, 4) for count, (_labels, mean, _error) in found.items()}
    if not found:
        return None, silhouettes
    best = max(found, key=lambda count: found[count][1])
    floor = found[best][1] - found[best][2]
    chosen = min(count for count in found if found[count][1] >= floor)
    return found[chosen][0], silhouettes


def _stability(votes: Numbers, answered: Numbers, hidden: int, count: int, rules: Rules) -> float:
    """Mean adjusted Rand index between the groupings of resampled people, each applied to everybody."""
    random = np.random.default_rng(rules.seed + count)
    size = len(votes)
    if size > rules.at_once:
        drawn = random.permutation(size)[: rules.at_once]
        votes, answered, size = votes[drawn], answered[drawn], rules.at_once
    runs: list[Labels] = []
    for number in range(rules.resamples):
        weights = np.bincount(random.integers(0, size, size), minlength=size).astype(np.float64)
        spots = space.fit(votes, answered, hidden, weights).place(votes, answered)
        runs.append(parted(spots, count, rules.seed + number, tries=3, weights=weights))
    return float(np.mean([agreement(one, other) for one, other in combinations(runs, 2)]))


def parted(spots: Numbers, count: int, seed: int, tries: int, weights: Numbers | None = None) -> Labels:
    """k-means on the plane, the best of some tries; people of weight 0 take no part and still get the nearest group.

    Our own forty lines: the library's starts threads that wait for each other when the machine is busy (twenty times the CPU).
    """
    weight = np.ones(len(spots)) if weights is None else weights
    taking = weight > 0
    inner, heavy = spots[taking], weight[taking]
    random = np.random.default_rng(seed)
    best, least = spots[:count], np.inf
    for _try in range(tries):
        centres = _settled(inner, heavy, _spread_out(inner, heavy, count, random))
        lost = float((_squares(inner, centres).min(axis=1) * heavy).sum())
        if lost < least - 1e-9:
            best, least = centres, lost
    labels: Labels = _squares(spots, best).argmin(axis=1).astype(np.int64)
    return labels


def _spread_out(spots: Numbers, weight: Numbers, count: int, random: np.random.Generator) -> Numbers:
    """First centres far from each other (k-means++)."""
    chosen = [int(random.choice(len(spots), p=weight / weight.sum()))]
    while len(chosen) < count:
        far = _squares(spots, spots[chosen]).min(axis=1) * weight
        total = far.sum()
        chosen.append(int(random.choice(len(spots), p=far / total)) if total > 0 else chosen[0])
    return spots[chosen]


def _settled(spots: Numbers, weight: Numbers, centres: Numbers) -> Numbers:
    """Lloyd's steps until nobody changes the group."""
    before = np.full(len(spots), -1)
    for _step in range(MOST_STEPS):
        nearest = _squares(spots, centres).argmin(axis=1)
        if (nearest == before).all():
            break
        before = nearest
        mass = np.bincount(nearest, weights=weight, minlength=len(centres))
        sums = np.stack([np.bincount(nearest, weights=weight * line, minlength=len(centres)) for line in spots.T], axis=1)
        centres = np.where(mass[:, None] > 0, sums / np.maximum(mass, 1e-12)[:, None], centres)
    return centres


def _squares(spots: Numbers, centres: Numbers) -> Numbers:
    lines = [np.subtract.outer(spots[:, place], centres[:, place]) ** 2 for place in range(spots.shape[1])]
    total: Numbers = np.sum(lines, axis=0)
    return total


def _by_size(labels: Labels) -> Labels:
    """Group 0 is the largest; of equal ones the one that has the first person."""
    numbers, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = sorted(range(len(numbers)), key=lambda place: (-sizes[place], first[place]))
    rank = {int(numbers[place]): position for position, place in enumerate(order)}
    return np.array([rank[int(label)] for label in labels], dtype=np.int64)


def silhouette(spots: Numbers, labels: Labels) -> Numbers:
    """Per person: 1 far from every other group, 0 between two, below 0 in the wrong one."""
    distances = np.sqrt(np.maximum(((spots[:, None, :] - spots[None, :, :]) ** 2).sum(axis=2), 0.0))
    groups = np.unique(labels)
    sizes = np.array([(labels == group).sum() for group in groups])
    sums = np.stack([distances[:, labels == group].sum(axis=1) for group in groups], axis=1)
    own = np.searchsorted(groups, labels)
    rows = np.arange(len(spots))
    inside = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    widest = np.maximum(inside, outside)
    width = np.divide(outside - inside, widest, out=np.zeros(len(spots)), where=(widest > 0) & np.isfinite(widest))
    result: Numbers = np.where(sizes[own] > 1, width, 0.0)
    return result


def agreement(one: Labels, other: Labels) -> float:
    """The adjusted Rand index of two groupings of the same people."""
    _names, first = np.unique(one, return_inverse=True)
    _names, second = np.unique(other, return_inverse=True)
    width = int(second.max()) + 1
    cells = np.bincount(first * width + second, minlength=(int(first.max()) + 1) * width).reshape(-1, width)
    together = _pairs(cells).sum()
    rows, columns, every = _pairs(cells.sum(axis=1)).sum(), _pairs(cells.sum(axis=0)).sum(), _pairs(np.array([len(one)])).sum()
    expected = rows * columns / every if every else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def _pairs(counts: npt.NDArray[np.int64]) -> Numbers:
    return counts * (counts - 1) / 2.0
