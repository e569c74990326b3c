"""Trips from what the searches found: pieces and rides become legs with times, metres, grams and cents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from stadtkern.lib.earth import METRES

from .co2 import grams
from .crossing import Crossings
from .doors import Side
from .fleets import Piece
from .moment import Moment
from .world import Leg, Mode, Request, Spot, Trip

if TYPE_CHECKING:
    from stadtkern.lib.transit import Journey, Ride


def street_legs(moment: Moment, pieces: Sequence[Piece], departs: int, seconds: int) -> list[Leg]:
    """The pieces one after the other, in whole seconds that add up to `seconds`."""
    legs: list[Leg] = []
    gone, at = 0, departs
    for number, piece in enumerate(pieces):
        gone += piece.ms
        until = departs + (seconds if number == len(pieces) - 1 else min(seconds, math.ceil(gone / 1000)))
        metres = max(0, round(piece.metres))
        leg = Leg(piece.mode, piece.start, piece.goal, at, until, metres, grams(piece.mode, metres, own=moment.world.grams))
        legs.append(_rented(leg, piece))
        at = until
    return legs


def _rented(leg: Leg, piece: Piece) -> Leg:
    pickup = piece.pickup
    if pickup is None:
        return leg
    price = pickup.system.costs(pickup.vehicle, pickup.type, leg.seconds, leg.distance_m)
    cents, currency = price if price is not None else (None, leg.currency)
    named = pickup.vehicle.id if pickup.vehicle else ""
    operator = pickup.system.operator or pickup.system.name
    return replace(leg, operator=operator, vehicle=named, link=pickup.link, fare_cents=cents, currency=currency)


def trip_of(
    moment: Moment,
    journey: Journey,
    sides: tuple[Side, Side],
    doors: tuple[Spot, Spot],
    request: Request,
    crossings: Crossings | None = None,
) -> Trip:
    """A journey of the timetable with its ways to and from the stops."""
    rides = journey.rides
    legs: list[Leg] = []
    ready = 0
    for number, ride in enumerate(rides):
        if number == 0:
            stop = moment.stop(ride.board)
            seconds = int(sides[0].seconds[ride.board])
            legs += street_legs(moment, sides[0].pieces(ride.board, doors[0], stop), ride.departs - seconds, seconds)
        elif rides[number - 1].alight != ride.board and not ride.stays:
            way = next(leg for leg in journey.walks if (leg.origin, leg.target) == (rides[number - 1].alight, ride.board))
            legs += changing(moment, way.origin, way.target, ready, way.seconds, crossings)
        before = legs[-1].arrives if legs else ride.departs
        spare = ride.departs - before - (request.slack_s if number else 0)
        tight = number > 0 and not ride.stays and spare < request.tight_s
        legs.append(_ride(moment, ride, tight, waits=ride.departs - before))
        ready = ride.arrives
    last = rides[-1].alight
    seconds = int(sides[1].seconds[last])
    legs += street_legs(moment, sides[1].pieces(last, doors[1], moment.stop(last)), ready, seconds)
    legs = [leg for leg in legs if leg.seconds or leg.distance_m or leg.mode is not Mode.WALK]
    return priced(moment, Trip(tuple(legs), journey=journey))


def changing(moment: Moment, alight: int, board: int, ready: int, seconds: int, crossings: Crossings | None) -> list[Leg]:
    """From one stop to the next in `seconds`: on foot, or by a shared vehicle where that was searched and is quicker."""
    one, other = moment.stop(alight), moment.stop(board)
    shared = crossings.pieces(moment, alight, board) if crossings is not None else None
    if shared is not None and shared[1] == seconds:
        return street_legs(moment, shared[0], ready, seconds)
    metres = between(one, other)
    return street_legs(moment, [Piece(Mode.WALK, one, other, seconds * 1000, metres * 1.3)], ready, seconds)


def _ride(moment: Moment, ride: Ride, tight: bool, waits: int) -> Leg:
    from stadtkern.lib.transit import passing

    timetable = moment.world.timetable
    assert timetable is not None
    routes, metres = timetable.routes, moment.length(ride)
    kind = int(routes.kind[ride.route])
    times = tuple((arrives, leaves) for _, arrives, leaves in passing(timetable, ride))
    weight = grams(Mode.TRANSIT, metres, kind, moment.world.grams)
    return Leg(
        Mode.TRANSIT, moment.stop(ride.board), moment.stop(ride.alight), ride.departs, ride.arrives, metres, weight,
        route=routes.title(ride.route), route_id=routes.id[ride.route], route_type=kind,
        headsign=ride.headsign, trip=ride.trip, ride=ride, stops=ride.stops, times=times, delay=ride.delay or 0,
        live=ride.delay is not None, waits_s=waits, tight=tight, stays=ride.stays,
    )  # fmt: skip


def between(one: Spot, other: Spot) -> float:
    """Metres as the crow flies; stops without coordinates lie nowhere."""
    wide = METRES * math.cos(math.radians(one.lat))
    gap = math.hypot((other.lat - one.lat) * METRES, (other.long - one.long) * wide)
    return gap if math.isfinite(gap) else 0.0


def priced(moment: Moment, trip: Trip) -> Trip:
    """What it costs altogether; not known where a part is not known."""
    parts = [(leg.fare_cents, leg.currency) for leg in trip.legs if leg.operator]
    if trip.vehicles:
        known = moment.world.fare(trip.journey) if moment.world.fare is not None else None
        parts.append(known or (None, "EUR"))
    if any(leg.mode in (Mode.CAR, Mode.PARK_RIDE) for leg in trip.legs):
        return trip
    currencies = {currency for _, currency in parts}
    if len(currencies) > 1 or any(cents is None for cents, _ in parts):
        return trip
    return replace(trip, fare_cents=sum(cents or 0 for cents, _ in parts), currency=currencies.pop() if currencies else "EUR")
