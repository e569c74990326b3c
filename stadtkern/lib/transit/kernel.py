"""RAPTOR and its profile search, compiled. Source: Delling, Pajor, Werneck, Round-Based Public Transit Routing, 2015.

Labels lie stop by stop: arrive[s, k] is the earliest arrival by vehicle with at most k vehicles, ready[s, k] the earliest
moment at which one can board there. They are two labels, because a stop that was reached earlier on foot must still accept a
later vehicle: ways on foot start from arrivals by vehicle only. Lower rounds are copied upwards, so a label's origin is the
lowest round with its value.
"""

from typing import Any

import numpy as np

from stadtkern.lib.compiled import compiled, inlined

FAR = 2**31 - 1
LEGS = 6  # trip row, positions of boarding and alighting, 1 = one was in the vehicle already, the row's first stop and event
ABOARD = -1  # instead of a position of boarding: one stayed in the vehicle
UNSEEN = 2  # whether trips of a pattern go on as others was not looked at yet


@inlined
def lower(label: Any, s: Any, k: Any, t: Any) -> None:
    """A stop's label for k vehicles and more."""
    for j in range(k, label.shape[1]):
        if label[s, j] <= t:
            break
        label[s, j] = t


@compiled
def search(
    net: Any,
    taus: Any,
    depart: int,
    seed_stops: Any,
    seed_seconds: Any,
    egress_stops: Any,
    egress_seconds: Any,
    rounds: int,
    slack: Any,
) -> Any:
    """Journeys for departures in descending order.

    taus int32[n]: the departure each seed belongs to, descending, or none: all belong to `depart`. seed_*, egress_*: ways from
    and to the door. Returns (int32[j, 6]: departure, arrival, vehicles, first leg, last stop, legs; int32[legs, LEGS], the
    last one of a journey first; whether every label had come to rest before the rounds were used up).

    A pattern is gone through from the first to the last position at which one can board earlier than in the round before, and
    on from there while it is of use: what leaves from other stops was boarded in an earlier round.

    Where a vehicle goes on as another trip (stay_to), whoever can ride it to its end is aboard that one, too, in the same
    round. That holds for every trip of a pattern from the first one that can be boarded, not only for that. `followed` and
    `aboard` keep what was gone through with no more vehicles: it need not be again, for earlier departures neither. Of the
    trips of a pattern one is aboard from their first stop on, only the first one counts (`through`): the others arrive later.
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
    span = np.full((len(net.pattern_trip), 2), FAR, np.int32)  # the first and the last position at which to look for a boarding
    queue = np.empty(len(net.pattern_trip), np.int32)
    marked = np.empty(stops, np.int32)
    is_marked = np.zeros(stops, np.uint8)
    improved = np.empty(stops, np.int32)
    is_improved = np.zeros(stops, np.uint8)
    going_on = len(net.stay_to) > 0
    has_stays = np.full(len(net.pattern_trip), UNSEEN if going_on else 0, np.uint8)
    followed = np.empty((len(net.pattern_trip) if going_on else 0, rounds + 1), np.int32)
    through = np.full((len(followed), rounds + 1), FAR, np.int32)
    aboard = np.full(len(net.stay_start) if going_on else 0, rounds + 1, np.int32)
    rode = np.empty((len(aboard), 2), np.int32)  # the row before, and where that was boarded
    waiting = np.empty(len(aboard), np.int32)
    out = np.empty((64, 6), np.int32)
    legs = np.empty((256, LEGS), np.int32)
    n_out, n_legs, rested = 0, 0, True
    at = 0
    while at < len(seed_stops):
        tau = taus[at] if len(taus) > 0 else np.int32(depart)
        n_marked = 0
        while at < len(seed_stops) and (len(taus) == 0 or taus[at] == tau):
            s, t = seed_stops[at], np.int32(tau + seed_seconds[at])
            at += 1
            if t < ready[s, 0]:
                lower(ready, s, 0, t)
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
                    if span[p, 0] <= position and position <= span[p, 1]:
                        continue
                    if span[p, 0] == FAR:
                        queue[n_queue] = p
                        n_queue += 1
                        span[p, 1] = position
                    span[p, 0], span[p, 1] = min(span[p, 0], position), max(span[p, 1], position)
            n_marked = 0
            if n_queue == 0:
                break
            n_improved = 0
            for i in range(n_queue):
                p = queue[i]
                start, last = span[p, 0], span[p, 1]
                span[p, 0] = span[p, 1] = FAR
                base, event, trips = net.pattern_start[p], net.pattern_event[p], net.pattern_trips[p]
                long = net.pattern_start[p + 1] - base
                row, boarded = trips, -1
                board, stop = net.pattern_board, net.pattern_stop
                now = event + trips * long  # events of the row one is in
                for x in range(start, long):
                    s = np.uint32(stop[base + x])
                    if row < trips:
                        t = net.arrive[now + x]
                        if t >= target[k]:
                            if x > last and net.pattern_woven[p] == 0:
                                break
                        elif t < arrive[s, k] and net.pattern_alight[base + x] == 1:
                            lower(arrive, s, k, t)
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
                    elif x > last:
                        break
                    if x <= last and row > 0 and board[base + x] == 1:
                        t = ready[s, k - 1]
                        if t <= net.depart[now - long + x]:
                            low, high = 0, row - 1
                            while low < high:
                                middle = (low + high) // 2
                                if net.depart[event + middle * long + x] >= t:
                                    high = middle
                                else:
                                    low = middle + 1
                            row, boarded, now = low, x, event + low * long
                if row == trips or has_stays[p] == 0:
                    continue
                if has_stays[p] == UNSEEN:
                    g = net.pattern_trip[p]
                    has_stays[p] = net.stay_start[g + trips] > net.stay_start[g]
                    followed[p] = trips
                    if has_stays[p] == 0:
                        continue
                until = followed[p, k]
                lower(followed, p, k, row)
                for r in range(row, until):
                    g = net.pattern_trip[p] + r
                    if net.stay_start[g + 1] == net.stay_start[g]:
                        continue
                    if net.arrive[event + r * long + long - 1] >= target[k]:
                        break
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
                            at_h = h - net.pattern_trip[other]
                            if at_h < through[other, k]:  # else somebody is aboard an earlier one from its first stop on
                                lower(through, other, k, at_h)
                                for x in range(1, long_h):
                                    t = net.arrive[event_h + x]
                                    if t >= target[k]:
                                        break
                                    s = net.pattern_stop[base_h + x]
                                    if t >= arrive[s, k] or net.pattern_alight[base_h + x] == 0:
                                        continue
                                    lower(arrive, s, k, t)
                                    if is_improved[s] == 0:
                                        is_improved[s] = 1
                                        improved[n_improved] = s
                                        n_improved += 1
                                    if egress[s] < FAR and t + egress[s] < target[k]:
                                        for j in range(k, rounds + 1):
                                            if target[j] > t + egress[s]:
                                                target[j] = t + egress[s]
                                        target_stop[k], target_new[k] = s, 1
                                    by[s, k, 0], by[s, k, 1], by[s, k, 2], by[s, k, 3] = other, at_h, ABOARD, x
                            if net.stay_start[h + 1] > net.stay_start[h] and net.arrive[event_h + long_h - 1] < target[k]:
                                waiting[n_waiting] = h
                                n_waiting += 1
            for i in range(n_improved):
                is_improved[improved[i]] = 0
            if k == rounds:
                rested = rested and n_improved == 0
                break
            for i in range(n_improved):
                s = improved[i]
                t = arrive[s, k]
                change = max(net.change[s], slack)
                if change < 2**29 and t + change < ready[s, k] and t + change < target[k]:
                    lower(ready, s, k, t + change)
                    came_from[s, k] = s
                    if is_marked[s] == 0:
                        is_marked[s] = 1
                        marked[n_marked] = s
                        n_marked += 1
                for q in range(net.foot_start[s], net.foot_start[s + 1]):
                    other, way = net.foot_to[q], net.foot_seconds[q]
                    there = t + (way + slack if way >= 0 else max(-1 - way, slack))  # rules.over_places
                    if there < ready[other, k] and there < target[k]:
                        lower(ready, other, k, there)
                        came_from[other, k] = s
                        if is_marked[other] == 0:
                            is_marked[other] = 1
                            marked[n_marked] = other
                            n_marked += 1
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
                    legs[n_legs + n, 3], legs[n_legs + n, 4] = boarded == ABOARD, net.pattern_start[p]
                    legs[n_legs + n, 5] = net.pattern_event[p] + (row - net.pattern_trip[p]) * (
                        net.pattern_start[p + 1] - net.pattern_start[p]
                    )
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
    """Every departure in [begin, end] from the door: (departure, stop, seconds to it), descending, without doubles."""
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
    taus, stops, ways = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    many = 0
    for i in range(n):
        if i > 0 and key[order[i]] == key[order[i - 1]] and place[order[i]] == place[order[i - 1]]:
            continue
        value = key[order[i]]
        s = value % 2**31
        tau = -((value - s) // 2**31)
        taus[many], stops[many], ways[many] = tau, s, place[order[i]]
        many += 1
    return taus[:many].copy(), stops[:many].copy(), ways[:many].copy()


@compiled
def within(stops: Any, seconds: Any, many: int, most: int) -> bool:
    """Whether these are stops (less than `many` of them are there) and ways of `most` seconds at most."""
    fits = True
    for i in range(len(stops)):
        fits = fits and 0 <= stops[i] < many and 0 <= seconds[i] <= most
    return fits
