"""A real provider behind XBezahldienste 1.0 (ePayBL, pmPayment, epay21 …), with OAuth2 client credentials.

Environment: STADTKERN_PAY_URL (base address of the API), STADTKERN_PAY_TOKEN_URL, STADTKERN_PAY_CLIENT,
STADTKERN_PAY_SECRET, STADTKERN_PAY_ORIGINATOR; STADTKERN_PAY_ENDPOINT is the municipality's key (default: its AGS).
"""

import os
import re
import time
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from stadtkern.kernel.city.profile import city

from . import PaymentInformation, PaymentRequest, ProviderError, ProviderUnavailable, TransactionStatus

TIMEOUT = httpx.Timeout(10, connect=3)
EARLY = 30  # seconds before its end that a token is renewed


@cache
def connect() -> "XBezahldienste":
    """One client per process: connections and the token are kept. KeyError names a missing variable."""
    return XBezahldienste(
        base=os.environ["STADTKERN_PAY_URL"],
        token_url=os.environ["STADTKERN_PAY_TOKEN_URL"],
        client_id=os.environ["STADTKERN_PAY_CLIENT"],
        secret=os.environ["STADTKERN_PAY_SECRET"],
        originator=os.environ["STADTKERN_PAY_ORIGINATOR"],
        endpoint=os.environ.get("STADTKERN_PAY_ENDPOINT", city().ags),
    )


class XBezahldienste:
    """HTTP client of the port; amounts and statuses are handed on as the provider writes them."""

    key = "xbezahldienste"

    def __init__(
        self, *, base: str, token_url: str, client_id: str, secret: str, originator: str, endpoint: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        for name, value in (("originator", originator), ("endpoint", endpoint)):
            if not re.fullmatch(r"[\w-]{1,36}", value, re.ASCII):
                raise ValueError(f"{name} must be 1 to 36 letters, digits or hyphens")
        # Over the wire only https; a provider on this very machine (manage.py pay_provider) may do without.
        self._pages = ("https://", "http://") if urlsplit(base).hostname in ("127.0.0.1", "localhost") else ("https://",)
        self._http = httpx.Client(timeout=TIMEOUT, transport=transport, follow_redirects=False)
        self._place = f"{base.rstrip('/')}/paymenttransaction/{originator}/{endpoint}"
        self._token_url, self._client_id, self._secret = token_url, client_id, secret
        self._token, self._token_ends = "", 0.0

    def create(self, request: PaymentRequest) -> PaymentInformation:
        """`POST /paymenttransaction/{originatorId}/{endPointId}`."""
        information = _information(self._call("POST", self._place, dict(request)))
        if not information.transactionRedirectUrl.startswith(self._pages):
            raise ProviderUnavailable("the answer carries no https address of a pay page")
        return information

    def fetch(self, transaction_id: str) -> PaymentInformation:
        """`GET /paymenttransaction/{originatorId}/{endPointId}/{transactionId}`."""
        if not re.fullmatch(r"[\w.~-]{1,100}", transaction_id, re.ASCII):
            raise ProviderError(ProviderError.VALIDATION_ERROR, "transactionId")
        return _information(self._call("GET", f"{self._place}/{transaction_id}", None))

    def _call(self, method: str, url: str, body: dict[str, Any] | None) -> dict[str, Any]:
        answer = self._send(method, url, body)
        if answer.status_code == 401:  # the token was withdrawn early: one fresh try
            self._token_ends = 0.0
            answer = self._send(method, url, body)
        if answer.status_code == 429 or answer.status_code >= 500:
            raise ProviderUnavailable(f"HTTP {answer.status_code}")
        content = _json(answer)
        if answer.status_code >= 400:
            raise ProviderError(*_refusal(answer.status_code, content))
        return content

    def _send(self, method: str, url: str, body: dict[str, Any] | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._bearer()}", "Accept": "application/json"}
        try:
            return self._http.request(method, url, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise ProviderUnavailable(f"{type(error).__name__}: {error}") from error

    def _bearer(self) -> str:
        if time.monotonic() < self._token_ends:
            return self._token
        form = {"grant_type": "client_credentials"}
        try:
            answer = self._http.post(self._token_url, data=form, auth=(self._client_id, self._secret))
        except httpx.HTTPError as error:
            raise ProviderUnavailable(f"token: {type(error).__name__}") from error
        if answer.status_code in (400, 401, 403):
            raise ProviderError(ProviderError.FORBIDDEN, f"token: HTTP {answer.status_code}")
        if answer.status_code != 200:
            raise ProviderUnavailable(f"token: HTTP {answer.status_code}")
        content = _json(answer)
        try:
            self._token = str(content["access_token"])
            self._token_ends = time.monotonic() + float(content.get("expires_in", 60)) - EARLY
        except (KeyError, TypeError, ValueError) as error:
            raise ProviderUnavailable("token: unreadable answer") from error
        return self._token


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError as error:
        raise ProviderUnavailable(f"HTTP {answer.status_code} without JSON") from error
    if not isinstance(content, dict):
        raise ProviderUnavailable(f"HTTP {answer.status_code} with something else than an object")
    return content


def _refusal(status: int, content: dict[str, Any]) -> tuple[str, str]:
    """Code and detail of an error answer; providers differ in where they put the code."""
    known = {value for name, value in vars(ProviderError).items() if name.isupper()}
    words = [str(content.get(name, "")) for name in ("code", "errorCode", "error", "type", "message")]
    code = next((word for word in words if word in known), None)
    fallback = {
        403: ProviderError.FORBIDDEN,
        404: ProviderError.NO_VALID_ORIGINATOR_OR_ENDPOINT,
        409: ProviderError.PAYMENT_EXISTS,
    }
    return code or fallback.get(status, ProviderError.VALIDATION_ERROR), f"HTTP {status}"


def _information(content: dict[str, Any]) -> PaymentInformation:
    """`{paymentRequest, paymentInformation}`; a status outside the four words is no answer."""
    said, asked = content.get("paymentInformation", content), content.get("paymentRequest") or {}
    try:
        return PaymentInformation(
            transactionId=str(said["transactionId"]),
            status=TransactionStatus(said["status"]),
            transactionRedirectUrl=str(said.get("transactionRedirectUrl") or ""),
            paymentMethod=str(said.get("paymentMethod") or ""),
            statusDetail=str(said.get("statusDetail") or ""),
            grosAmount=None if asked.get("grosAmount") is None else float(asked["grosAmount"]),
            raw=content,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProviderUnavailable(f"unreadable answer: {type(error).__name__}") from error
