"""The best price is one person's: a ticket for a time and zones they have one for already is somebody else's. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..models import Order
from .products import Tariff
from .validity import span

RIDE_MINUTES = 90  # of a product that is gone


@dataclass(frozen=True)
class Trip:
    """From when until when one may ride, in which zones."""

    since: datetime
    until: datetime
    zones: frozenset[str]


def trip(tariff: Tariff, kind: str, minutes: int, starts: datetime, zones: Iterable[str]) -> Trip:
    """As it is wished for."""
    since, until = span(tariff, kind, minutes, starts, starts)
    return Trip(since or starts, until or starts, frozenset(zones))


def trip_of(tariff: Tariff, row: Order) -> Trip | None:
    """Of a purchase: its ticket, while the buyer still has it; what is not paid yet as it was wished for."""
    ticket = next(iter(row.tickets.all()), None)
    if ticket is not None and ticket.account_id != row.account_id:
        return None
    if ticket is not None and ticket.since and ticket.until:
        return Trip(ticket.since, ticket.until, frozenset(row.zones))
    product = tariff.products.get(row.product)
    if row.starts_at is None:
        return None
    return trip(tariff, row.kind, product.minutes if product else RIDE_MINUTES, row.starts_at, row.zones)


def covered(one: Trip, others: Iterable[Trip]) -> bool:
    """Whether another ticket does the same for more than half of its time."""
    return any(one.zones <= other.zones and _both(one, other) * 2 > (one.until - one.since).total_seconds() for other in others)


def _both(one: Trip, other: Trip) -> float:
    return max(0.0, (min(one.until, other.until) - max(one.since, other.since)).total_seconds())


def of_one_person(tariff: Tariff, rows: Iterable[Order]) -> list[Order]:
    """Purchases in their order, without those that somebody else must have been riding with."""
    kept: list[Order] = []
    trips: list[Trip] = []
    for row in rows:
        own = trip_of(tariff, row)
        if own is not None and not covered(own, trips):
            kept.append(row)
            trips.append(own)
    return kept
