"""The files of fares, v1 and v2, as rows of text; fares.py gives them a meaning."""

from datetime import date

from .archive import Archive
from .calendars import Calendar
from .findings import Findings
from .products import cents

FARES = (
    "fare_attributes.txt",
    "fare_rules.txt",
    "fare_products.txt",
    "fare_leg_rules.txt",
    "fare_transfer_rules.txt",
    "fare_media.txt",
    "areas.txt",
    "stop_areas.txt",
    "networks.txt",
    "route_networks.txt",
    "timeframes.txt",
    "rider_categories.txt",
    "fare_leg_join_rules.txt",
)
FARE_COLUMNS = (
    "fare_id",
    "price",
    "currency_type",
    "payment_method",
    "agency_id",
    "transfers",
    "transfer_duration",
    "route_id",
    "origin_id",
    "destination_id",
    "contains_id",
    "fare_product_id",
    "fare_product_name",
    "amount",
    "currency",
    "leg_group_id",
    "network_id",
    "from_area_id",
    "to_area_id",
    "from_timeframe_group_id",
    "to_timeframe_group_id",
    "rule_priority",
    "from_leg_group_id",
    "to_leg_group_id",
    "transfer_count",
    "duration_limit",
    "duration_limit_type",
    "fare_transfer_type",
    "fare_media_id",
    "fare_media_name",
    "fare_media_type",
    "area_id",
    "area_name",
    "stop_id",
    "network_name",
    "timeframe_group_id",
    "start_time",
    "end_time",
    "service_id",
    "rider_category_id",
    "rider_category_name",
    "is_default_fare_category",
    "from_network_id",
    "to_network_id",
    "from_stop_id",
    "to_stop_id",
)
MOST_FARE_ROWS = 200_000
MOST_SERVICES, MOST_TIMEFRAME_DAYS = 50, 1500
PRICED = ("fare_attributes.txt", "fare_products.txt")


def read_fares(archive: Archive, calendar: Calendar, findings: Findings) -> dict[str, list[dict[str, str]]]:
    """The files of fares (v1 and v2) as rows of text; lib/transit/{fares,products}.py give them a meaning. `timeframe_days`
    says on which days the services of timeframes.txt run."""
    fares: dict[str, list[dict[str, str]]] = {}
    for name in FARES:
        for line, row in archive.rows(name, FARE_COLUMNS, ()):
            rows = fares.setdefault(name, [])
            if len(rows) >= MOST_FARE_ROWS:
                findings.add("bad_fare", name, 0, limit=MOST_FARE_ROWS)
                break
            told = {column: value for column, value in zip(FARE_COLUMNS, row, strict=True) if value}
            price = told.get("price", told.get("amount"))
            if name in PRICED and (price is None or cents(price.removeprefix("-")) is None):
                findings.add("bad_fare", name, line, value=price or "")
            rows.append(told)
    services = dict.fromkeys(row.get("service_id", "") for row in fares.get("timeframes.txt", []))
    days = [(one, day) for one in list(services)[:MOST_SERVICES] for day in days_of(calendar, one)]
    if days:
        fares["timeframe_days"] = [{"service_id": one, "date": f"{day:%Y%m%d}"} for one, day in days]
    return fares


def days_of(calendar: Calendar, service: str) -> list[date]:
    """When a service runs, for the first years of it."""
    if service not in calendar.services:
        return []
    at = calendar.services.index(service)
    own = calendar.exceptions[calendar.exceptions[:, 0] == at]
    first = min([int(calendar.first[at]), *own[:, 1].tolist()])
    last = max([int(calendar.last[at]), *own[:, 1].tolist()])
    told = dict(own[:, 1:].tolist())
    usual = calendar.weekdays[at]
    inside = range(int(calendar.first[at]), int(calendar.last[at]) + 1)
    span = range(first, min(last, first + MOST_TIMEFRAME_DAYS) + 1)
    return [date.fromordinal(day) for day in span if told.get(day, int(day in inside and usual[(day + 6) % 7]))]
