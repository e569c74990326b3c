"""RAPTOR and its profile search, compiled. Source: Delling, Pajor, Werneck, Round-Based Public Transit Routing, 2015.

Labels lie stop by stop: arrive[s, k] is the earliest arrival by vehicle with at most k vehicles, ready[s, k] the earliest
moment at which one can board there. They are two labels, because a stop that was reached earlier on foot must still accept a
later vehicle: ways on foot start from arrivals by vehicle only. Lower rounds are copied upwards, so a label's origin is the
lowest round with its value.
"""

from typing import Any

import numpy as np

from stadtkern.lib.compiled import compiled

FAR = 2**31 - 1
LEGS = 4  # trip row, position of boarding, position of alighting, 1 = one was in the vehicle already
ABOARD = -1  # instead of a position of boarding: one stayed in the vehicle


@compiled
def search(
    net: Any, taus: Any, seed_stops: Any, seed_times: Any, egress_stops: Any, egress_seconds: Any, rounds: int, slack: Any
) -> Any:
    """Journeys for departures in descending order.

    taus int32[n]: the departure each seed belongs to, descending; seed_stops, seed_times int32[n]: where and when one can
    board. egress_*: ways to the door. Returns (int32[j, 6]: departure, arrival, vehicles, first leg, last stop, legs;
    int32[legs, 4]; whether every label had come to rest before the rounds were used up).

    Where a vehicle goes on as another trip (stay_to), whoever can ride it to its end is aboard that one, too, in the same
    round. That holds for every trip of a pattern from the first one that can be boarded, not only for that. `followed` and
    `aboard` keep what was gone through with no more vehicles: it need not be again, for earlier departures neither.
    """
    stops = len(net.stop_start) - 1
    egress = np.full(stops, FAR, np.int32)
    for i in range(len(egress_stops)):
        s = egress_stops[i]
        if egress_seconds[i] < egress[s]:
            egress[s] = egress_seconds[i]
    arrive = np.full((stops, rounds + 1), FAR, np.int32)
    ready = np.full((stops, rounds + 1), FAR, np.int32)
    by = np.empty((stops, rounds + 1, 4), np.int32)  # pattern, trip in it, positions of boarding and alighting
    came_from = np.empty((stops, rounds + 1), np.int32)
    target = np.full(rounds + 1, FAR, np.int32)
    target_stop = np.full(rounds + 1, -1, np.int32)
    target_new = np.zeros(rounds + 1, np.uint8)
    first = np.full(len(net.pattern_trip), FAR, np.int32)
    queue = np.empty(len(net.pattern_trip), np.int32)
    marked = np.empty(stops, np.int32)
    is_marked = np.zeros(stops, np.uint8)
    improved = np.empty(stops, np.int32)
    is_improved = np.zeros(stops, np.uint8)
    going_on = len(net.stay_to) > 0
    has_stays = np.zeros(len(net.pattern_trip), np.uint8)
    followed = np.empty((len(net.pattern_trip) if going_on else 0, rounds + 1), np.int32)
    aboard = np.full(len(net.stay_start) if going_on else 0, rounds + 1, np.int32)
    rode = np.empty((len(aboard), 2), np.int32)  # the row before, and where that was boarded
    waiting = np.empty(len(aboard), np.int32)
    if going_on:
        for p in range(len(net.pattern_trip)):
            followed[p] = net.pattern_trips[p]
            begin, end = net.pattern_trip[p], net.pattern_trip[p] + net.pattern_trips[p]
            has_stays[p] = net.stay_start[end] > net.stay_start[begin]
    out = np.empty((64, 6), np.int32)
    legs = np.empty((256, LEGS), np.int32)
    n_out, n_legs, rested = 0, 0, True
    at = 0
    while at < len(taus):
        tau = taus[at]
        n_marked = 0
        while at < len(taus) and taus[at] == tau:
            s, t = seed_stops[at], seed_times[at]
            at += 1
            if t < ready[s, 0]:
                for j in range(rounds + 1):
                    if ready[s, j] > t:
                        ready[s, j] = t
                    else:
                        break
                came_from[s, 0] = -1
                if is_marked[s] == 0:
                    is_marked[s] = 1
                    marked[n_marked] = s
                    n_marked += 1
        for k in range(1, rounds + 1):
            n_queue = 0
            for i in range(n_marked):
                s = marked[i]
                is_marked[s] = 0
                for q in range(net.stop_start[s], net.stop_start[s + 1]):
                    p, position = net.stop_pattern[q], net.stop_position[q]
                    if first[p] > position:
                        long = net.pattern_start[p + 1] - net.pattern_start[p]
                        row = net.pattern_trips[p] - 1
                        if row < 0 or net.depart[net.pattern_event[p] + row * long + position] < ready[s, k - 1]:
                            continue  # the last one has left
                        if net.depart[net.pattern_event[p] + position] >= target[k]:
                            continue  # the first one leaves too late to be of use
                        if first[p] == FAR:
                            queue[n_queue] = p
                            n_queue += 1
                        first[p] = position
            n_marked = 0
            if n_queue == 0:
                break
            n_improved = 0
            for i in range(n_queue):
                p = queue[i]
                start = first[p]
                first[p] = FAR
                base, event, trips = net.pattern_start[p], net.pattern_event[p], net.pattern_trips[p]
                long = net.pattern_start[p + 1] - base
                row, boarded = trips, -1
                for x in range(start, long):
                    s = net.pattern_stop[base + x]
                    if row < trips and net.pattern_alight[base + x] == 1:
                        t = net.arrive[event + row * long + x]
                        if t < arrive[s, k] and t < target[k]:
                            for j in range(k, rounds + 1):
                                if arrive[s, j] > t:
                                    arrive[s, j] = t
                                else:
                                    break
                            by[s, k, 0], by[s, k, 1], by[s, k, 2], by[s, k, 3] = p, row, boarded, x
                            if is_improved[s] == 0:
                                is_improved[s] = 1
                                improved[n_improved] = s
                                n_improved += 1
                            if egress[s] < FAR and t + egress[s] < target[k]:
                                for j in range(k, rounds + 1):
                                    if target[j] > t + egress[s]:
                                        target[j] = t + egress[s]
                                target_stop[k], target_new[k] = s, 1
                    if net.pattern_board[base + x] == 1 and x + 1 < long:
                        t = ready[s, k - 1]
                        if t < FAR and (row == 0 or t <= net.depart[event + (row - 1) * long + x]) and row > 0:
                            low, high = 0, row
                            while low < high:
                                middle = (low + high) // 2
                                if net.depart[event + middle * long + x] >= t:
                                    high = middle
                                else:
                                    low = middle + 1
                            if low < row:
                                row, boarded = low, x
                if row == trips or has_stays[p] == 0:
                    continue
                until = followed[p, k]
                for j in range(k, rounds + 1):
                    if followed[p, j] > row:
                        followed[p, j] = row
                    else:
                        break
                for r in range(row, until):
                    g = net.pattern_trip[p] + r
                    if net.arrive[event + r * long + long - 1] >= target[k]:
                        break
                    n_waiting = 0
                    if net.stay_start[g + 1] > net.stay_start[g]:
                        waiting[0], n_waiting = g, 1
                    while n_waiting > 0:
                        n_waiting -= 1
                        before = waiting[n_waiting]
                        for q in range(net.stay_start[before], net.stay_start[before + 1]):
                            h = net.stay_to[q]
                            if aboard[h] <= k:
                                continue
                            other = np.searchsorted(net.pattern_trip, h, "right") - 1
                            if h - net.pattern_trip[other] >= net.pattern_trips[other]:
                                continue  # not for wheelchairs
                            base_h = net.pattern_start[other]
                            long_h = net.pattern_start[other + 1] - base_h
                            event_h = net.pattern_event[other] + (h - net.pattern_trip[other]) * long_h
                            aboard[h], rode[h, 0], rode[h, 1] = k, before, boarded if before == g else ABOARD
                            on = True
                            for x in range(1, long_h):
                                t = net.arrive[event_h + x]
                                if t >= target[k]:
                                    on = False
                                    break
                                s = net.pattern_stop[base_h + x]
                                if net.pattern_alight[base_h + x] == 0 or t >= arrive[s, k]:
                                    continue
                                for j in range(k, rounds + 1):
                                    if arrive[s, j] > t:
                                        arrive[s, j] = t
                                    else:
                                        break
                                by[s, k, 0], by[s, k, 1], by[s, k, 2], by[s, k, 3] = (
                                    other,
                                    h - net.pattern_trip[other],
                                    ABOARD,
                                    x,
                                )
                                if is_improved[s] == 0:
                                    is_improved[s] = 1
                                    improved[n_improved] = s
                                    n_improved += 1
                                if egress[s] < FAR and t + egress[s] < target[k]:
                                    for j in range(k, rounds + 1):
                                        if target[j] > t + egress[s]:
                                            target[j] = t + egress[s]
                                    target_stop[k], target_new[k] = s, 1
                            if on and net.stay_start[h + 1] > net.stay_start[h]:
                                waiting[n_waiting] = h
                                n_waiting += 1
            for i in range(n_improved):
                s = improved[i]
                is_improved[s] = 0
                t = arrive[s, k]
                change = max(net.change[s], slack)
                if change < 2**29 and t + change < ready[s, k] and t + change < target[k]:
                    for j in range(k, rounds + 1):
                        if ready[s, j] > t + change:
                            ready[s, j] = t + change
                        else:
                            break
                    came_from[s, k] = s
                    if is_marked[s] == 0:
                        is_marked[s] = 1
                        marked[n_marked] = s
                        n_marked += 1
                for q in range(net.foot_start[s], net.foot_start[s + 1]):
                    other, there = net.foot_to[q], t + net.foot_seconds[q] + slack
                    if there < ready[other, k] and there < target[k]:
                        for j in range(k, rounds + 1):
                            if ready[other, j] > there:
                                ready[other, j] = there
                            else:
                                break
                        came_from[other, k] = s
                        if is_marked[other] == 0:
                            is_marked[other] = 1
                            marked[n_marked] = other
                            n_marked += 1
            if k == rounds and n_marked > 0:
                rested = False
        for i in range(n_marked):
            is_marked[marked[i]] = 0
        for k in range(1, rounds + 1):
            if target_new[k] == 0:
                continue
            target_new[k] = 0
            if n_out == len(out):
                wider = np.empty((2 * n_out, 6), np.int32)
                wider[:n_out] = out
                out = wider
            s, j, n, vehicles = target_stop[k], k, 0, 0
            out[n_out, 0], out[n_out, 1], out[n_out, 3], out[n_out, 4] = tau, target[k], n_legs, s
            while True:
                while j > 1 and arrive[s, j - 1] == arrive[s, j]:
                    j -= 1
                p, boarded, x = by[s, j, 0], by[s, j, 2], by[s, j, 3]
                row = net.pattern_trip[p] + by[s, j, 1]
                while True:
                    if n_legs + n == len(legs):
                        longer = np.empty((2 * len(legs), LEGS), np.int32)
                        longer[: len(legs)] = legs
                        legs = longer
                    legs[n_legs + n, 0], legs[n_legs + n, 1], legs[n_legs + n, 2] = row, max(boarded, 0), x
                    legs[n_legs + n, 3] = boarded == ABOARD
                    n += 1
                    if boarded != ABOARD:
                        break
                    row, boarded = rode[row, 0], rode[row, 1]
                    p = np.searchsorted(net.pattern_trip, row, "right") - 1
                    x = net.pattern_start[p + 1] - net.pattern_start[p] - 1
                vehicles += 1
                s, j = net.pattern_stop[net.pattern_start[p] + boarded], j - 1
                while j > 0 and ready[s, j - 1] == ready[s, j]:
                    j -= 1
                if j == 0:
                    break
                s = came_from[s, j]
            out[n_out, 2], out[n_out, 5] = vehicles, n
            n_out += 1
            n_legs += n
    return out[:n_out].copy(), legs[:n_legs].copy(), rested


@compiled
def departures(net: Any, access_stops: Any, access_seconds: Any, begin: Any, end: Any) -> Any:
    """Every departure in [begin, end] from the door: (departure, stop, ready), descending, without doubles."""
    size, n = 256, 0
    key = np.empty(size, np.int64)
    place = np.empty(size, np.int32)
    for i in range(len(access_stops)):
        s, way = access_stops[i], access_seconds[i]
        for q in range(net.stop_start[s], net.stop_start[s + 1]):
            p, x = net.stop_pattern[q], net.stop_position[q]
            event, trips = net.pattern_event[p], net.pattern_trips[p]
            long = net.pattern_start[p + 1] - net.pattern_start[p]
            low, high = 0, trips
            while low < high:
                middle = (low + high) // 2
                if net.depart[event + middle * long + x] >= begin + way:
                    high = middle
                else:
                    low = middle + 1
            for row in range(low, trips):
                tau = net.depart[event + row * long + x] - way
                if tau > end:
                    break
                if n == size:
                    size *= 2
                    wider, further = np.empty(size, np.int64), np.empty(size, np.int32)
                    wider[:n], further[:n] = key, place
                    key, place = wider, further
                key[n], place[n] = -np.int64(tau) * 2**31 + s, way
                n += 1
    order = np.argsort(key[:n])
    taus, stops, times = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    many = 0
    for i in range(n):
        if i > 0 and key[order[i]] == key[order[i - 1]] and place[order[i]] == place[order[i - 1]]:
            continue
        value = key[order[i]]
        s = value % 2**31
        tau = -((value - s) // 2**31)
        taus[many], stops[many], times[many] = tau, s, tau + place[order[i]]
        many += 1
    return taus[:many].copy(), stops[:many].copy(), times[:many].copy()
