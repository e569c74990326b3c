"""What a journey costs by the tables of the timetable that counts; where several are joined, each part by its own tables."""

import json
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from stadtkern.lib import transit
from stadtkern.lib.transit import Timetable


def fare_of(place: Path, table: Timetable) -> Any:
    """Prices of this version, for grown-ups: journey -> (cents, currency) or None; None where the feed knows none at all."""
    try:
        told = json.loads((place / "fares.json").read_text(encoding="utf-8"))
        parts = [_Part(one, table) for one in told.get("parts", [told])]
    except (OSError, ValueError, KeyError):
        return None
    if not any(part.tables for part in parts):
        return None

    def price(journey: Any) -> tuple[int, str] | None:
        """The sum of what each part takes for its own rides; None where one of them says nothing."""
        total, currencies = 0, set()
        for part, rides in groupby(journey.rides, lambda ride: next(one for one in parts if ride.route < one.last)):
            asked = part.price(replace(journey, legs=tuple(rides)))
            if asked is None:
                return None
            total += asked[0]
            currencies.add(asked[1])
        return (total, currencies.pop()) if len(currencies) == 1 else None

    return price


class _Part:
    """The tables of one feed; its lines end before `last`, the nameless one belongs to the last part."""

    def __init__(self, told: dict[str, Any], table: Timetable) -> None:
        self.tables: dict[str, list[dict[str, str]]] = told["tables"]
        count = len(table.routes)
        self.last = told.get("last", count)
        if self.last >= count - 1:
            self.last = count
        self.feed: Any = SimpleNamespace(
            fares=self.tables, agencies=told["agencies"], stops=table.stops, routes=table.routes, trips=table.trips
        )
        rows = [row for row in self.tables.get("rider_categories.txt", []) if row.get("is_default_fare_category") == "1"]
        self.usual = {"", *(row.get("rider_category_id", "") for row in rows)}
        self.day = table.date

    def price(self, journey: Any) -> tuple[int, str] | None:
        """Of the usual rider; where the feed calls nobody so, of those who pay most: the least is a child's."""
        cheapest: dict[str, tuple[int, str]] = {}
        for one in transit.fare(self.feed, journey, self.day):
            cheapest.setdefault(one.rider_id, (one.cents, one.currency))
        usual = [price for rider, price in cheapest.items() if rider in self.usual]
        return min(usual) if usual else max(cheapest.values(), default=None)
