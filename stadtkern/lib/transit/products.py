"""Fares v2: what a journey costs by leg rules, timeframes, joins and transfers. Source: GTFS reference, timeframes.txt,
fare_leg_rules.txt, fare_leg_join_rules.txt, fare_transfer_rules.txt.

Where the tables leave a price open, or need a day that nobody told, there is none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any

from .journey import Ride
from .times import clock

Row = Mapping[str, str]
DAY = 86_400
MOST_RULES, MOST_RIDERS = 4, 10
SPANS = {"0": ("departs", "arrives"), "1": ("departs", "departs"), "2": ("arrives", "departs"), "3": ("arrives", "arrives")}


@dataclass(frozen=True, slots=True)
class Leg:
    """What counts as one leg: a ride, or several where one stays seated or a join rule says so."""

    network: str
    start: frozenset[str]  # areas
    end: frozenset[str]
    departs: int
    arrives: int


@dataclass(frozen=True, slots=True)
class Price:
    cents: int
    currency: str
    name: str


@dataclass(frozen=True, slots=True)
class Total:
    """Everything to be paid by one kind of rider: all products together."""

    cents: int
    currency: str
    names: tuple[str, ...]
    products: tuple[str, ...]
    rider: str


def totals(feed: Any, rides: Sequence[Ride], day: date | None) -> Iterator[Total]:
    """Each way to pay, for every rider category ("" = anybody)."""
    legs = legs_of(feed, rides)
    rules = [rules_for(feed, leg, day) for leg in legs]
    riders = [row["rider_category_id"] for row in feed.fares.get("rider_categories.txt", []) if "rider_category_id" in row]
    products: dict[str, list[Row]] = {}
    for row in feed.fares.get("fare_products.txt", []):
        products.setdefault(row.get("fare_product_id", ""), []).append(row)
    for chosen in product(*(some[:MOST_RULES] for some in rules)):
        for rider in ["", *riders][:MOST_RIDERS]:
            found = total(feed, legs, chosen, products, rider)
            if found is not None:
                yield found


def legs_of(feed: Any, rides: Sequence[Ride]) -> list[Leg]:
    areas: dict[str, set[str]] = {}
    for row in feed.fares.get("stop_areas.txt", []):
        areas.setdefault(row.get("stop_id", ""), set()).add(row.get("area_id", ""))
    networks = {row.get("route_id"): row.get("network_id", "") for row in feed.fares.get("route_networks.txt", [])}

    def at(stop: int) -> frozenset[str]:
        return frozenset().union(*(areas.get(one, ()) for one in named(feed, stop)))

    legs: list[Leg] = []
    last: Ride | None = None
    for ride in rides:
        network = networks.get(feed.routes.id[ride.route], feed.routes.network[ride.route])
        leg = Leg(network, at(ride.board), at(ride.alight), ride.departs, ride.arrives)
        if last and ((ride.stays and legs[-1].network == network) or joined(feed, legs[-1].network, network, last, ride)):
            before = legs.pop()
            leg = Leg(network, before.start, leg.end, before.departs, leg.arrives)
        legs.append(leg)
        last = ride
    return legs


def named(feed: Any, stop: int) -> list[str]:
    """Ids of a stop and of its station."""
    parent = int(feed.stops.parent[stop])
    return [feed.stops.id[one] for one in (stop, parent) if one >= 0]


def joined(feed: Any, one: str, other: str, before: Ride, after: Ride) -> bool:
    """Whether a join rule makes one leg of two. Matching needs one network, so only joins within one are known."""
    out, into = named(feed, before.alight), named(feed, after.board)
    for row in feed.fares.get("fare_leg_join_rules.txt", []):
        start, end = row.get("from_stop_id", ""), row.get("to_stop_id", "")
        same_place = (start in out and end in into) if start or end else out[-1] == into[-1]
        if one == other and row.get("from_network_id", one) == one and row.get("to_network_id", other) == other and same_place:
            return True
    return False


def rules_for(feed: Any, leg: Leg, day: date | None) -> list[Row]:
    """The rules that hold for a leg; none where it cannot be known."""
    rows = feed.fares.get("fare_leg_rules.txt", [])
    own = {"network_id": {leg.network}, "from_area_id": leg.start, "to_area_id": leg.end}
    listed = {column: {row[column] for row in rows if column in row} for column in own}
    ranked = any("rule_priority" in row for row in rows)
    good: list[tuple[int, Row]] = []
    for row in rows:
        # a blank means "all that no rule names", and with priorities "any"
        fits = (row[column] in mine if column in row else ranked or not mine & listed[column] for column, mine in own.items())
        if not all(fits):
            continue
        if (holds := in_time(feed, row, leg, day)) is None:
            return []
        if holds:
            rank = row.get("rule_priority", "0")[:6]
            good.append((int(rank) if rank.isdecimal() else 0, row))
    best = max((rank for rank, _row in good), default=0)
    return [row for rank, row in good if rank == best]


def in_time(feed: Any, rule: Row, leg: Leg, day: date | None) -> bool | None:
    """Whether the leg begins and ends in the rule's timeframes; None where there is no day to look at."""
    for column, seconds in (("from_timeframe_group_id", leg.departs), ("to_timeframe_group_id", leg.arrives)):
        group = rule.get(column)
        if not group:
            continue
        if day is None:
            return None
        when, now = f"{day + timedelta(days=seconds // DAY):%Y%m%d}", seconds % DAY
        runs = {row["service_id"] for row in feed.fares.get("timeframe_days", []) if row["date"] == when}
        frames = [row for row in feed.fares.get("timeframes.txt", []) if row.get("timeframe_group_id") == group]
        if not any(row.get("service_id") in runs and begin(row) <= now < end(row) for row in frames):
            return False
    return True


def begin(row: Row) -> int:
    return max(clock(row.get("start_time", "")), 0)


def end(row: Row) -> int:
    told = clock(row.get("end_time", ""))
    return told if told >= 0 else DAY


def total(feed: Any, legs: Sequence[Leg], chosen: Sequence[Row], products: Mapping[str, list[Row]], rider: str) -> Total | None:
    """The sum of the legs' products, with transfer rules between them. None where a price or a currency does not fit."""
    whole, first, changes, parts = 0, 0, 0, list[tuple[Price, str]]()
    for at, leg in enumerate(legs):
        key = chosen[at].get("fare_product_id", "")
        price = amount(products, key, rider)
        rule = transfer(feed, chosen[at - 1], chosen[at], changes + 1, legs[first], leg) if at else None
        if price is None:
            return None
        if rule is None:
            first, changes = at, 0
            whole += price.cents
            parts.append((price, key))
            continue
        changes += 1
        other = rule.get("fare_product_id", "")
        extra = amount(products, other, rider) if other else Price(0, price.currency, "")
        if extra is None:
            return None
        kind = rule.get("fare_transfer_type", "0")
        if kind == "2" and changes == 1:  # the change stands for the first leg as well
            whole -= parts.pop()[0].cents
        whole += extra.cents + (price.cents if kind == "1" else 0)
        parts += [(extra, other)] if other else []
        parts += [(price, key)] if kind == "1" else []
    currencies = {price.currency for price, _key in parts if price.currency}
    if len(currencies) > 1:
        return None
    shown = [(price.name or key, key) for price, key in parts if price.cents or price.name]
    names, keys = (tuple(one[at] for one in shown) for at in (0, 1))
    return Total(max(whole, 0), next(iter(currencies), ""), tuple(dict.fromkeys(names)), keys, rider)


def amount(products: Mapping[str, list[Row]], key: str, rider: str) -> Price | None:
    """What a product costs a rider; the cheapest medium counts. Below zero it is a discount."""
    rows = [row for row in products.get(key, []) if row.get("rider_category_id", "") in ("", rider)]
    own = [row for row in rows if row.get("rider_category_id", "") == rider] or rows
    prices = []
    for row in own:
        told = row.get("amount", "").strip()
        value = cents(told.removeprefix("-"))
        if value is not None:
            prices.append(
                (-value if told.startswith("-") else value, row.get("currency", ""), row.get("fare_product_name", ""))
            )
    return Price(*min(prices)) if prices else None


def transfer(feed: Any, before: Row, after: Row, changes: int, first: Leg, last: Leg) -> Row | None:
    """The rule for the change from one group of legs to another: of those that allow so many changes the narrowest."""
    rows = feed.fares.get("fare_transfer_rules.txt", [])
    one, other = before.get("leg_group_id", ""), after.get("leg_group_id", "")
    listed = [{row[column] for row in rows if column in row} for column in ("from_leg_group_id", "to_leg_group_id")]
    exact = [row for row in rows if row.get("from_leg_group_id") == one and row.get("to_leg_group_id") == other]
    blank = [
        row
        for row in rows
        if (row["from_leg_group_id"] == one if "from_leg_group_id" in row else one not in listed[0])
        and (row["to_leg_group_id"] == other if "to_leg_group_id" in row else other not in listed[1])
    ]
    found: list[tuple[float, Row]] = []
    for row in exact or blank:
        told = row.get("transfer_count", "")
        most = int(told[:6]) if told.isdecimal() else float("inf")
        lasts = row.get("duration_limit", "")
        start, stop = SPANS.get(row.get("duration_limit_type", "1"), SPANS["1"])
        took = getattr(last, stop) - getattr(first, start)
        if changes <= most and not (lasts.isdecimal() and took > int(lasts[:9])):
            found.append((most, row))
    return min(found, key=lambda one: one[0])[1] if found else None


def cents(text: str) -> int | None:
    """1.4 or 1.40 to 140; None for what is no price up to a million."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return int((value * 100).to_integral_value()) if value.is_finite() and 0 <= value <= 1_000_000 else None
