"""Trips that overtake or leave out stops, woven into the rows of their pattern: a question after real time looks through as
many patterns as before.

A pattern's rows must be in order at every position: that is all the search relies on. A late trip keeps it by being cut where
it falls behind: its first part stays where it was, the rest becomes a row further down. Nobody needs its first part to reach a
stop behind the cut, because the row that passed it leaves later and arrives earlier; so that row stands in for it there. A stop
that is left out is handled in the same way: who wants to alight there is carried by the next row that does stop. A trip for
which this would lose an answer is left to a pattern of its own.
"""

from typing import Any

import numpy as np

from stadtkern.lib.compiled import compiled

NEVER = 2**31 - 1
BEFORE = -(2**30)  # earlier than everything
PARTS = 3  # into so many rows a trip is cut at most


@compiled
def weave(arrive: Any, depart: Any, closed: Any, moved: Any) -> Any:
    """Rows for the trips [trips, stops] of one pattern, in the planned order; those that are not `moved` are in order already.

    Returns (rows int32[n, 3]: trip, first position and end of the part; left uint8[trips]: 1 = does not fit; arrivals and
    departures to search with [n, stops]; stands_in int32[n, stops]: the row that is ridden when one alights there, -1 = the row
    itself; real uint8[n, stops]: whether the row's trip may be boarded and left there).
    """
    many, stops = arrive.shape
    rows = np.empty((PARTS * many + 1, 3), np.int32)
    n = 0
    for trip in range(many):
        if moved[trip] == 0:
            rows[n, 0], rows[n, 1], rows[n, 2] = trip, 0, stops
            n += 1
    left = np.zeros(many, np.uint8)
    parts = np.empty((PARTS, 3), np.int32)  # row before which it is put, first position, end
    for trip in range(many):
        if moved[trip] == 0:
            continue
        found, begin, least, low, high, fits = 0, 0, 0, 0, n, True
        for x in range(stops):
            if closed[trip, x]:
                continue
            a, d = arrive[trip, x], depart[trip, x]
            after, until = 0, n
            for q in range(n):
                s = rows[q, 0]
                if x < rows[q, 1] or x >= rows[q, 2] or closed[s, x]:
                    continue
                if depart[s, x] < d or arrive[s, x] < a:
                    after = q + 1
                if until == n and (depart[s, x] > d or arrive[s, x] > a):
                    until = q
            if max(low, after) > min(high, until):
                if found == PARTS - 1:
                    fits = False
                    break
                parts[found, 0], parts[found, 1], parts[found, 2] = low, begin, x
                found += 1
                begin, least = x, low
                low, high = least, n
            low, high = max(low, after), min(high, until)
            if low > high:
                fits = False
                break
        if not fits:
            left[trip] = 1
            continue
        parts[found, 0], parts[found, 1], parts[found, 2] = low, begin, stops
        for part in range(found, -1, -1):
            place = parts[part, 0]
            for q in range(n, place, -1):
                rows[q, 0], rows[q, 1], rows[q, 2] = rows[q - 1, 0], rows[q - 1, 1], rows[q - 1, 2]
            rows[place, 0], rows[place, 1], rows[place, 2] = trip, parts[part, 1], parts[part, 2]
            n += 1
    while True:
        searched_a, searched_d = np.empty((n, stops), np.int32), np.empty((n, stops), np.int32)
        stands_in, real = np.full((n, stops), -1, np.int32), np.zeros((n, stops), np.uint8)
        for q in range(n):
            s = rows[q, 0]
            for x in range(rows[q, 1], rows[q, 2]):
                real[q, x] = 1 - closed[s, x]
        lost = -1
        for q in range(n):
            s, aboard = rows[q, 0], False
            for x in range(stops):
                if real[q, x]:
                    searched_a[q, x], searched_d[q, x] = arrive[s, x], depart[s, x]
                    aboard = True
                    continue
                searched_a[q, x] = NEVER
                searched_d[q, x] = searched_d[q - 1, x] if q > 0 else BEFORE  # never the first that can be caught
                if not aboard:
                    continue
                for other in range(q + 1, n):
                    if real[other, x]:
                        for i in range(x):
                            if real[q, i] and not real[other, i]:
                                lost = s
                        searched_a[q, x], stands_in[q, x] = arrive[rows[other, 0], x], other
                        break
        if lost < 0:
            return rows[:n].copy(), left, searched_a, searched_d, stands_in, real
        left[lost] = 1
        kept = 0
        for q in range(n):
            if rows[q, 0] != lost:
                rows[kept, 0], rows[kept, 1], rows[kept, 2] = rows[q, 0], rows[q, 1], rows[q, 2]
                kept += 1
        n = kept


@compiled
def places(pattern_start: Any, event: Any, first: Any, many: Any, rows: Any) -> Any:
    """Where each event of the new order was: pattern p has many[p] rows of `rows` (old numbers), pattern by pattern."""
    total, at = 0, 0
    for p in range(len(many)):
        total += many[p] * (pattern_start[p + 1] - pattern_start[p])
    take = np.empty(total, np.int32)
    n = 0
    for p in range(len(many)):
        long = pattern_start[p + 1] - pattern_start[p]
        for _ in range(many[p]):
            begin = event[p] + (rows[at] - first[p]) * long
            for x in range(long):
                take[n] = begin + x
                n += 1
            at += 1
    return take
