"""Places shared vehicles, garages and charging points along the demo town's streets; the same files at every run.

    .venv/bin/python cities/musterstadt/mobility/make_sharing.py

Writes `gbfs/<system>/<document>.json` (GBFS 3.0 and 2.3, without what changes by the minute), `garages.json`, `charging.json`.
All operators are invented. How many vehicles stand where right now is worked out from the clock when somebody asks.
"""
# ruff: noqa: E501 - tables

import json
from pathlib import Path

from make import HERE, STREETS, at

BIKES = [("Rathausplatz", "Marktstraße", 0.48, 16), ("Hauptbahnhof", "Bahnhofstraße", 0.90, 24), ("Stadttor", "Lindenstraße", 0.94, 10),
         ("Färbergasse", "Färbergasse", 0.60, 8), ("Kirchplatz", "Kirchplatz", 0.30, 12), ("Nordring", "Nordring", 0.45, 10),
         ("Südring", "Südring", 0.55, 10), ("Königsallee Süd", "Königsallee", 0.96, 12), ("Rosenweg", "Rosenweg", 0.40, 8),
         ("Anne-Frank-Straße", "Anne-Frank-Straße", 0.70, 8), ("Osttor", "Fährstraße", 0.05, 10), ("Fähranleger", "Fährstraße", 0.95, 14),
         ("Auenweg", "Auenweg", 0.55, 8), ("Hohenbrück Mitte", "Dorfstraße", 0.50, 12), ("Alte Schulstraße", "Alte Schulstraße", 0.30, 8),
         ("Industriestraße", "Industriestraße", 0.60, 10)]  # fmt: skip
CARS = [("Parkhaus Stadttor", "Lindenstraße", 0.99, 4), ("Hauptbahnhof", "Bahnhofstraße", 0.97, 3), ("Südring", "Südring", 0.30, 2),
        ("Hohenbrück Mitte", "Dorfstraße", 0.45, 2), ("Fähranleger", "Fährstraße", 0.90, 2)]  # fmt: skip
SCOOTERS = [(street, share) for street in ("Marktstraße", "Königsallee", "Bahnhofstraße", "Fährstraße", "Nordring", "Südring", "Äußere Brücker Straße", "Auenweg", "Gleisweg", "Rosenweg")
            for share in (0.15, 0.42, 0.68, 0.9)]  # fmt: skip
GARAGES = [("stadttor", "Parkhaus Stadttor", "Lindenstraße", 0.99, 420, False), ("rathaus", "Tiefgarage Rathausplatz", "Rathausplatz", 0.2, 260, False),
           ("bahnhof", "Parkhaus Hauptbahnhof", "Bahnhofstraße", 0.97, 380, True), ("sued", "P+R Königsallee Süd", "Königsallee", 0.99, 180, True),
           ("hohenbrueck", "P+R Hohenbrück", "Dorfstraße", 0.9, 120, True), ("faehre", "Parkplatz Fähranleger", "Fährstraße", 0.98, 90, True)]  # fmt: skip
CHARGING = [("lp1", "Rathausplatz", "Rathausplatz", 0.6, 2, 22), ("lp2", "Hauptbahnhof", "Bahnhofstraße", 0.95, 4, 50), ("lp3", "Südring", "Südring", 0.5, 2, 22),
            ("lp4", "Dorfstraße", "Dorfstraße", 0.4, 2, 22), ("lp5", "Fähranleger", "Fährstraße", 0.96, 2, 11), ("lp6", "Industriestraße", "Industriestraße", 0.5, 6, 150),
            ("lp7", "Nordring", "Nordring", 0.7, 2, 22), ("lp8", "Auenweg", "Auenweg", 0.4, 2, 11)]  # fmt: skip
SINCE = "2024-01-01T00:00:00+01:00"


def spot(street, share):
    (lat, long), _direction = at(STREETS[street], share)
    return round(lat, 6), round(long, 6)


def document(version, ttl, data):
    return {"last_updated": SINCE if version.startswith("3") else 1704063600, "ttl": ttl, "version": version, "data": data}


def words(text, version):
    return [{"text": text, "language": "de"}] if version.startswith("3") else text


def write(system, documents):
    folder = HERE / "gbfs" / system
    folder.mkdir(parents=True, exist_ok=True)
    for name, told in documents.items():
        put(folder / f"{name}.json", told)


def put(file: Path, told):
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def bikes():
    v = "3.0"
    stations = []
    for number, (name, street, share, capacity) in enumerate(BIKES, 1):
        lat, lon = spot(street, share)
        stations.append(
            {
                "station_id": f"mr{number}",
                "name": words(name, v),
                "lat": lat,
                "lon": lon,
                "capacity": capacity,
                "is_virtual_station": False,
            }
        )
    plan = {
        "plan_id": "mr-minute",
        "name": words("Kurz und gut", v),
        "currency": "EUR",
        "price": 1.0,
        "is_taxable": True,
        "description": words("1 Euro, ab der 31. Minute 5 Cent je Minute", v),
        "per_min_pricing": [{"start": 30, "rate": 0.05, "interval": 1}],
    }
    kind = {
        "vehicle_type_id": "rad",
        "form_factor": "bicycle",
        "propulsion_type": "human",
        "name": words("Stadtrad", v),
        "default_pricing_plan_id": "mr-minute",
        "return_constraint": "any_station",
    }
    about = {
        "system_id": "musterrad",
        "languages": ["de"],
        "name": words("MusterRad", v),
        "timezone": "Europe/Berlin",
        "opening_hours": "24/7",
        "feed_contact_email": "rad@musterstadt.example",
        "license_id": "CC-BY-4.0",
    }
    write("musterrad", {"system_information": document(v, 86400, about), "vehicle_types": document(v, 86400, {"vehicle_types": [kind]}),
                        "station_information": document(v, 3600, {"stations": stations}), "system_pricing_plans": document(v, 86400, {"plans": [plan]})})  # fmt: skip


def cars():
    v = "3.0"
    stations = []
    for number, (name, street, share, capacity) in enumerate(CARS, 1):
        lat, lon = spot(street, share)
        stations.append(
            {
                "station_id": f"ta{number}",
                "name": words(name, v),
                "lat": lat,
                "lon": lon,
                "capacity": capacity,
                "parking_type": "street_parking",
            }
        )
    plan = {
        "plan_id": "ta-stunde",
        "name": words("Stundentarif", v),
        "currency": "EUR",
        "price": 0,
        "is_taxable": True,
        "description": words("4 Cent je Minute und 30 Cent je Kilometer", v),
        "per_min_pricing": [{"start": 0, "rate": 0.04, "interval": 1}],
        "per_km_pricing": [{"start": 0, "rate": 0.30, "interval": 1}],
    }
    kind = {
        "vehicle_type_id": "kleinwagen",
        "form_factor": "car",
        "propulsion_type": "electric",
        "max_range_meters": 280000,
        "name": words("Kleinwagen, elektrisch", v),
        "default_pricing_plan_id": "ta-stunde",
        "return_constraint": "roundtrip_station",
        "rider_capacity": 4,
    }
    about = {
        "system_id": "mustermobil",
        "languages": ["de"],
        "name": words("Mustermobil Carsharing", v),
        "timezone": "Europe/Berlin",
        "opening_hours": "24/7",
        "feed_contact_email": "auto@musterstadt.example",
        "license_id": "CC-BY-4.0",
    }
    write("mustermobil", {"system_information": document(v, 86400, about), "vehicle_types": document(v, 86400, {"vehicle_types": [kind]}),
                          "station_information": document(v, 3600, {"stations": stations}), "system_pricing_plans": document(v, 86400, {"plans": [plan]})})  # fmt: skip


def scooters():
    v = "2.3"
    vehicles = []
    for number, (street, share) in enumerate(SCOOTERS, 1):
        lat, lon = spot(street, share)
        vehicles.append(
            {
                "bike_id": f"fl{number:03d}",
                "lat": lat,
                "lon": lon,
                "is_reserved": False,
                "is_disabled": False,
                "vehicle_type_id": "roller",
                "current_range_meters": 6000 + number * 731 % 24000,
                "pricing_plan_id": "fl-minute",
            }
        )
    plan = {
        "plan_id": "fl-minute",
        "name": "Minutentarif",
        "currency": "EUR",
        "price": 1.0,
        "is_taxable": True,
        "description": "1 Euro und 19 Cent je Minute",
        "per_min_pricing": [{"start": 0, "rate": 0.19, "interval": 1}],
    }
    kind = {
        "vehicle_type_id": "roller",
        "form_factor": "scooter",
        "propulsion_type": "electric",
        "max_range_meters": 30000,
        "name": "E-Tretroller",
        "default_pricing_plan_id": "fl-minute",
        "return_constraint": "free_floating",
    }
    ring = [[[[8.0336, 51.9609], [8.0346, 51.9609], [8.0346, 51.9626], [8.0336, 51.9626], [8.0336, 51.9609]]]]
    zone = {
        "type": "Feature",
        "geometry": {"type": "MultiPolygon", "coordinates": ring},
        "properties": {
            "name": "Rathausplatz",
            "rules": [{"ride_allowed": False, "ride_through_allowed": True, "maximum_speed_kph": 6}],
        },
    }
    about = {
        "system_id": "flitz",
        "language": "de",
        "name": "Flitz E-Roller",
        "timezone": "Europe/Berlin",
        "license_url": "https://creativecommons.org/licenses/by/4.0/",
    }
    write("flitz", {"system_information": document(v, 86400, about), "vehicle_types": document(v, 86400, {"vehicle_types": [kind]}), "system_pricing_plans": document(v, 86400, {"plans": [plan]}),
                    "free_bike_status": document(v, 60, {"bikes": vehicles}), "geofencing_zones": document(v, 86400, {"geofencing_zones": {"type": "FeatureCollection", "features": [zone]}})})  # fmt: skip


def main():
    bikes()
    cars()
    scooters()
    rows = []
    for key, name, street, share, capacity, ride in GARAGES:
        lat, long = spot(street, share)
        rows.append({"id": key, "name": name, "lat": lat, "long": long, "capacity": capacity, "park_ride": ride})
    put(HERE / "garages.json", rows)
    rows = []
    for key, name, street, share, points, kilowatts in CHARGING:
        lat, long = spot(street, share)
        rows.append(
            {
                "id": key,
                "name": name,
                "lat": lat,
                "long": long,
                "points": points,
                "kilowatts": kilowatts,
                "plug": "CCS" if kilowatts >= 50 else "Typ 2",
            }
        )
    put(HERE / "charging.json", rows)


if __name__ == "__main__":
    main()
