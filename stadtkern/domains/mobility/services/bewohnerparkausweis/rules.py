"""Resident parking permit: zone by address, one permit a person, decided alone where the registers say everything."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from stadtkern.lib import plates
from stadtkern.lib.streets import zone_of

SUBSTANTIAL = 3
RENEW = timedelta(weeks=8)  # so early a new year can be added to the old one
HOME = (
    "person/given_names",
    "person/family_name",
    "address/street",
    "address/house_number",
    "address/postcode",
    "address/town",
)


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int]) -> list[tuple[str, int]]:
    """One year."""
    return [("Bewohnerparkausweis, ein Jahr", tariff["per_year"])]


def problems(answers: Mapping[str, Any], data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A plate that cannot be one, and an address without a zone: said before anybody pays."""
    found = []
    plate = answers.get("plate")
    if isinstance(plate, str) and plate and plates.normal(plate) is None:
        text = "Schreiben Sie das Kennzeichen wie im Fahrzeugschein, zum Beispiel MST-AB 123."
        found.append(("plate", text))
    if answers.get("address/street") and answers.get("address/house_number") and not _zone(answers, data):
        text = "An dieser Anschrift gibt es keine Parkzone für Bewohner. Sie brauchen hier keinen Ausweis."
        found.append(("address/street", text))
    return found


def decide(answers: Mapping[str, Any], facts: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[str, str] | None:
    """Granted when home and car stand in the registers as stated, and no permit is held; otherwise a person looks."""
    sources = facts.get("sources") or {}
    if int(facts.get("trust") or 0) < SUBSTANTIAL or not _zone(answers, data):
        return None
    if any(sources.get(path) != "residents" for path in HOME) or sources.get("plate") != "vehicles":
        return None
    if _held(facts) is not None and not _renews(facts):
        return None
    return "GRANTED", "Sie wohnen in der Zone, und das Fahrzeug ist auf Sie zugelassen."


def grant(answers: Mapping[str, Any], facts: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, str]:
    """Zone and time: a year from today, or from the end of the permit that is renewed."""
    zone = _zone(answers, data)
    if not zone:
        return {}
    begins = _today(facts)
    held = _held(facts)
    if held is not None and _renews(facts):
        begins = held + timedelta(days=1)
    return {
        "zone": zone,
        "zone_title": str(data["zones"][zone].get("title", zone)),
        "plate": plates.normal(str(answers.get("plate") or "")) or "",
        "valid_from": begins.isoformat(),
        "valid_until": (_a_year_after(begins) - timedelta(days=1)).isoformat(),
    }


def _zone(answers: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    zones = {key: zone.get("streets", {}) for key, zone in (data.get("zones") or {}).items()}
    return zone_of(zones, str(answers.get("address/street") or ""), str(answers.get("address/house_number") or ""))


def _held(facts: Mapping[str, Any]) -> date | None:
    """The last day of the permit this person holds; None without one."""
    rows = (facts.get("registers") or {}).get("parking") or []
    ends = [date.fromisoformat(row["valid_until"]) for row in rows if not row["revoked"]]
    return max((end for end in ends if end >= _today(facts)), default=None)


def _renews(facts: Mapping[str, Any]) -> bool:
    held = _held(facts)
    return held is not None and held - _today(facts) <= RENEW


def _today(facts: Mapping[str, Any]) -> date:
    return date.fromisoformat(facts["today"])


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, month=3, day=1)
