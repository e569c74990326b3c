"""One answer of each door for programs, for its description; a test packs and unpacks them."""

from typing import Any

Example = dict[str, Any]


def answers(content: Any) -> dict[str, Any]:
    """For `openapi_extra`."""
    return {"responses": {200: {"content": {"application/json": {"example": content}}}}}


STOP: Example = {
    "title": "Rathausplatz", "kind": "stop", "lat": 51.9606, "long": 8.0331, "ref": "rathausplatz", "district": "Stadtmitte",
}  # fmt: skip
GOAL: Example = {
    "title": "Hauptbahnhof", "kind": "stop", "lat": 51.9571, "long": 8.0447, "ref": "hauptbahnhof", "district": "Stadtmitte",
}  # fmt: skip
LEG: Example = {
    "mode": "transit", "words": "Bus 1", "line": "1", "start": "Rathausplatz", "goal": "Hauptbahnhof",
    "departs": "2026-12-01T08:04:00+01:00", "arrives": "2026-12-01T08:11:00+01:00", "delay_minutes": 2, "distance_m": 1400,
    "co2_g": 91, "platform": "B", "trip": "1-0802", "route": "1", "stops": ["Rathausplatz", "Kirchplatz", "Hauptbahnhof"],
}  # fmt: skip
TRIP: Example = {
    "key": "3f2a9c", "departs": "2026-12-01T08:01:00+01:00", "arrives": "2026-12-01T08:12:00+01:00", "reason": "earliest",
    "changes": 0, "co2_g": 91, "fare_cents": 220, "zones": ["A"], "tight": False, "legs": [LEG],
    "url": "/mobil/verbindung/?von=Rathausplatz&nach=Hauptbahnhof&tag=2026-12-01&zeit=08:00",
}  # fmt: skip
PLAN: Example = {"start": STOP, "goal": GOAL, "trips": [TRIP]}
DEPARTURE: Example = {
    "planned": "2026-12-01T08:02:00+01:00", "departs": "2026-12-01T08:04:00+01:00", "line": "1", "kind": "Bus",
    "headsign": "Hauptbahnhof", "platform": "B", "delay_minutes": 2, "real_time": True, "cancelled": False, "trip": "1-0802",
}  # fmt: skip
ALERT: Example = {
    "id": 17, "title": "Umleitung der Linie 2", "text": "Die Haltestelle Kirchplatz entfällt.", "cause": "CONSTRUCTION",
    "effect": "DETOUR", "stops": ["kirchplatz"], "routes": ["2"], "starts_at": "2026-12-01T06:00:00+01:00", "ends_at": None,
}  # fmt: skip
CARS: Example = {
    "days": 28, "counted_streets": 12, "trips": 41200.0, "vehicle_km": 118000.0, "lost_seconds_a_trip": 47.5, "co2_kg": 17300.0,
    "co2_g_km": 147.0,
}  # fmt: skip
LINE: Example = {
    "line": "1", "planned_trips": 2100, "observed_trips": 2010, "cancelled_trips": 14, "departures": 31000,
    "on_time_percent": 91.4, "median_minutes": 0.6, "p95_minutes": 6.2,
}  # fmt: skip
FIGURES: Example = {
    "days": 28, "on_time_percent": 91.4, "p95_minutes": 6.2, "cancelled_percent": 0.7, "green_percent": 48.0,
    "green_streets": ["Marktstraße"], "cars": CARS, "lines": [LINE],
}  # fmt: skip
VEHICLE: Example = {
    "system": "musterrad", "provider": "MusterRad", "vehicle": "station:mr1", "kind": "bike",
    "title": "Fahrrad an der Station Rathausplatz", "place": "Rathausplatz", "lat": 51.9606, "long": 8.0331, "many": 7,
    "range_km": None, "metres": 40, "bookable": True, "price": "1 Euro, ab der 31. Minute 5 Cent je Minute",
}  # fmt: skip
SPOT: Example = {
    "title": "Parkhaus Stadttor", "text": "", "lat": 51.9601, "long": 8.0312, "metres": 120, "capacity": 420, "free": 133,
    "source": "Parkleitsystem",
}  # fmt: skip
