"""One run of Equal Shares with a given share: fast in floating point, exact wherever that could decide otherwise.

Everybody starts with the same share. A project is paid for by those who want it: each pays the same price for one point,
or what is left of the share. The project with the lowest price is bought first, until nobody can pay for one more.

Amounts are floats with a known bound of their error. Only where two amounts lie within that bound both are worked out as
fractions (ledger.py). So no rounding ever decides.
"""

from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np

from .electorate import Electorate, Side
from .ledger import Ledger, Purchase

NEAR = 1e-9  # of the share: two amounts closer than this are compared as fractions
FINE = 1e-12  # of the cost, for each point of those who can still pay


@dataclass(slots=True, eq=False)
class Offer:
    """The price of a project at this moment, how exactly it is known, and who cannot pay it in full."""

    project: int
    price: float
    slack: float
    funds: float
    settled: tuple[Fraction, Any, list[int]] | None = None


class Run:
    """Shares, purchases and the projects still to be had. A price is compared per unit of utility (`units`)."""

    def __init__(
        self, people: Electorate, costs: list[Fraction], units: list[Fraction], keys: list[str], share: Fraction
    ) -> None:
        self.sides, self.costs, self.units, self.keys = people.sides, costs, units, keys
        self.cost = [float(cost) for cost in costs]
        self.unit = [float(unit) for unit in units]
        self.share = float(share)
        self.left = np.full(people.kinds, self.share)
        self.ledger = Ledger(share, people.kinds)

    def go(self) -> list[int]:
        """Buys one project after the other. Equal prices: the lower key first."""
        heap = [
            (self.cost[place] / side.weight / self.unit[place], place)
            for place, side in enumerate(self.sides)
            if side and side.weight and self.costs[place] > 0
        ]
        heapify(heap)
        while offers := self._cheapest(heap):
            best = offers[0] if len(offers) == 1 else min(offers, key=self._exact_order)
            for other in offers:
                if other is not best:
                    heappush(heap, (self._low(other), other.project))
            self._buy(best)
        return [purchase.project for purchase in self.ledger.purchases]

    def _low(self, offer: Offer) -> float:
        return (offer.price - offer.slack) / self.unit[offer.project]

    def _exact_order(self, offer: Offer) -> tuple[Fraction, str]:
        return self._settle(offer)[0] / self.units[offer.project], self.keys[offer.project]

    def _cheapest(self, heap: list[tuple[float, int]]) -> list[Offer]:
        """All offers that might be the lowest. An old price is a lower bound, for shares only shrink."""
        offers: list[Offer] = []
        limit = float("inf")
        while heap and heap[0][0] * (1 - NEAR) <= limit:
            offer = self.offer(heappop(heap)[1])
            if offer is not None:  # else those who want it cannot pay for it any more, and never will
                offers.append(offer)
                limit = min(limit, (offer.price + offer.slack) / self.unit[offer.project])
        close = [offer for offer in offers if self._low(offer) <= limit]
        for offer in offers:
            if self._low(offer) > limit:
                heappush(heap, (self._low(offer), offer.project))
        return close

    def offer(self, place: int) -> Offer | None:
        """The lowest price at which the supporters raise the cost; nothing if they cannot."""
        side, cost = self._side(place), self.cost[place]
        left = self.left[side.kinds]
        funds = float(np.dot(left, side.people))
        slack = NEAR * (self.share + cost)
        if funds < cost - slack:
            return None
        if funds < cost + slack:
            return self._barely(place, side, left, funds)
        able = left if side.points is None else left / side.points
        each = side.people if side.points is None else side.people * side.points
        price, weight, poor = cost / side.weight, float(side.weight), 0
        while True:
            below = able < price
            if (count := int(np.count_nonzero(below))) == poor:
                return Offer(place, price, FINE * cost / weight + NEAR * self.share, funds)
            poor = count
            weight = side.weight - float(np.dot(below, each))
            if weight < 0.5:
                return self._barely(place, side, left, funds)
            price = (cost - float(np.dot(below * left, side.people))) / weight

    def _barely(self, place: int, side: Side, left: Any, funds: float) -> Offer | None:
        """The supporters have about as much as the project costs: whether it is enough is worked out exactly."""
        if self.ledger.left(side.kinds, side.people) < self.costs[place]:
            return None
        able = left if side.points is None else left / side.points
        return Offer(place, float(able.max()), 4 * NEAR * (self.share + self.cost[place]), funds)

    def _settle(self, offer: Offer) -> tuple[Fraction, Any, list[int]]:
        """The price as a fraction, who cannot pay it in full, and who just can. Whoever is near it is asked exactly."""
        if offer.settled is None:
            offer.settled = self._exactly(offer)
        return offer.settled

    def _exactly(self, offer: Offer) -> tuple[Fraction, Any, list[int]]:
        side, cost = self._side(offer.project), self.costs[offer.project]
        poor, unsure = self._poor(offer)
        have = dict(zip(unsure.tolist(), self.ledger.each(side.kinds[unsure]), strict=True))
        while True:
            price = (cost - self.ledger.left(side.kinds[poor], side.people[poor])) / side.weigh(~poor)
            more = [at for at, left in have.items() if not poor[at] and left < price * side.point(at)]
            if not more:
                return price, poor, [at for at, left in have.items() if left == price * side.point(at)]
            poor[more] = True

    def _poor(self, offer: Offer) -> tuple[Any, Any]:
        """Who surely cannot pay the price in full, and who is too near it to tell."""
        side = self._side(offer.project)
        able = self.left[side.kinds] if side.points is None else self.left[side.kinds] / side.points
        poor = able < offer.price - 2 * offer.slack
        return poor, np.flatnonzero(~poor & (able <= offer.price + 2 * offer.slack))

    def _buy(self, offer: Offer) -> None:
        """Takes the price from everybody who can pay it, and the rest from the others."""
        side = self._side(offer.project)
        poor, unsure = self._poor(offer)
        just: list[int] = []
        if len(unsure):
            price, poor, just = self._settle(offer)
            offer.price = float(price)
        mine, rest = side.kinds[~poor], side.kinds[poor]
        points = 1 if side.points is None else side.points[~poor]
        paid = np.zeros(len(self.left))
        paid[mine] = points
        alive = ~self.ledger.spent[rest]
        self.left[mine] -= offer.price * points
        self.left[rest] = self.left[side.kinds[just]] = 0.0
        np.maximum(self.left, 0.0, out=self.left)
        self.ledger.add(
            Purchase(
                offer.project, self.costs[offer.project], offer.price, paid, side.weigh(~poor),
                rest[alive], side.people[poor][alive], int(side.people[~poor].sum()), offer.funds,
            )
        )  # fmt: skip
        self.ledger.spent[side.kinds[just]] = True

    def _side(self, place: int) -> Side:
        side = self.sides[place]
        assert side is not None
        return side
