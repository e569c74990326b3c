"""The files of fares, v1 and v2, as rows of text; fares.py gives them a meaning."""

from .archive import Archive
from .findings import Findings

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
)
MOST_FARE_ROWS = 200_000


def read_fares(archive: Archive, findings: Findings) -> dict[str, list[dict[str, str]]]:
    """The files of fares (v1 and v2) as rows of text; lib/transit/fares.py gives them a meaning."""
    fares: dict[str, list[dict[str, str]]] = {}
    for name in FARES:
        for _line, row in archive.rows(name, FARE_COLUMNS, ()):
            rows = fares.setdefault(name, [])
            if len(rows) >= MOST_FARE_ROWS:
                findings.add("bad_fare", name, 0, limit=MOST_FARE_ROWS)
                break
            rows.append({column: value for column, value in zip(FARE_COLUMNS, row, strict=True) if value})
    return fares
