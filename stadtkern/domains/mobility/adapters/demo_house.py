"""The demo operator as a house of its own: TOMP-API 1.5.0 over HTTP (`manage.py sharing_provider`), for trying the real client.

GET  /operator/{ping,meta,information,pricing-plans}   vehicles are published as GBFS, as /operator/meta says
POST /planning/offers        {"from", "useAssets"}      a booking in state NEW for each vehicle that can be had
POST /bookings               {"id": of an offer}        PENDING; 409 taken, 410 over, 404 unknown
GET  /bookings/{id}          POST /bookings/{id}/events {"operation": COMMIT | CANCEL}
GET  /legs/{id}              POST /legs/{id}/events     {"time", "event": PREPARE | SET_IN_USE | PAUSE | FINISH}
GET  /payment/journal-entry?id=…&category=…&state=…

Names and states are those of the standard (github.com/TOMP-WG/TOMP-API, tag v1.5.0). What goes wrong outside can be switched
on: `mood` is one of MOODS, `where` the beginning of the paths it strikes.
"""

import hmac
import json
import re
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from django.utils import timezone

from .demo_books import Books, Refusal, Row, Tariff

MOODS = {
    "": "everything works",
    "slow": "answers after `pause` seconds, when it is done",
    "lost": "does what is asked and cuts the line before the answer",
    "broken": "HTTP 500 without doing anything",
    "busy": "HTTP 429",
    "jammed": "HTTP 503 with Retry-After: the lock is stuck",
    "garbled": "HTTP 200 with something that is no JSON",
    "late": "the journal stays empty",
}
VERSION = "1.5.0"
MOST_BYTES = 100_000
HEADERS = ("HTTP_ACCEPT_LANGUAGE", "HTTP_API", "HTTP_API_VERSION", "HTTP_MAAS_ID")
ENDPOINTS = (
    ("GET", "/operator/ping", ""), ("GET", "/operator/meta", ""), ("GET", "/operator/information", ""),
    ("GET", "/operator/pricing-plans", ""), ("POST", "/planning/offers", ""), ("POST", "/bookings", ""),
    ("GET", "/bookings/{id}", ""), ("POST", "/bookings/{id}/events", "COMMIT"), ("POST", "/bookings/{id}/events", "CANCEL"),
    ("GET", "/legs/{id}", ""), ("POST", "/legs/{id}/events", "PREPARE"), ("POST", "/legs/{id}/events", "SET_IN_USE"),
    ("POST", "/legs/{id}/events", "PAUSE"), ("POST", "/legs/{id}/events", "FINISH"), ("GET", "/payment/journal-entry", ""),
)  # fmt: skip
Answer = tuple[int, bytes, list[tuple[str, str]]]


@dataclass
class House:
    """The operator with its key, tariff and mood; its books lie in the folder and outlive it."""

    folder: Path
    key: str
    system: str = "demo"
    address: str = ""
    tariff: Tariff = field(default_factory=Tariff)
    billed: Tariff | None = None  # another tariff than the one it offered
    mood: str = ""
    where: str = ""
    pause: float = 3
    clock: Callable[[], datetime] = lambda: timezone.now()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI door. A lost answer is an error of the server: the line is cut without a word."""
        mood = self.mood if str(environ.get("PATH_INFO", "")).startswith(self.where) else ""
        status, body, more = TROUBLE.get(mood) or self._answer(environ)
        if mood == "slow":
            time.sleep(self.pause)
        if mood == "lost":
            raise ConnectionAbortedError("the answer gets lost")
        head = [("Content-Type", "application/json"), ("Content-Language", "de"), ("Content-Length", str(len(body)))]
        start_response(f"{status} {'OK' if status < 400 else 'Error'}", [*head, *more])
        return [body]

    @property
    def books(self) -> Books:
        return Books(self.folder, self.billed or self.tariff, self.clock)

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        method, path = str(environ["REQUEST_METHOD"]), str(environ.get("PATH_INFO", "")).rstrip("/")
        kind, _, key = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        if path not in ("/operator/ping", "/operator/meta"):
            if kind != "Bearer" or not hmac.compare_digest(key.encode(), self.key.encode()):
                return _error(401, "key")
            if missing := [name for name in HEADERS if not environ.get(name)]:
                return _error(400, f"header missing: {missing[0]}")
        try:
            return self._act(method, path, environ)
        except Refusal as refused:
            return _error(refused.status, refused.title)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return _error(400, type(error).__name__)

    def _act(self, method: str, path: str, environ: WSGIEnvironment) -> Answer:
        for verb, pattern, door in DOORS:
            found = re.fullmatch(pattern, path)
            if found and verb == method:
                sent = json.loads(_body(environ)) if verb == "POST" else parse_qs(str(environ.get("QUERY_STRING", "")))
                return door(self, found[1] if found.groups() else "", sent)
        raise Refusal(404, "no such address")

    def information(self, _number: str, _sent: Row) -> Answer:
        told = {"systemId": self.system, "language": ["de"], "name": self.system.title(), "timezone": "Europe/Berlin"}
        return _json(200, told | {"typeOfSystem": "FREE_FLOATING", "productType": "SHARING"})

    def meta(self, _number: str, _sent: Row) -> Answer:
        ends = [{"method": verb, "path": path, "status": "IMPLEMENTED"} | ({"eventType": one} if one else {})
                for verb, path, one in ENDPOINTS]  # fmt: skip
        feed = {"method": "GET", "path": "gbfs.json", "externalType": "GBFS", "useAssets": ["bike_id"], "status": "IMPLEMENTED"}
        names = ("operatorInformation", "planning", "booking", "tripExecution", "support", "payment", "general")
        told = {"version": VERSION, "baseUrl": self.address, "endpoints": [*ends, feed], "scenarios": ["PAY_WHEN_FINISHED"]}
        return _json(200, [told | {"processIdentifiers": {name: [] for name in names}}])

    def plans(self, _number: str, _sent: Row) -> Answer:
        plan = {"planId": "standard", "name": "Standard", "isTaxable": False, "description": "", "fare": _fare(self.tariff)}
        return _json(200, [plan])

    def offers(self, _number: str, sent: Row) -> Answer:
        _place(sent["from"])
        wanted = sent.get("useAssets") or [f"{sent['from']['stationId']}-{uuid.uuid4().hex[:6]}x"]  # any that stands there
        found = [self.books.offer(str(one), sent["from"]) for one in wanted[:10]]
        options = [self._booking(row) for row in found if row]
        until = min([row["until"] for row in found if row], default=self.clock().isoformat())
        return _json(201, {"validUntil": until, "options": options})

    def book(self, _number: str, sent: Row) -> Answer:
        row = self.books.book(str(sent["id"]))
        return _json(201, self._booking(row), [_expires(row)])

    def booking(self, number: str, _sent: Row) -> Answer:
        return _json(200, self._booking(self.books.find(number)))

    def operate(self, number: str, sent: Row) -> Answer:
        return _json(200, self._booking(self.books.operate(number, str(sent["operation"]))))

    def leg(self, number: str, _sent: Row) -> Answer:
        row = self.books.find(number.removesuffix("-1"))
        if row["leg"] != number:
            raise Refusal(404, "no such leg")
        return _json(200, self._leg(row))

    def move(self, number: str, sent: Row) -> Answer:
        datetime.fromisoformat(str(sent["time"]))
        return _json(200, self._leg(self.books.move(number, str(sent["event"]))))

    def journal(self, _number: str, asked: Row) -> Answer:
        wanted, kind = asked.get("id", [""])[0], asked.get("category", ["ALL"])[0]
        rows = [] if self.mood == "late" else self.books.journal()
        found = [one for one in rows if wanted in ("", one["journalId"]) and kind in ("ALL", one["category"])]
        return _json(200, [self._entry(one) for one in found])

    def _booking(self, row: Row) -> Row:
        told = {"id": row["id"], "state": row["state"], "from": row["from"], "legs": [self._leg(row)]}
        return told | {"pricing": _fare(self.tariff), "mainAssetType": {"id": "standard"}}

    def _leg(self, row: Row) -> Row:
        told: Row = {"id": row["leg"], "from": row["from"], "assetType": {"id": "standard"}, "state": row["leg_state"]}
        told |= {"asset": {"id": row["vehicle"]}, "pricing": _fare(self.tariff), "departureTime": row["until"]}
        if row["state"] == "CONFIRMED":
            now = self.clock().isoformat()
            told["assetAccessData"] = {"validFrom": now, "validUntil": row["until"], "tokenType": "tokenDefault"}
        names = {"began": "actualDepartureTime", "ended": "actualArrivalTime"}
        return told | {name: row[key] for key, name in names.items() if key in row}

    def _entry(self, one: Row) -> Row:
        told: Row = {name: one[name] for name in ("journalId", "journalSequenceId", "category", "usedTime") if name in one}
        told |= {"amount": one["cents"] / 100, "currencyCode": "EUR", "vatRate": self.tariff.vat, "vatCountryCode": "DE"}
        return told | {"state": "TO_INVOICE", "details": _fare(self.billed or self.tariff, estimated=False)}


DOORS: tuple[tuple[str, str, Callable[[House, str, Row], Answer]], ...] = (
    ("GET", "/operator/ping", lambda _house, _number, _sent: (200, b"", [])),
    ("GET", "/operator/meta", House.meta),
    ("GET", "/operator/information", House.information),
    ("GET", "/operator/pricing-plans", House.plans),
    ("POST", "/planning/offers", House.offers),
    ("POST", "/bookings", House.book),
    ("GET", r"/bookings/([\w-]{1,60})", House.booking),
    ("POST", r"/bookings/([\w-]{1,60})/events", House.operate),
    ("GET", r"/legs/([\w-]{1,60})", House.leg),
    ("POST", r"/legs/([\w-]{1,60})/events", House.move),
    ("GET", "/payment/journal-entry", House.journal),
)


def _fare(tariff: Tariff, estimated: bool = True) -> Row:
    """`fare`: start, minutes, minutes of a pause, the most."""
    euros, minute = {"currencyCode": "EUR", "vatRate": tariff.vat}, {"unitType": "MINUTE", "units": 1}
    free = {"scaleFrom": tariff.free, "scaleType": "MINUTE"} if tariff.free else {}
    parts = [
        euros | {"type": "FIXED", "amount": tariff.start / 100},
        euros | {"type": "FLEX", "amount": tariff.minute / 100, "assetState": "IN_USE"} | minute | free,
        euros | {"type": "FLEX", "amount": tariff.pause / 100, "assetState": "PAUSED"} | minute,
        euros | {"type": "MAX", "amount": tariff.most / 100},
    ]
    return {"estimated": estimated, "parts": parts}


def _place(told: Row) -> None:
    """`place` needs coordinates."""
    float(told["coordinates"]["lat"]), float(told["coordinates"]["lng"])


def _expires(row: Row) -> tuple[str, str]:
    return "Expires", format_datetime(datetime.fromisoformat(row["until"]).astimezone(UTC), usegmt=True)


def _body(environ: WSGIEnvironment) -> bytes:
    length = str(environ.get("CONTENT_LENGTH") or "0")
    size = min(int(length), MOST_BYTES) if length.isascii() and length.isdigit() else 0
    return bytes(environ["wsgi.input"].read(size))


def _json(status: int, content: Any, more: list[tuple[str, str]] | None = None) -> Answer:
    return status, json.dumps(content).encode(), more or []


def _error(status: int, title: str) -> Answer:
    return _json(status, {"type": "about:blank", "title": title, "status": status, "detail": title})


TROUBLE: dict[str, Answer] = {
    "broken": (500, b"<h1>Internal Server Error</h1>", []),
    "busy": _error(429, "busy"),
    "jammed": (503, b"", [("Retry-After", "60")]),
    "garbled": (200, b'{"id": "7', []),
}
