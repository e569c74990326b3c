"""A map of people by their votes: two directions along which they differ most, fair to those who answered few statements."""

from dataclasses import dataclass

import numpy as np

from .votes import Numbers, Table

DIRECTIONS = 2
WIDTH = 8  # of the subspace that is followed; more than wanted, so that it settles soon
MOST_STEPS = 200


@dataclass(frozen=True)
class Space:
    """What is needed to put anybody on the map."""

    means: Numbers  # per statement: the mean vote; whoever did not answer is taken to stand there
    axes: Numbers  # statements x directions
    hidden: int  # statements moderated out: they count as answered, so that few answers are not blown up too much

    def place(self, votes: Numbers, answered: Numbers) -> Numbers:
        """Where these people stand; the fewer answers, the further a person is moved out, as the sum has fewer parts."""
        centred = np.where(answered > 0, votes - self.means, 0.0)
        known = np.maximum(answered.sum(axis=1) + self.hidden, 1)
        stretch = np.sqrt((answered.shape[1] + self.hidden) / known)
        spots: Numbers = (centred @ self.axes) * stretch[:, None]
        return spots


def numbers(table: Table) -> tuple[Numbers, Numbers]:
    """Votes (0 where there is none) and where there is one (1.0)."""
    answered = table.answered.astype(np.float64)
    return np.where(table.answered, table.cells, 0).astype(np.float64), answered


def fit(votes: Numbers, answered: Numbers, hidden: int, weights: Numbers | None = None) -> Space:
    """The directions of a table; `weights`: how often each person counts (for resampling)."""
    weight = np.ones(len(votes)) if weights is None else weights
    seen = weight @ answered
    means = np.divide(weight @ votes, seen, out=np.zeros(votes.shape[1]), where=seen > 0)
    centred = np.where(answered > 0, votes - means, 0.0)
    spread = centred.T @ (centred * weight[:, None])
    axes = _widest(spread)
    heaviest = np.abs(axes).argmax(axis=0) if len(axes) else np.zeros(DIRECTIONS, dtype=int)
    signs = np.array([1.0 if not len(axes) or axes[row, column] >= 0 else -1.0 for column, row in enumerate(heaviest)])
    return Space(means, axes * signs, hidden)


def _widest(spread: Numbers) -> Numbers:
    """The directions of the largest spread, by subspace iteration: a full decomposition costs ten times as much."""
    size = len(spread)
    if size <= 4 * WIDTH:
        directions = np.linalg.eigh(spread)[1][:, ::-1][:, :DIRECTIONS]
        return np.pad(directions, ((0, 0), (0, max(DIRECTIONS - directions.shape[1], 0))))
    basis = np.linalg.qr(np.random.default_rng(size).standard_normal((size, WIDTH)))[0]
    before = np.zeros(DIRECTIONS)
    for _step in range(MOST_STEPS):
        image = spread @ basis
        strengths = np.sort(np.linalg.norm(image, axis=0))[::-1][:DIRECTIONS]
        basis = np.linalg.qr(image)[0]
        if np.allclose(strengths, before, rtol=1e-9, atol=0):
            break
        before = strengths
    turned = np.linalg.eigh(basis.T @ spread @ basis)[1][:, ::-1]
    axes: Numbers = (basis @ turned)[:, :DIRECTIONS]
    return axes
