"""A real provider over HTTP: TOMP-API 1.5.0 as its client (MaaS provider).

The address comes from city.toml alone, the key from STADTKERN_TOMP_KEYS ("system=key,…"). No name goes to the provider: it
learns the vehicle and its own numbers. A booking is made of an offer and keeps its number, so that after a lost answer we ask
for what we already know. Operators differ; what this needs of them stands in docs/sharing.md.
"""

import json
import os
import ssl
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from . import Bill, Booking, Declined, Offered, Provider, Unavailable
from .tomp_reading import bill_of, booking_of, of_leg, offered_of

VERSION = "1.5.0"
TIMEOUT = httpx.Timeout(10, connect=4)
MOST_BYTES, MOST_SECONDS = 200_000, 20.0  # of a whole answer, however slowly it drips
OVER = {404: "UNKNOWN", 410: "EXPIRED"}


def connect(system: str, told: Mapping[str, Any]) -> Provider:
    url = str(told.get("url", ""))
    here, scheme = _address(url)  # manage.py sharing_provider may do without https
    if scheme not in (("https", "http") if here else ("https",)):
        raise Unavailable(_("Die Adresse des Anbieters ist nicht in Ordnung. Das richtet ein, wer die Anlage betreibt."))
    keys = dict(pair.split("=", 1) for pair in os.environ.get("STADTKERN_TOMP_KEYS", "").split(",") if "=" in pair)
    return Tomp(url.rstrip("/"), keys.get(system, ""))


def _address(url: str) -> tuple[bool, str]:
    """Whether it is this machine, and the scheme; "" where it is no address."""
    try:
        parts = urlsplit(url)
        return parts.hostname in ("127.0.0.1", "localhost"), parts.scheme if parts.hostname and parts.port != 0 else ""
    except ValueError:  # a bracket that is not closed, a port that is none
        return False, ""


class Tomp:
    """One provider."""

    def __init__(self, url: str, key: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url, self.key, self.transport = url, key, transport

    def offer(self, vehicle: str, lat: float, long: float) -> Offered:
        """`POST /planning/offers`, without any effect there."""
        place: dict[str, Any] = {"coordinates": {"lat": lat, "lng": long}}
        body: dict[str, Any] = {"from": place, "nrOfTravelers": 1}
        if vehicle.startswith("station:"):  # any vehicle that stands there
            place["stationId"] = vehicle.removeprefix("station:")
        else:
            body["useAssets"] = [vehicle]
        found = offered_of(self._ask("POST", "planning/offers", body, harmless=True))
        if found is None:
            raise Declined(_("Das Fahrzeug ist nicht mehr frei."))
        return found

    def book(self, number: str) -> Booking:
        """`POST /bookings`, then COMMIT."""
        made = booking_of(self._ask("POST", "bookings", {"id": number}), number)
        return made if made.state == "HELD" else self.commit(number)

    def commit(self, number: str) -> Booking:
        """`POST /bookings/{id}/events`."""
        return booking_of(
            self._ask("POST", f"bookings/{_part(number)}/events", {"operation": "COMMIT", "origin": "MP"}), number
        )

    def look(self, number: str) -> Booking:
        """`GET /bookings/{id}`, with its leg."""
        try:
            return booking_of(self._ask("GET", f"bookings/{_part(number)}"), number)
        except _Over as over:
            return Booking(number, over.state)

    def cancel(self, number: str) -> Booking:
        """`POST /bookings/{id}/events`; what is over or unknown there needs no cancelling."""
        try:
            told = self._ask("POST", f"bookings/{_part(number)}/events", {"operation": "CANCEL", "origin": "END_USER"})
        except _Over:
            return Booking(number, "CANCELLED")
        except Declined:
            if (found := self.look(number)).state in ("CANCELLED", "EXPIRED"):
                return found
            raise
        return booking_of({"state": "CANCELLED", **told}, number)

    def drive(self, number: str, leg: str, event: str) -> Booking:
        """`POST /legs/{id}/events`; where the answer carries no leg, we look."""
        told = self._ask("POST", f"legs/{_part(leg)}/events", {"time": timezone.now().isoformat(), "event": event})
        return of_leg(told, number) if told.get("state") else self.look(number)

    def bill(self, leg: str) -> Bill | None:
        """`GET /payment/journal-entry` of the leg."""
        told = self._ask("GET", f"payment/journal-entry?id={quote(leg, safe='')}&category=ALL")
        return bill_of(told.get("items", []), leg)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, harmless: bool = False) -> dict[str, Any]:
        """The object of the answer (a list as "items"). Raises Unavailable, Declined."""
        headers = {"Api": "TOMP", "Api-Version": VERSION, "Accept-Language": "de", "Accept": "application/json"}
        headers["maas-id"] = f"stadtkern-{settings.CITY_TOML.get('ags', '')}"
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        arrived, begun = method == "POST" and not harmless, monotonic()
        try:
            with (
                httpx.Client(
                    timeout=TIMEOUT, transport=self.transport, follow_redirects=False, headers=headers, verify=_tls()
                ) as client,
                client.stream(method, f"{self.url}/{path}", json=body) as answer,
            ):
                data = b""
                for part in answer.iter_bytes():
                    data += part
                    if len(data) > MOST_BYTES:
                        raise Unavailable(_("Die Antwort des Anbieters war zu groß."), arrived=arrived)
                    if monotonic() - begun > MOST_SECONDS:
                        raise Unavailable(_("Der Anbieter hat nicht geantwortet."), arrived=arrived)
                status, jammed = answer.status_code, answer.status_code == 503 and "retry-after" in answer.headers
        except httpx.ConnectError:
            raise Unavailable(_("Der Anbieter ist gerade nicht erreichbar.")) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            raise Unavailable(_("Der Anbieter hat nicht geantwortet."), arrived=arrived) from None
        if jammed:
            raise Unavailable(_("Das Fahrzeug oder sein Schloss antwortet gerade nicht."))
        return _read(status, data, arrived)


@cache
def _tls() -> ssl.SSLContext:
    """Reading the trusted authorities takes longer than most answers."""
    return httpx.create_ssl_context()


class _Over(Declined):
    """404 or 410: what the number named is not there, or no more."""

    def __init__(self, state: str) -> None:
        super().__init__(_("Die Reservierung ist abgelaufen."))
        self.state = state


def _part(number: str) -> str:
    return quote(number, safe="")


def _read(status: int, data: bytes, arrived: bool) -> dict[str, Any]:
    if status == 401:
        raise Unavailable(_("Der Anbieter kennt uns nicht. Das richtet ein, wer die Anlage betreibt."))
    if status == 429 or 300 <= status < 400:
        raise Unavailable(_("Der Anbieter nimmt gerade keine Anfragen an."))
    if status >= 500:
        raise Unavailable(_("Beim Anbieter ist ein Fehler aufgetreten."), arrived=arrived)
    if status in OVER:
        raise _Over(OVER[status])
    if status == 409:
        raise Declined(_("Das Fahrzeug hat gerade jemand anderes genommen."))
    if status >= 400:
        raise Declined(_("Der Anbieter hat das abgelehnt."))
    if not data.strip():
        return {}
    try:
        told = json.loads(data, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise Unavailable(_("Die Antwort des Anbieters ist nicht lesbar."), arrived=arrived) from None
    return told if isinstance(told, dict) else {"items": told} if isinstance(told, list) else {}
