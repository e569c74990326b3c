"""GBFS 1.1, 2.x and 3.0 into one System. A part that is wrong is left out and named; the rest is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .hours import opening
from .rules import plans, zones
from .system import Station, System, Vehicle, VehicleType
from .values import Notes, count, identity, link, moment, number, point, rows, table, text, yes

OLD = 7 * 86_400  # seconds after which a status is not believed
Data = Mapping[str, Any]
FORMS = {
    "bicycle", "cargo_bicycle", "scooter", "scooter_standing", "scooter_seated", "moped", "car", "other",
}  # fmt: skip


def read_gbfs(
    documents: Mapping[str, bytes | str | Mapping[str, Any]],
    *,
    form: str = "bicycle",
    language: str = "de",
    now: float | None = None,
    at: float | None = None,
) -> System:
    """One operator's feed out of its documents ("station_status" or "station_status.json" -> content).

    `form`: what is rented where the feed has no vehicle types (the standard means bicycles; operators of cars do not say so).
    `now`: seconds since 1970, to find out what is out of date. `at`: the moment for which zones that hold for a time are chosen
    (None: all hold). Never raises for what stands in the documents.
    """
    notes = Notes()
    whole = {
        name.removesuffix(".json"): table(document, name.removesuffix(".json"), notes) for name, document in documents.items()
    }
    data = {name: _data(name, document, notes) for name, document in whole.items()}
    info = data.get("system_information", {})
    kinds = _types(data.get("vehicle_types"), form, language, notes)
    stations = _stations(data, kinds, language, notes, now)
    vehicles = _vehicles(data, kinds, {one.id: one for one in stations}, notes)
    found, everywhere = zones(data.get("geofencing_zones"), language, notes, at)
    pricing = plans(data.get("system_pricing_plans"), language, notes)
    hours = opening(data, notes)
    _missing(data, whole, notes)
    return System(
        identity(info.get("system_id")) or "unknown", text(info.get("name"), language), text(info.get("operator"), language),
        _version(whole), identity(info.get("timezone")), text(info.get("url"), language), tuple(stations), tuple(vehicles),
        kinds, found, everywhere, pricing, next(iter(pricing)) if len(pricing) == 1 else "", _ttl(whole), _updated(whole),
        notes.all(), hours,
    )  # fmt: skip


def _data(name: str, document: Data, notes: Notes) -> Data:
    """Most feeds keep the content in `data`; a few leave that out."""
    data = document.get("data", document)
    if not isinstance(data, Mapping):
        if document:
            notes.add("no_data", name)
        return {}
    return data


def _version(whole: Mapping[str, Data]) -> str:
    said = [identity(document.get("version")) for document in whole.values()]
    found = max((one for one in said if one), default="")
    return found or ("3.0" if "vehicle_status" in whole else "2.1" if "vehicle_types" in whole else "1.1")


def _ttl(whole: Mapping[str, Data]) -> int:
    """Of the documents that change."""
    moving = ("station_status", "free_bike_status", "vehicle_status")
    told = [number(whole[name].get("ttl")) for name in moving if name in whole]
    return int(min((max(10.0, min(one, 86_400.0)) for one in told if one is not None), default=60.0))


def _updated(whole: Mapping[str, Data]) -> float | None:
    told = [moment(document.get("last_updated")) for document in whole.values()]
    return max((one for one in told if one is not None), default=None)


def _types(data: Data | None, form: str, language: str, notes: Notes) -> dict[str, VehicleType]:
    feed = "vehicle_types"
    if data is None:
        return {} if form == "bicycle" else {"": VehicleType("", form if form in FORMS else "other")}
    found: dict[str, VehicleType] = {}
    for row in rows(data.get(feed), feed, notes):
        own = identity(row.get("vehicle_type_id"))
        if not own:
            notes.add("no_id", feed)
            continue
        shape = identity(row.get("form_factor"))
        if shape not in FORMS:
            notes.add("unknown_form", feed, own, shape)
            shape = "other"
        found[own] = VehicleType(
            own, shape, identity(row.get("propulsion_type")) or "human", text(row.get("name"), language),
            number(row.get("max_range_meters")), identity(row.get("return_constraint")),
            identity(row.get("default_pricing_plan_id")),
        )  # fmt: skip
    return found


def _stations(
    data: Mapping[str, Data], kinds: Mapping[str, VehicleType], language: str, notes: Notes, now: float | None
) -> list[Station]:
    feed = "station_information"
    status = {
        identity(row.get("station_id")): row
        for row in rows(data.get("station_status", {}).get("stations"), "station_status", notes)
    }
    found: dict[str, Station] = {}
    for row in rows(data.get(feed, {}).get("stations"), feed, notes):
        own, at = identity(row.get("station_id")), point(row)
        if not own or at is None:
            notes.add("no_place" if own else "no_id", feed, own)
            continue
        if own in found:
            notes.add("double_id", feed, own)
            continue
        found[own] = _station(own, at, row, status.get(own), kinds, language, notes, now)
    for other in set(status) - set(found):
        notes.add("unknown_station", "station_status", other)
    return list(found.values())


def _station(
    own: str, at: tuple[float, float], row: Data, state: Data | None, kinds: Mapping[str, VehicleType],
    language: str, notes: Notes, now: float | None,
) -> Station:  # fmt: skip
    feed = "station_status"
    area = yes(row.get("is_virtual_station"), False)
    shown = text(row.get("name"), language), at[0], at[1], text(row.get("address"), language)
    room = count(row.get("capacity"), "station_information", own, notes)
    if state is None:
        notes.add("no_status", feed, own)
        return Station(own, *shown, room, renting=False, returning=False, virtual=area, link=link(row.get("rental_uris")))
    reported = moment(state.get("last_reported"))
    fresh = now is None or reported is None or now - reported < OLD
    if not fresh:
        notes.add("stale", feed, own)
    built = yes(state.get("is_installed", state.get("installed")), True) and fresh
    many = state.get("num_vehicles_available", state.get("num_bikes_available"))
    by_type = _by_type(state.get("vehicle_types_available"), own, kinds, notes)
    docks = _docks(state.get("vehicle_docks_available"), own, notes)
    return Station(
        own, *shown, room, count(many, feed, own, notes), by_type,
        count(state.get("num_docks_available"), feed, own, notes), docks,
        built and yes(state.get("is_renting", state.get("renting")), True),
        built and yes(state.get("is_returning", state.get("returning")), True), area, link(row.get("rental_uris")), reported,
    )  # fmt: skip


def _by_type(value: object, own: str, kinds: Mapping[str, VehicleType], notes: Notes) -> dict[str, int]:
    feed = "station_status"
    found: dict[str, int] = {}
    for row in rows(value, feed, notes):
        kind = identity(row.get("vehicle_type_id"))
        many = count(row.get("count"), feed, own, notes)
        if kind not in kinds:
            notes.add("unknown_type", feed, own, kind)
        elif many is not None:
            found[kind] = found.get(kind, 0) + many
    return found


def _docks(value: object, own: str, notes: Notes) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows(value, "station_status", notes):
        many = count(row.get("count"), "station_status", own, notes)
        named = row.get("vehicle_type_ids")
        for kind in named if isinstance(named, list) else []:
            if many is not None and identity(kind):
                found[identity(kind)] = found.get(identity(kind), 0) + many
    return found


def _vehicles(
    data: Mapping[str, Data], kinds: Mapping[str, VehicleType], stations: Mapping[str, Station], notes: Notes
) -> list[Vehicle]:
    feed = "vehicle_status" if "vehicle_status" in data else "free_bike_status"
    source = data.get(feed, {})
    found: dict[str, Vehicle] = {}
    for row in rows(source.get("vehicles", source.get("bikes")), feed, notes):
        own, at = identity(row.get("vehicle_id", row.get("bike_id"))), point(row)
        station, kind = identity(row.get("station_id")), identity(row.get("vehicle_type_id"))
        if at is None and station in stations:
            at = stations[station].lat, stations[station].long
        if not own or at is None:
            notes.add("no_place" if own else "no_id", feed, own)
            continue
        if own in found:
            notes.add("double_id", feed, own)
            continue
        if kind and kind not in kinds:
            notes.add("unknown_type", feed, own, kind)
            continue
        usable = not yes(row.get("is_reserved"), False) and not yes(row.get("is_disabled"), False)
        left = number(row.get("current_range_meters"))
        found[own] = Vehicle(
            own, *at, kind, station, left if left is None or left >= 0 else None, usable, link(row.get("rental_uris")),
            identity(row.get("pricing_plan_id")),
        )  # fmt: skip
    return list(found.values())


def _missing(data: Mapping[str, Data], whole: Mapping[str, Data], notes: Notes) -> None:
    if "system_information" not in data:
        notes.add("feed_missing", "system_information")
    if "station_information" in data and "station_status" not in data:
        notes.add("feed_missing", "station_status")
    if not {"station_information", "vehicle_status", "free_bike_status"} & set(data):
        notes.add("feed_missing", "vehicle_status")
    if _version(whole) >= "3" and "vehicle_types" not in data:
        notes.add("feed_missing", "vehicle_types")
