"""The demo provider as a house of its own: XBezahldienste 1.0 over HTTP (`manage.py pay_provider`), for trying the real client.

POST /token                                             OAuth2 client credentials (RFC 6749 § 4.4), HTTP Basic
POST /api/paymenttransaction/{originatorId}/{endPointId}                   opens a transaction
GET  /api/paymenttransaction/{originatorId}/{endPointId}/{transactionId}   how it stands
GET  /api/status/{originatorId}/{endPointId}                               whether the service is there
GET, POST /pay/{transactionId}                          the pay page

What the standard does not have is not here: no call back to the online service (it asks), and no refund (money goes back by
transfer). What goes wrong outside can be switched on: `mood` is one of MOODS.
"""

import base64
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode
from wsgiref.types import StartResponse, WSGIEnvironment

from . import PaymentInformation, ProviderError, ProviderUnavailable
from . import TransactionStatus as Word
from .demo import DemoProvider

MOODS = {
    "": "everything works",
    "slow": "answers after `pause` seconds",
    "lost": "does what is asked and cuts the line before the answer",
    "broken": "HTTP 500 without doing anything",
    "busy": "HTTP 429",
    "garbled": "HTTP 200 with something that is no JSON",
    "strange": "HTTP 200 with a status word outside the standard",
    "forgetful": "every token has ended before it is used",
    "die": "does what is asked and is killed before the answer",
}
ERRORS = {
    ProviderError.PAYMENT_EXISTS: 409,
    ProviderError.FORBIDDEN: 403,
    ProviderError.NO_VALID_ORIGINATOR_OR_ENDPOINT: 404,
}
MOST_BYTES = 1_000_000
BUTTONS = {"paid": (Word.PAYED, "CREDITCARD"), "cancel": (Word.CANCELED, ""), "fail": (Word.FAILED, "")}
Answer = tuple[int, str, bytes, list[tuple[str, str]]]


@dataclass
class House:
    """The service with its contracts, tokens and mood; what it knows of payments lies in the folder and outlives it."""

    home: Path
    address: str  # as browsers reach it
    clients: dict[str, str]  # client id -> secret
    originators: tuple[str, ...]
    endpoints: tuple[str, ...]
    strict: bool = True  # a requestId that comes again is an error, whatever its content
    token_seconds: int = 300
    pause: float = 3
    mood: str = ""
    stop: Callable[[], None] = field(default=lambda: None)  # what "die" does
    tokens: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = DemoProvider(self.home, page=lambda number, _request: f"{self.address}/pay/{number}")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI door. A lost answer is an error of the server: the line is cut without a word."""
        status, kind, body, more = self._answer(environ)
        api = str(environ.get("PATH_INFO", "")).startswith("/api/")
        if api and self.mood in ("lost", "die"):
            if self.mood == "die":
                self.stop()
            raise ConnectionAbortedError("the answer gets lost")
        start_response(f"{status} {'OK' if status < 400 else 'Error'}", [
            ("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store"), *more,
        ])  # fmt: skip
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        method, path = str(environ["REQUEST_METHOD"]), str(environ.get("PATH_INFO", ""))
        if found := re.fullmatch(r"/pay/([0-9a-f-]{36})", path):
            return self._pay(found[1], method, environ)
        if path == "/token" and method == "POST":
            return self._token(environ)
        if path.startswith("/api/"):
            return self._api(method, path.removeprefix("/api/"), environ)
        return _error(404, "VALIDATION_ERROR", "no such address")

    def _token(self, environ: WSGIEnvironment) -> Answer:
        form = parse_qs(_body(environ).decode("utf-8", "replace"))
        if form.get("grant_type") != ["client_credentials"]:
            return _json(400, {"error": "unsupported_grant_type"})
        name, secret = _basic(str(environ.get("HTTP_AUTHORIZATION", "")))
        if name not in self.clients or not hmac.compare_digest(self.clients[name].encode(), secret.encode()):
            return _json(401, {"error": "invalid_client"})
        token = secrets.token_urlsafe(24)
        self.tokens[token] = time.monotonic() + (0 if self.mood == "forgetful" else self.token_seconds)
        return _json(200, {"access_token": token, "token_type": "Bearer", "expires_in": self.token_seconds})

    def _api(self, method: str, path: str, environ: WSGIEnvironment) -> Answer:
        if trouble := self._trouble():
            return trouble
        kind, _, token = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        if kind != "Bearer" or self.tokens.get(token, 0) <= time.monotonic():
            return _error(401, "FORBIDDEN", "token")
        found = re.fullmatch(r"(paymenttransaction|status)/([\w-]{1,36})/([\w-]{1,36})(?:/([0-9a-f-]{36}))?", path, re.ASCII)
        if not found or found[2] not in self.originators or found[3] not in self.endpoints:
            return _error(404, ProviderError.NO_VALID_ORIGINATOR_OR_ENDPOINT, "")
        try:
            return self._act(method, found[1], found[4], environ)
        except ProviderUnavailable as away:
            return _error(503, "UNAVAILABLE", str(away))
        except ProviderError as refused:
            return _error(ERRORS.get(refused.code, 400), refused.code, str(refused))

    def _act(self, method: str, what: str, number: str | None, environ: WSGIEnvironment) -> Answer:
        if what == "status" and method == "GET" and number is None:
            return _json(200, {"status": "OK"})
        if what == "paymenttransaction" and method == "POST" and number is None:
            said = self._create(environ)
        elif what == "paymenttransaction" and method == "GET" and number is not None:
            said = self.store.fetch(number)
        else:
            return _error(405, "VALIDATION_ERROR", "method")
        return _json(200, _words(said, "PENDING" if self.mood == "strange" else str(said.status)))

    def _create(self, environ: WSGIEnvironment) -> PaymentInformation:
        try:
            request = json.loads(_body(environ))
            before = self.strict and any(one.raw["requestId"] == request["requestId"] for one in self.store.transactions())
            if before:
                raise ProviderError(ProviderError.PAYMENT_EXISTS, "requestId")
            return self.store.create(request)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderError(ProviderError.VALIDATION_ERROR, f"{type(error).__name__}") from error

    def _trouble(self) -> Answer | None:
        if self.mood == "slow":
            time.sleep(self.pause)
        if self.mood == "broken":
            return 500, "text/html", b"<h1>Internal Server Error</h1>", []
        if self.mood == "busy":
            return _error(429, "UNAVAILABLE", "")
        if self.mood == "garbled":
            return 200, "application/json", b'{"paymentInformation": {"transactionId": "7', []
        return None

    def _pay(self, number: str, method: str, environ: WSGIEnvironment) -> Answer:
        try:
            said = self.store.look(number)
        except ProviderError:
            return _error(404, "VALIDATION_ERROR", "unknown transaction")
        if method == "POST":
            pressed = parse_qs(_body(environ).decode("utf-8", "replace")).get("press", [""])[0]
            if pressed in BUTTONS:
                said = self.store.press(number, *BUTTONS[pressed])
            if self.mood == "die":
                self.stop()
            back = f"{said.raw['redirectUrl']}?{urlencode({'transactionId': number, 'status': said.status})}"
            return 303, "text/plain", b"", [("Location", back)]
        return 200, "text/html; charset=utf-8", _page(said).encode(), []


def _words(said: PaymentInformation, status: str) -> dict[str, Any]:
    information = {
        "transactionId": said.transactionId,
        "transactionRedirectUrl": said.transactionRedirectUrl,
        "status": status,
        **({"paymentMethod": said.paymentMethod} if said.paymentMethod else {}),
    }
    return {"paymentRequest": said.raw, "paymentInformation": information}


def _page(said: PaymentInformation) -> str:
    buttons = "".join(f'<button name="press" value="{name}">{name}</button> ' for name in BUTTONS)
    form = f'<form method="post">{buttons}</form>' if said.status == Word.INITIAL else f"<p>{escape(said.status)}</p>"
    what = f"{said.raw['grosAmount']:.2f} EUR, {escape(said.raw['purpose'])}"
    return (
        f'<!doctype html><html lang="de"><title>Demo-Bezahldienst</title><h1>Demo-Bezahldienst</h1><p>{what}</p>{form}</html>'
    )


def _basic(header: str) -> tuple[str, str]:
    kind, _, coded = header.partition(" ")
    try:
        name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":") if kind == "Basic" else ("", "", "")
    except ValueError:
        return "", ""
    return name, secret


def _body(environ: WSGIEnvironment) -> bytes:
    length = str(environ.get("CONTENT_LENGTH") or "0")
    size = min(int(length), MOST_BYTES) if length.isascii() and length.isdigit() else 0
    return bytes(environ["wsgi.input"].read(size))


def _json(status: int, content: dict[str, Any]) -> Answer:
    return status, "application/json", json.dumps(content).encode(), []


def _error(status: int, code: str, detail: str) -> Answer:
    return _json(status, {"code": code, "message": detail})
