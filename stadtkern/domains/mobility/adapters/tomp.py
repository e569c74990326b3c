"""A real provider over HTTP in the shape of TOMP 1.5: a booking under our own number, committed, looked at, cancelled.

The address comes from city.toml alone, the key from STADTKERN_TOMP_KEYS ("system=key,…"). No name goes to the provider: it
learns the vehicle and the number of the order. Operators differ; what this needs of them stands in docs/traffic.md.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from django.utils.translation import gettext as _

from . import Booking, Declined, Provider, Unavailable

TIMEOUT = httpx.Timeout(10, connect=4)
MOST_BYTES = 200_000
STATES = {
    "PENDING": "HELD", "CONFIRMED": "HELD", "CONDITIONAL_CONFIRMED": "HELD", "STARTED": "HELD", "NEW": "HELD",
    "CANCELLED": "CANCELLED", "RELEASED": "CANCELLED", "REJECTED": "CANCELLED", "FINISHED": "EXPIRED", "EXPIRED": "EXPIRED",
}  # fmt: skip
transport: httpx.BaseTransport | None = None  # tests put another one here


def connect(system: str, told: Mapping[str, Any]) -> Provider:
    url = str(told.get("url", ""))
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise Unavailable(_("Die Adresse des Anbieters ist nicht in Ordnung. Das richtet ein, wer die Anlage betreibt."))
    keys = dict(pair.split("=", 1) for pair in os.environ.get("STADTKERN_TOMP_KEYS", "").split(",") if "=" in pair)
    return Tomp(url.rstrip("/"), keys.get(system, ""))


class Tomp:
    """One provider."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key

    def reserve(self, once: str, vehicle: str, lat: float, long: float) -> Booking:
        place = {"coordinates": {"lat": lat, "lng": long}}
        told = self._ask("POST", "bookings/", {"id": once, "from": place, "assets": [{"id": vehicle}]})
        if self._said(told, once).state != "HELD":
            raise Declined(_("Das Fahrzeug ist nicht mehr frei."))
        done = self._ask("POST", f"bookings/{quote(once, safe='')}/events", {"operation": "COMMIT"})
        return self._said(done or told, once)

    def look(self, once: str) -> Booking:
        try:
            return self._said(self._ask("GET", f"bookings/{quote(once, safe='')}"), once)
        except Declined:
            return Booking("", "UNKNOWN")

    def cancel(self, once: str) -> Booking:
        told = self._ask("POST", f"bookings/{quote(once, safe='')}/events", {"operation": "CANCEL"})
        return self._said({"state": "CANCELLED", **told}, once)

    def _said(self, told: Mapping[str, Any], once: str) -> Booking:
        legs = told.get("legs")
        leg = legs[0] if isinstance(legs, list) and legs and isinstance(legs[0], dict) else {}
        number = str(told.get("id") or once)[:80]
        return Booking(
            number,
            STATES.get(str(told.get("state", "")), "UNKNOWN"),
            _moment(told.get("validUntil") or leg.get("departureTime")),
        )

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Api": "TOMP", "Api-Version": "1.5.0", "Accept-Language": "de", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        try:
            with (
                httpx.Client(timeout=TIMEOUT, transport=transport, follow_redirects=False, headers=headers) as client,
                client.stream(method, f"{self.url}/{path}", json=body) as answer,
            ):
                data = b""
                for part in answer.iter_bytes():
                    data += part
                    if len(data) > MOST_BYTES:
                        raise Unavailable(_("Die Antwort des Anbieters war zu groß."), arrived=method == "POST")
                status = answer.status_code
        except httpx.ConnectError:
            raise Unavailable(_("Der Anbieter ist gerade nicht erreichbar.")) from None
        except httpx.HTTPError:
            raise Unavailable(_("Der Anbieter hat nicht geantwortet."), arrived=method == "POST") from None
        return _read(status, data, method)


def _read(status: int, data: bytes, method: str) -> dict[str, Any]:
    if status in (401, 403):
        raise Unavailable(_("Der Anbieter kennt uns nicht. Das richtet ein, wer die Anlage betreibt."))
    if status == 429 or 300 <= status < 400:
        raise Unavailable(_("Der Anbieter nimmt gerade keine Anfragen an."))
    if status >= 500:
        raise Unavailable(_("Beim Anbieter ist ein Fehler aufgetreten."), arrived=method == "POST")
    if status >= 400:
        raise Declined(_("Das Fahrzeug ist nicht mehr frei."))
    if not data.strip():
        return {}
    try:
        told = httpx.Response(200, content=data).json()
    except (ValueError, RecursionError):
        raise Unavailable(_("Die Antwort des Anbieters ist nicht lesbar."), arrived=method == "POST") from None
    return told if isinstance(told, dict) else {}


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None
