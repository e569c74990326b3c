"""Where one stays in the vehicle when it goes on as another trip: no change, no time needed. Source: GTFS reference,
transfers.txt (types 4 and 5) and trips.txt (block_id).

A transfer of type 4 says it, one of type 5 forbids it. Without a word the next trip of a block is taken for the same vehicle
going on where it leaves within GAP seconds from the same stop or station: the reference no longer promises that of blocks, and
a vehicle that turns round for longer usually makes people get off. One leaves the second trip at its second stop or later.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .feed import Feed

if TYPE_CHECKING:
    from .days import Runs

GAP = 180  # seconds
STAY, LEAVE = 4, 5
Pairs = list[tuple[int, int]]


def stays(feed: Feed, found: "Runs") -> Pairs:
    """(run, run that its vehicle goes on as). Trips with frequencies run more than once a day and are left out."""
    if not len(feed.stays) and not (feed.block >= 0).any():
        return []
    begin, end = found.start[:-1], found.start[1:] - 1
    first, last = found.depart[begin], found.arrive[end]
    key = found.source.astype(np.int64) * 64 + found.day
    known, index, many = np.unique(key, return_index=True, return_counts=True)
    run_of = {int(one): int(at) for one, at, times in zip(known, index, many, strict=True) if times == 1}
    said = {(a, b): kind for a, b, kind in feed.stays.tolist()}
    pairs: Pairs = []
    for (a, b), kind in said.items():
        for day in np.unique(found.day).tolist() if kind == STAY else ():
            one, other = run_of.get(a * 64 + day), run_of.get(b * 64 + day)
            if one is not None and other is not None:
                pairs.append((one, other))
    alone = np.array(sorted(run_of.values()), np.int64)
    for one, other in in_blocks(feed, found, alone, first, last):
        if (int(found.source[one]), int(found.source[other])) not in said and joined(
            feed, found, int(end[one]), int(begin[other])
        ):
            pairs.append((one, other))
    return sorted((a, b) for a, b in pairs if first[b] >= last[a] and (first[a], a) < (first[b], b))


def in_blocks(
    feed: Feed, found: "Runs", alone: NDArray[np.int64], first: NDArray[np.int32], last: NDArray[np.int32]
) -> Iterator[tuple[int, int]]:
    """Each run with the next one of its block on its service day, where that leaves within GAP."""
    alone = alone[feed.block[found.source[alone]] >= 0]
    block = feed.block[found.source[alone]].astype(np.int64) * 64 + found.day[alone]
    order = np.lexsort((alone, first[alone], block))
    alone, block = alone[order], block[order]
    cuts = np.flatnonzero(np.diff(block)) + 1
    for group in np.split(alone, cuts):
        leaves = first[group]
        for at, run in enumerate(group.tolist()):
            after = int(np.searchsorted(leaves, last[run]))
            after += after == at
            if after < len(group) and leaves[after] - last[run] <= GAP:
                yield run, int(group[after])


def joined(feed: Feed, found: "Runs", end: int, begin: int) -> bool:
    """Whether two events are at the same stop or station."""
    one, other = (int(feed.times.stop[found.event[at]]) for at in (end, begin))
    parents = [int(feed.stops.parent[stop]) for stop in (one, other)]
    return one == other or (parents[0] >= 0 and parents[0] == parents[1])


def rows(pairs: Pairs, many: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(start [many + 1], to): the pairs row by row."""
    table = np.array(sorted(pairs), np.int32).reshape(-1, 2)
    start = np.zeros(many + 1, np.int32)
    np.cumsum(np.bincount(table[:, 0], minlength=many), out=start[1:])
    return start, table[:, 1].copy()
