"""What the first question of a process would wait for: compiled code, streets next to the stops, where vehicles may be left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .isochrone import areas, reachable
from .plan import candidates
from .world import Mode, Request, World


def warm(world: World) -> bool:
    """Asks once in every way there is; False where there is no timetable with two stops to ask from and to.

    Takes a second with compiled code on disk, and compiles (up to a minute) where there is none yet.
    """
    timetable = world.timetable
    if timetable is None:
        return False
    from stadtkern.lib.transit import StopUpdate, TripUpdate, board, live

    served = np.unique(timetable.net.pattern_stop)
    served = served[np.isfinite(timetable.stops.lat[served])]
    if len(served) < 2:
        return False
    ends = [(float(timetable.stops.lat[at]), float(timetable.stops.long[at])) for at in (served[0], served[len(served) // 2])]
    noon = 12 * 3600
    every = Request(ends[0], ends[1], noon, modes=frozenset(Mode))
    for request in (every, replace(every, arrive_by=True, wheelchair=True), replace(every, modes=frozenset({Mode.BIKE}))):
        candidates(request, world)
    candidates(every, World(timetable))  # places off the streets
    for wheelchair in (False, True):
        areas(reachable(world, ends[0], noon, 900, wheelchair=wheelchair), [900])
    board(timetable, [int(served[0])], noon)
    if timetable.plan_depart is None:  # the next message comes soon
        late = StopUpdate(sequence=int(timetable.sequence[0]), arrive_delay=6 * 3600)
        live(timetable, [TripUpdate(timetable.trips.id[int(timetable.trip_source[0])], (late,))])
    return True
