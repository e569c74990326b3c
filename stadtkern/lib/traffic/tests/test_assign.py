"""The equilibrium on networks whose answer is known."""

import numpy as np
import pytest

from stadtkern.lib.traffic.assign import Links, Trips, equilibrium


def braess(shortcut: bool) -> Links:
    """Braess' network: times 10 x, 50 + x, 10 + x, 50 + x, 10 x."""
    links = Links(
        4, np.array([0, 0, 1, 2, 1]), np.array([1, 2, 3, 3, 2]), np.array([1e-8, 50, 50, 1e-8, 10.0]), np.ones(5),
        np.array([1e9, 0.02, 0.02, 1e9, 0.1]), np.ones(5),
    )  # fmt: skip
    return links if shortcut else links.without(np.array([False, False, False, False, True]))


def test_a_new_street_makes_everybody_slower():
    trips = Trips(np.array([0]), np.array([3]), np.array([6.0]))
    without, with_it = equilibrium(braess(False), trips, gap=1e-9), equilibrium(braess(True), trips, gap=1e-9)
    assert without.spent / 6 == 83 or abs(without.spent / 6 - 83) < 1e-3
    assert abs(with_it.spent / 6 - 92) < 1e-3
    assert np.allclose(with_it.flow, [4, 2, 2, 4, 2], atol=1e-3)


def test_who_has_no_way_is_counted():
    links = Links(3, np.array([0]), np.array([1]), np.ones(1), np.ones(1), np.zeros(1), np.ones(1))
    answer = equilibrium(links, Trips(np.array([0, 0]), np.array([1, 2]), np.array([5.0, 7.0])))
    assert answer.lost == 7 and answer.flow[0] == 5


@pytest.mark.parametrize(("capacity", "free", "amount"), [(0, 1, 5), (np.nan, 1, 5), (1, -1, 5), (1, 1, -5), (1, 1, np.nan)])
def test_what_no_street_can_be_is_said(capacity, free, amount):
    links = Links(2, np.array([0]), np.array([1]), np.array([free]), np.array([capacity]), np.ones(1), np.ones(1))
    with pytest.raises(ValueError, match="capacity"):
        equilibrium(links, Trips(np.array([0]), np.array([1]), np.array([amount])))


def test_nobody_has_a_faster_way_on_random_networks():
    rng = np.random.default_rng(3)
    for _ in range(5):
        nodes, many = 12, 60
        tail, head = rng.integers(0, nodes, many), rng.integers(0, nodes, many)
        keep = tail != head
        tail, head = tail[keep], head[keep]
        size = len(tail)
        free, room = rng.uniform(1, 9, size), rng.uniform(5, 20, size)
        links = Links(nodes, tail, head, free, room, np.full(size, 0.15), np.full(size, 4.0))
        trips = Trips(rng.integers(0, nodes, 20), rng.integers(0, nodes, 20), rng.uniform(1, 5, 20))
        answer = equilibrium(links, trips, gap=1e-5, rounds=3000)
        assert answer.gap <= 1e-5
        inflow = np.bincount(head, answer.flow, nodes) - np.bincount(tail, answer.flow, nodes)
        there = answer.lost == 0
        wanted = np.bincount(trips.goal, trips.amount, nodes) - np.bincount(trips.origin, trips.amount, nodes)
        assert not there or np.allclose(inflow, wanted, atol=1e-6)
