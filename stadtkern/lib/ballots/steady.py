"""How far the share may grow without any change in a run of Equal Shares: few people with much money need no million rounds.

As long as the same supporters pay in full and the others give their rest, every price and every rest is a straight line in the
share. The first place where two of these lines meet is where something may change; up to there the result is the same.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .run import Run

LEVEL = 1e-12  # slopes below this are none


@dataclass(slots=True)
class _Lines:
    """What each kind of ballot has left, and how that grows with the share."""

    left: Any
    grows: Any
    room: float = float("inf")
    prices: dict[int, tuple[float, float, Any]] = field(default_factory=dict)

    def hold(self, slack: Any, slope: Any) -> None:
        """All of these must not fall below zero."""
        slack, slope = np.atleast_1d(slack), np.atleast_1d(slope)
        falling = slope < -LEVEL
        if falling.any():
            self.room = min(self.room, float(np.maximum(slack[falling] / -slope[falling], 0.0).min()))


def room(run: Run) -> float:
    """By how much more each may get before anything in this run can change; 0 where it cannot be told."""
    lines = _Lines(np.full(len(run.left), run.share), np.ones(len(run.left)))
    open_ = [place for place, side in enumerate(run.sides) if side and side.weight and run.costs[place] > 0]
    for purchase in run.ledger.purchases:
        open_ = [place for place in open_ if _price(run, lines, place)]
        if purchase.project not in lines.prices:
            return 0.0
        price, slope, poor = lines.prices[purchase.project]
        unit = run.unit[purchase.project]
        for place in open_:
            other, its_slope, _poor = lines.prices[place]
            lines.hold(other / run.unit[place] - price / unit, its_slope / run.unit[place] - slope / unit)
        open_.remove(purchase.project)
        _pay(run, lines, purchase.project, price, slope, poor)
        if lines.room <= 0:
            return 0.0
    for place in open_:
        if _price(run, lines, place):
            return 0.0
    return lines.room


def _price(run: Run, lines: _Lines, place: int) -> bool:
    """Price of a point and how it grows; False for what its supporters cannot pay, which must stay so."""
    side, cost = run.sides[place], run.cost[place]
    assert side is not None
    left, grows, people = lines.left[side.kinds], lines.grows[side.kinds], side.people
    points = 1.0 if side.points is None else side.points
    funds = float(np.dot(left, people))
    if funds < cost:
        lines.prices.pop(place, None)
        lines.hold(cost - funds, -float(np.dot(grows, people)))
        return False
    able, price = left / points, cost / side.weight
    while True:
        poor = able < price
        weight = float(np.dot(people * points, ~poor))
        if weight < 0.5:
            lines.room = 0.0
            return False
        higher = (cost - float(np.dot(left * poor, people))) / weight
        if higher <= price:
            break
        price = higher
    slope = -float(np.dot(grows * poor, people)) / weight
    sign = np.where(poor, -1.0, 1.0)
    lines.hold((able - price) * sign, (grows / points - slope) * sign)
    lines.prices[place] = price, slope, poor
    return True


def _pay(run: Run, lines: _Lines, place: int, price: float, slope: float, poor: Any) -> None:
    side = run.sides[place]
    assert side is not None
    points = 1.0 if side.points is None else side.points
    lines.left[side.kinds] = np.where(poor, 0.0, np.maximum(lines.left[side.kinds] - price * points, 0.0))
    lines.grows[side.kinds] = np.where(poor, 0.0, lines.grows[side.kinds] - slope * points)
