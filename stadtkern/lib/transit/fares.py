"""What a journey costs by the feed's own tables, fares v1 and v2. Source: GTFS reference, fare_attributes.txt and
fare_leg_rules.txt.

A table of fares in a feed is the operator's word, not ours: where it says nothing, there is no option, and never a guess.
"""

from dataclasses import dataclass
from datetime import date

from .feed import Feed
from .journey import Journey, Ride
from .products import cents, totals

MOST_LEGS = 8


@dataclass(frozen=True, slots=True)
class FareOption:
    """One way to pay: all its tickets together. `cents` in the smallest unit of the currency (two digits)."""

    name: str
    cents: int
    currency: str
    tickets: tuple[str, ...]  # ids of fares or products
    rider: str = ""  # rider category, fares v2
    rider_id: str = ""


def fare(feed: Feed, journey: Journey, day: date | None = None) -> list[FareOption]:
    """The ways to pay for a journey, the cheapest first; none when the feed's tables do not cover every ride.

    `day`: of the journey's timetable; without it there is no price where tables make it depend on time.
    """
    rides = journey.rides
    if not rides or len(rides) > MOST_LEGS:
        return []
    options = [*by_products(feed, rides, day), *by_attributes(feed, rides)]
    return sorted(set(options), key=lambda option: (option.cents, option.rider, option.tickets))


def by_attributes(feed: Feed, rides: list[Ride]) -> list[FareOption]:
    """Fares v1: one fare for all rides where its transfers and time allow it, else the cheapest fare for each part."""
    table = feed.fares.get("fare_attributes.txt", [])
    rules: dict[str, list[dict[str, str]]] = {}
    for row in feed.fares.get("fare_rules.txt", []):
        rules.setdefault(row.get("fare_id", ""), []).append(row)
    found = []
    for row in table:
        price = cents(row.get("price", ""))
        if price is not None and "fare_id" in row and covers(feed, row, rules.get(row["fare_id"], []), rides):
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
    fit = [r for r in rules if r.get("origin_id", origin) == origin and r.get("destination_id", target) == target]
    return all(any(rule.get("route_id", line) == line for rule in fit) for line in {feed.routes.id[r.route] for r in rides})


def by_products(feed: Feed, rides: list[Ride], day: date | None) -> list[FareOption]:
    """Fares v2: for each rider category and name the cheapest."""
    named = [row for row in feed.fares.get("rider_categories.txt", []) if "rider_category_id" in row]
    riders = {row["rider_category_id"]: row.get("rider_category_name", "") for row in named}
    found: dict[tuple[str, str], FareOption] = {}
    for one in totals(feed, rides, day):
        rider = riders.get(one.rider, one.rider) or one.rider
        option = FareOption(" + ".join(one.names), one.cents, one.currency, one.products, rider, one.rider)
        key = option.rider, option.name
        if key not in found or option.cents < found[key].cents:
            found[key] = option
    return list(found.values())


__all__ = ["FareOption", "cents", "fare"]
