"""What a journey costs by the feed's own tables, fares v1 and v2. Source: GTFS reference, fare_attributes.txt and
fare_leg_rules.txt.

A table of fares in a feed is the operator's word, not ours: where it says nothing, there is no option, and never a guess.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product

from .feed import Feed
from .journey import Journey, Ride

MOST_LEGS = 8


@dataclass(frozen=True, slots=True)
class FareOption:
    """One way to pay: all its tickets together. `cents` in the smallest unit of the currency (two digits)."""

    name: str
    cents: int
    currency: str
    tickets: tuple[str, ...]  # ids of fares or products
    rider: str = ""  # rider category, fares v2


def fare(feed: Feed, journey: Journey) -> list[FareOption]:
    """The ways to pay for a journey, the cheapest first; none when the feed's tables do not cover every ride."""
    rides = journey.rides
    if not rides or len(rides) > MOST_LEGS:
        return []
    options = [*by_products(feed, rides), *by_attributes(feed, rides)]
    return sorted(set(options), key=lambda option: (option.cents, option.rider, option.tickets))


def cents(text: str) -> int | None:
    """1.4 or 1.40 to 140; None for what is no price up to a million."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return int((value * 100).to_integral_value()) if value.is_finite() and 0 <= value <= 1_000_000 else None


def by_attributes(feed: Feed, rides: list[Ride]) -> list[FareOption]:
    """Fares v1: one fare for all rides where its transfers and time allow it, else the cheapest fare for each part."""
    table = feed.fares.get("fare_attributes.txt", [])
    rules: dict[str, list[dict[str, str]]] = {}
    for row in feed.fares.get("fare_rules.txt", []):
        rules.setdefault(row.get("fare_id", ""), []).append(row)
    found = []
    for row in table:
        price = cents(row.get("price", ""))
        if price is not None and covers(feed, row, rules.get(row.get("fare_id", ""), []), rides):
            found.append(FareOption(row["fare_id"], price, row.get("currency_type", ""), (row["fare_id"],)))
    if found or len(rides) == 1:
        return found
    for cut in range(1, len(rides)):
        left, right = by_attributes(feed, rides[:cut]), by_attributes(feed, rides[cut:])
        if left and right:
            one, two = min(left, key=lambda o: o.cents), min(right, key=lambda o: o.cents)
            if one.currency == two.currency:
                found.append(
                    FareOption(f"{one.name} + {two.name}", one.cents + two.cents, one.currency, one.tickets + two.tickets)
                )
    return sorted(found, key=lambda option: option.cents)[:1]


def covers(feed: Feed, row: dict[str, str], rules: list[dict[str, str]], rides: list[Ride]) -> bool:
    """Whether a fare holds for these rides: changes, time, and one rule for all of them (or no rule at all)."""
    changes = row.get("transfers", "")
    if changes.isdecimal() and sum(not ride.stays for ride in rides[1:]) > int(changes[:3]):
        return False
    lasts = row.get("transfer_duration", "")
    if len(rides) > 1 and lasts.isdecimal() and rides[-1].departs - rides[0].departs > int(lasts[:9]):
        return False
    agency = row.get("agency_id", "")
    if agency and len(feed.agencies) > 1 and any(feed.routes.agency[ride.route] not in ("", agency) for ride in rides):
        return False
    if not rules:
        return True
    zones = {feed.stops.zone[stop] for ride in rides for stop in ride.stops}
    contained = {rule["contains_id"] for rule in rules if rule.get("contains_id")}
    if contained and zones != contained:
        return False
    origin, target = feed.stops.zone[rides[0].board], feed.stops.zone[rides[-1].alight]
    routes = {feed.routes.id[ride.route] for ride in rides}
    lines = {rule["route_id"] for rule in rules if rule.get("route_id")}
    if lines and not routes <= lines:
        return False
    return any(rule.get("origin_id", origin) == origin and rule.get("destination_id", target) == target for rule in rules)


def by_products(feed: Feed, rides: list[Ride]) -> list[FareOption]:
    """Fares v2: leg rules by network and areas, transfer rules between leg groups; timeframes are not looked at, such rules are
    left out."""
    products: dict[str, list[dict[str, str]]] = {}
    for row in feed.fares.get("fare_products.txt", []):
        products.setdefault(row.get("fare_product_id", ""), []).append(row)
    legs = [leg_rules(feed, ride) for ride in rides]
    if not all(legs):
        return []
    named = [row for row in feed.fares.get("rider_categories.txt", []) if "rider_category_id" in row]
    riders = {row["rider_category_id"]: row.get("rider_category_name", "") for row in named}
    found: dict[tuple[str, str], FareOption] = {}
    for combination in product(*(rules[:4] for rules in legs)):
        for category in ["", *riders][:10]:
            option = priced(feed, list(combination), products, rides, category)
            if option:
                option = FareOption(option.name, option.cents, option.currency, option.tickets, riders.get(category, category))
                key = option.rider, option.name
                if key not in found or option.cents < found[key].cents:
                    found[key] = option
    return list(found.values())


def leg_rules(feed: Feed, ride: Ride) -> list[dict[str, str]]:
    """Rules of the best priority that hold for a ride."""
    areas: dict[str, set[str]] = {}
    for row in feed.fares.get("stop_areas.txt", []):
        areas.setdefault(row.get("stop_id", ""), set()).add(row.get("area_id", ""))
    networks = {row.get("route_id"): row.get("network_id", "") for row in feed.fares.get("route_networks.txt", [])}
    network = networks.get(feed.routes.id[ride.route], feed.routes.network[ride.route])
    start, end = ({*stop_areas(feed, areas, stop)} for stop in (ride.board, ride.alight))
    ranked = any(row.get("rule_priority") for row in feed.fares.get("fare_leg_rules.txt", []))
    good = []
    for row in feed.fares.get("fare_leg_rules.txt", []):
        if row.get("from_timeframe_group_id") or row.get("to_timeframe_group_id"):
            continue
        match = [(row.get("network_id"), {network}), (row.get("from_area_id"), start), (row.get("to_area_id"), end)]
        if all(value in where if value else True for value, where in match):
            exact = sum(1 for value, _where in match if value)
            good.append(
                (int(row.get("rule_priority", "0")[:6]) if row.get("rule_priority", "0")[:6].isdecimal() else 0, exact, row)
            )
    if not good:
        return []
    best = max(rank for rank, _exact, _row in good)
    rows = [(exact, row) for rank, exact, row in good if rank == best]
    if ranked:
        return [row for _exact, row in rows]
    most = max(exact for exact, _row in rows)  # without priorities a blank means "what no other rule names"
    return [row for exact, row in rows if exact == most]


def stop_areas(feed: Feed, areas: dict[str, set[str]], stop: int) -> set[str]:
    parent = int(feed.stops.parent[stop])
    return areas.get(feed.stops.id[stop], set()) | (areas.get(feed.stops.id[parent], set()) if parent >= 0 else set())


def priced(
    feed: Feed, legs: list[dict[str, str]], products: dict[str, list[dict[str, str]]], rides: list[Ride], category: str
) -> FareOption | None:
    """The sum of the legs' products, with transfer rules between them."""
    total, last, changes, currency = 0, 0, 0, ""
    tickets: list[str] = []
    names: list[str] = []
    for at, leg in enumerate(legs):
        price = amount(products, leg.get("fare_product_id", ""), category)
        rule = transfer_rule(feed, legs[at - 1], leg, changes, rides[at].departs - rides[0].departs) if at else None
        if rule is not None:
            changes += 1
            extra = amount(products, rule["fare_product_id"], category) if rule.get("fare_product_id") else (0, currency, "")
            kind = rule.get("fare_transfer_type", "0")
            if extra is None or price is None:
                return None
            if kind == "0":  # the first leg and the change
                price = extra
            elif kind == "1":  # both legs and the change
                price = (price[0] + extra[0], price[1], price[2])
            else:  # only the change
                total, price = total - last, extra
        else:
            changes = 0
        if price is None or (currency and price[1] and price[1] != currency):
            return None
        last, total, currency = price[0], total + price[0], currency or price[1]
        if price[2] or price[0]:
            tickets.append(leg.get("fare_product_id", ""))
            names.append(price[2] or leg.get("fare_product_id", ""))
    return FareOption(" + ".join(dict.fromkeys(names)), max(total, 0), currency, tuple(tickets))


def amount(products: dict[str, list[dict[str, str]]], key: str, category: str) -> tuple[int, str, str] | None:
    """(cents, currency, name) of a product for a rider category; the cheapest medium counts."""
    rows = [row for row in products.get(key, []) if row.get("rider_category_id", "") in ("", category)]
    own = [row for row in rows if row.get("rider_category_id", "") == category] or rows
    prices = []
    for row in own:
        value = cents(row.get("amount", ""))
        if value is not None:
            prices.append((value, row.get("currency", ""), row.get("fare_product_name", "")))
    return min(prices) if prices else None


def transfer_rule(feed: Feed, before: dict[str, str], after: dict[str, str], changes: int, took: int) -> dict[str, str] | None:
    """The rule for changing from one leg group to another, if there is one."""
    for row in feed.fares.get("fare_transfer_rules.txt", []):
        if row.get("from_leg_group_id", before.get("leg_group_id", "")) != before.get("leg_group_id", ""):
            continue
        if row.get("to_leg_group_id", after.get("leg_group_id", "")) != after.get("leg_group_id", ""):
            continue
        limit, most = row.get("duration_limit", ""), row.get("transfer_count", "")
        if (limit.isdecimal() and took > int(limit[:9])) or (most.isdecimal() and changes >= int(most[:6])):
            continue
        return row
    return None
