"""Open data of mobility in rows: what was measured of traffic, without persons."""

from collections.abc import Iterator
from typing import Any

from stadtkern.lib.traffic import spread

from .models import FlowDay, LineDay
from .traffic.punctual import DELAYS

LINE = ("day", "line", "planned", "observed", "on_time", "cancelled", "stops", "stops_on_time")
FLOW = ("day", "hours", "streets", "trips", "vehicle_km", "drive_h", "lost_h", "co2_kg")


def punctuality() -> Iterator[dict[str, Any]]:
    """Lines day by day, the oldest first; delays in seconds."""
    for row in LineDay.objects.order_by("day", "line", "pk").values(*LINE, "delays").iterator():
        delays = row.pop("delays")
        yield row | {name: spread.quantile(delays, share, DELAYS[0]) for name, share in (("median_s", 0.5), ("p95_s", 0.95))}


def car_traffic() -> Iterator[dict[str, Any]]:
    """Days of car traffic, the oldest first: estimated from counts."""
    yield from FlowDay.objects.order_by("day").values(*FLOW).iterator()
