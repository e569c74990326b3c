"""Compiled parts of the planner: distances as the crow flies, ways with a shared vehicle from stop to stop."""

import numpy as np

from stadtkern.lib.compiled import compiled

FAR = 2_000_000_000


@compiled
def straight(seed_lat, seed_long, start, gone, lat, long, wide, per_m, limit, detour):  # type: ignore[no-untyped-def]
    """Milliseconds, metres and seed of each target: the best of all seeds, each in a straight line made longer by `detour`."""
    many = len(lat)
    best = np.full(many, FAR, np.int32)
    far = np.zeros(many, np.float32)
    source = np.full(many, -1, np.int32)
    for seed in range(len(seed_lat)):
        begin = start[seed]
        if begin > limit:
            continue
        reach = (limit - begin) / per_m
        for at in range(many):
            y = abs(lat[at] - seed_lat[seed]) * 111_195.0
            if not y <= reach:
                continue
            x = abs(long[at] - seed_long[seed]) * wide
            if not x <= reach:
                continue
            gap = np.sqrt(x * x + y * y)
            whole = begin + np.int64(gap * per_m)
            if whole <= limit and whole < best[at]:
                best[at] = whole
                far[at] = gone[seed] + gap * detour
                source[at] = seed
    return best, far, source


@compiled
def across(  # type: ignore[no-untyped-def]
    stop_first, stop_pickup, stop_ms, ride_first, ride_drop, ride_ms, drop_first, drop_stop, drop_ms, fixed, limit, stops
):
    """From each stop to others: on foot, by vehicle, on foot. Rows: stop, other, ms, pickup, drop."""
    rows = np.empty((1024, 5), np.int32)
    count = 0
    best = np.full(stops, FAR, np.int32)
    via = np.zeros((stops, 2), np.int32)
    touched = np.empty(stops, np.int32)
    for stop in range(stops):
        seen = 0
        for i in range(stop_first[stop], stop_first[stop + 1]):
            pickup = stop_pickup[i]
            for j in range(ride_first[pickup], ride_first[pickup + 1]):
                drop = ride_drop[j]
                here = stop_ms[i] + ride_ms[j] + fixed
                if here > limit:
                    continue
                for k in range(drop_first[drop], drop_first[drop + 1]):
                    whole = here + drop_ms[k]
                    other = drop_stop[k]
                    if whole <= limit and whole < best[other] and other != stop:
                        if best[other] == FAR:
                            touched[seen] = other
                            seen += 1
                        best[other] = whole
                        via[other, 0] = pickup
                        via[other, 1] = drop
        if count + seen > len(rows):
            more = np.empty((2 * (count + seen), 5), np.int32)
            more[:count] = rows[:count]
            rows = more
        for i in range(seen):
            other = touched[i]
            rows[count, 0] = stop
            rows[count, 1] = other
            rows[count, 2] = best[other]
            rows[count, 3] = via[other, 0]
            rows[count, 4] = via[other, 1]
            count += 1
            best[other] = FAR
    return rows[:count].copy()


@compiled
def flood(net, ready, last):  # type: ignore[no-untyped-def]
    """The earliest arrival at every stop by vehicles, for somebody who can board at each stop at `ready`; FAR after `last`.

    Patterns are scanned again as long as something gets better, without counting vehicles.
    """
    stops = len(net.stop_start) - 1
    board = ready.copy()
    arrive = np.full(stops, FAR, np.int32)
    first = np.full(len(net.pattern_trip), FAR, np.int32)
    queue = np.empty(len(net.pattern_trip), np.int32)
    fresh = np.zeros(stops, np.uint8)
    reached = np.empty(stops, np.int32)
    for stop in range(stops):
        if board[stop] <= last:
            fresh[stop] = 1
    while True:
        many = 0
        for stop in range(stops):
            if fresh[stop]:
                fresh[stop] = 0
                for at in range(net.stop_start[stop], net.stop_start[stop + 1]):
                    pattern = net.stop_pattern[at]
                    if first[pattern] == FAR:
                        queue[many] = pattern
                        many += 1
                    first[pattern] = min(first[pattern], net.stop_position[at])
        if many == 0:
            return arrive
        better = 0
        for number in range(many):
            pattern = queue[number]
            begin = first[pattern]
            first[pattern] = FAR
            base, event, trips = net.pattern_start[pattern], net.pattern_event[pattern], net.pattern_trips[pattern]
            size = net.pattern_start[pattern + 1] - base
            trip = trips
            for position in range(begin, size):
                stop = net.pattern_stop[base + position]
                if trip < trips and net.pattern_alight[base + position]:
                    now = net.arrive[event + trip * size + position]
                    if now <= last and now < arrive[stop]:
                        if arrive[stop] == FAR or fresh[stop] != 2:
                            reached[better] = stop
                            better += 1
                            fresh[stop] = 2
                        arrive[stop] = now
                if net.pattern_board[base + position] and position + 1 < size:
                    while trip > 0 and net.depart[event + (trip - 1) * size + position] >= board[stop]:
                        trip -= 1
        for number in range(better):
            stop = reached[number]
            fresh[stop] = 0
        for number in range(better):
            stop = reached[number]
            now = arrive[stop]
            change = net.change[stop]
            if change < 2**29 and now + change < board[stop]:
                board[stop] = now + change
                fresh[stop] = 1
            for at in range(net.foot_start[stop], net.foot_start[stop + 1]):
                way = net.foot_seconds[at]
                other, there = net.foot_to[at], now + (way if way >= 0 else -1 - way)  # transit.rules.over_places
                if there < board[other] and there <= last:
                    board[other] = there
                    fresh[other] = 1
