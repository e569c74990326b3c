"""Transfers of single lines and trips, straight from the reference: one change, from a trip at a stop to a trip at a stop."""

from stadtkern.lib.transit.footpaths import metres, walk


def needed(timetable, alight, arrives, board, leaves, slack, step_free=False):
    """Seconds, or None when one cannot change there. `arrives`, `leaves`: indexes of trips in timetable.trips."""
    net, stops = timetable.net, timetable.stops
    free = way(timetable.free_start, timetable.free_to, timetable.free_seconds, alight, board)
    every = way(net.foot_start, net.foot_to, net.foot_seconds, alight, board)
    if alight == board:
        free = every = None if net.change[alight] >= 2**29 else int(net.change[alight])
    base = free if step_free else every
    rule = the_rule(timetable, alight, arrives, board, leaves)
    if rule is not None:
        kind, seconds = rule
        if kind == 3 or (step_free and alight != board and free is None and every is not None):
            return None
        if seconds >= 0:
            base = seconds
        elif alight == board:
            base = 0 if kind == 1 or base is None else base
        elif base is None:
            far = walk(float(metres(stops, alight, board)))
            base = far if far <= 7200 else None
    if base is None:
        return None
    return max(base, slack) if alight == board else base + slack


def way(start, to, seconds, one, other):
    return next((int(seconds[at]) for at in range(start[one], start[one + 1]) if to[at] == other), None)


def the_rule(timetable, alight, arrives, board, leaves):
    """(type, seconds) of the rule that counts: the reference's ranks from the top."""
    ids, routes, parent = list(timetable.trips.id), timetable.trips.route, timetable.stops.parent
    fitting = []
    for at, (one, other, kind, seconds, from_route, to_route, from_trip, to_trip) in enumerate(timetable.rules.tolist()):
        if one not in (alight, parent[alight]) or other not in (board, parent[board]):
            continue
        if from_route not in (-1, routes[arrives]) or to_route not in (-1, routes[leaves]):
            continue
        if any(trip >= 0 and ids[trip] != ids[mine] for trip, mine in ((from_trip, arrives), (to_trip, leaves))):
            continue
        trips, lines = [from_trip >= 0, to_trip >= 0], [from_route >= 0, to_route >= 0]
        ranks = [all(trips), any(trips) and any(lines), any(trips), all(lines), any(lines)]
        fitting.append((ranks.index(True), -((one, other) == (alight, board)), -at, (kind, seconds)))
    return min(fitting)[-1] if fitting else None
