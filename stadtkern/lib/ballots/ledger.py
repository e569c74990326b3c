"""The exact side of Equal Shares: what everybody has left, as fractions, from the list of what was bought."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np


@dataclass(slots=True)
class Purchase:
    """A project that was bought: what one point cost, who paid that in full, who gave the rest of the share."""

    project: int
    cost: Fraction
    price: float
    paid: Any  # points paid in full by each kind of ballot, 0 for the others
    weight: int  # the same, times people, summed up
    rest: Any  # kinds of ballots that gave all they had left
    rest_people: Any
    payers: int
    funds: float  # what all supporters together had left before
    exact: Fraction | None = None  # the price, worked out when somebody asks

    @property
    def spent_out(self) -> int:
        return int(self.rest_people.sum())


class Ledger:
    """Shares less prices. Prices become fractions only when a decision is too close for floats."""

    def __init__(self, share: Fraction, kinds: int) -> None:
        self.share = share
        self.purchases: list[Purchase] = []
        self.spent = np.zeros(kinds, dtype=bool)  # who gave the last cent

    def add(self, purchase: Purchase) -> None:
        self.purchases.append(purchase)
        self.spent[purchase.rest] = True

    def each(self, kinds: Any) -> list[Fraction]:
        """What each of these kinds of ballots has left. Those who paid the same things have the same."""
        past = np.stack([self.spent[kinds].astype(np.float64), *(purchase.paid[kinds] for purchase in self.purchases)], axis=1)
        known: dict[bytes, Fraction] = {}
        for at, row in enumerate(past):
            if (key := row.tobytes()) not in known:
                known[key] = self.left(kinds[at : at + 1], np.ones(1))
        return [known[row.tobytes()] for row in past]

    def left(self, kinds: Any, people: Any) -> Fraction:
        """What these kinds of ballots have left together."""
        alive = ~self.spent[kinds]
        return self._left(kinds[alive], people[alive], len(self.purchases))

    def _left(self, kinds: Any, people: Any, purchases: int) -> Fraction:
        total = self.share * int(people.sum())
        for number in range(purchases):
            if points := int(np.dot(self.purchases[number].paid[kinds], people)):
                total -= self.price(number) * points
        return total

    def price(self, number: int) -> Fraction:
        """The exact price of a purchase: what those who gave the rest did not cover, by those who paid in full."""
        purchase = self.purchases[number]
        if purchase.exact is None:
            rest = self._left(purchase.rest, purchase.rest_people, number)
            purchase.exact = (purchase.cost - rest) / purchase.weight
        return purchase.exact
