"""Client of the delivery service (Zustelldienst): FIT-Connect Submission API, version 1 or 2, OAuth 2.0 client credentials.

Only calls; what they mean for a case is said elsewhere. Nothing here decrypts.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

TIMEOUT = httpx.Timeout(30, connect=5)
EARLY = 30  # seconds before its end that a token is renewed
PAGE = 100
MOST_PAGES = 50
MOST_ANSWER = 150_000_000  # bytes of one answer
_SAFE = re.compile(r"[A-Za-z0-9._~-]{1,100}")


class Unavailable(Exception):
    """No answer that means anything: try again later, after `retry_after` seconds where the service says so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(Exception):
    """The service understood and said no: HTTP `status`, problem `kind` (last part of its type), `detail`."""

    def __init__(self, status: int, kind: str = "", detail: str = "") -> None:
        super().__init__(f"HTTP {status} {kind} {detail}".strip()[:300])
        self.status, self.kind, self.detail = status, kind, detail


@dataclass(frozen=True)
class Announced:
    """A submission that has a number but no content yet."""

    submission: str
    case: str


@dataclass(frozen=True)
class Waiting:
    """A submission that lies ready for us."""

    submission: str
    case: str
    destination: str


@dataclass(frozen=True)
class Delivered(Waiting):
    """A submission as fetched, still encrypted."""

    service: Mapping[str, Any]
    attachments: tuple[str, ...]
    metadata: str
    data: str


class Client:
    """One client per process: connections and the token are kept."""

    def __init__(
        self, *, base: str, token_url: str, client_id: str, secret: str, version: str = "v1",
        transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        if version not in ("v1", "v2"):
            raise ValueError("version must be v1 or v2")
        self.base = base.rstrip("/")
        self._api, self._version = f"{self.base}/{version}", version
        self._http = httpx.Client(timeout=TIMEOUT, transport=transport, follow_redirects=False, trust_env=transport is None)
        self._token_url, self._client_id, self._secret = token_url, client_id, secret
        self._token, self._token_ends = "", 0.0

    def destination(self, destination: str) -> dict[str, Any]:
        """What the service knows about a destination: status, encryptionKid, services with their schemas."""
        return _object(self._call("GET", f"/destinations/{_id(destination)}"))

    def key(self, destination: str, kid: str) -> dict[str, Any]:
        """A public key of a destination as JWK; to be checked before use."""
        return _object(self._call("GET", f"/destinations/{_id(destination)}/keys/{_id(kid)}"))

    def service_keys(self) -> list[dict[str, Any]]:
        """The keys the service itself signs with (JWKS)."""
        keys = _object(self._call("GET", f"{self.base}/.well-known/jwks.json")).get("keys")
        return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []

    def announce(
        self, destination: str, service: str, name: str, attachments: Sequence[str], callback: Mapping[str, str] | None = None
    ) -> Announced:
        """Ask for a number. `callback` = {"url", "secret"} where the service shall tell us of events."""
        word = "serviceType" if self._version == "v1" else "publicService"
        body: dict[str, Any] = {
            "destinationId": destination,
            "announcedAttachments": list(attachments),
            word: {"identifier": service, "name": name},
        }
        if callback:
            body["callback"] = dict(callback)
        said = _object(self._call("POST", "/submissions", json=body))
        return Announced(_text(said, "submissionId"), _text(said, "caseId"))

    def upload(self, submission: str, attachment: str, token: str) -> None:
        """One encrypted attachment; the same again replaces it."""
        headers = {"content-type": "application/jose"}
        self._call("PUT", f"/submissions/{_id(submission)}/attachments/{_id(attachment)}", content=token, headers=headers)

    def submit(self, submission: str, metadata: str, data: str) -> None:
        """Hand in: from now on the receiver can fetch it. A second time is refused (409)."""
        body = {"encryptedMetadata": metadata, "encryptedData": data}
        self._call("PUT", f"/submissions/{_id(submission)}", json=body)

    def waiting(self, destination: str) -> list[Waiting]:
        """Everything that lies ready at one destination of ours, oldest first."""
        found: dict[str, Waiting] = {}
        for page in range(MOST_PAGES):
            query: dict[str, Any] = {"destinationId": destination, "offset": page * PAGE, "limit": PAGE}
            said = _object(self._call("GET", "/submissions", params=query))
            listed = said.get("submissions")
            for one in listed if isinstance(listed, list) else []:
                if isinstance(one, dict):
                    row = Waiting(_text(one, "submissionId"), _text(one, "caseId"), _text(one, "destinationId"))
                    found.setdefault(row.submission, row)
            if not listed or (page + 1) * PAGE >= int(said.get("totalCount") or 0):
                break
        return list(found.values())

    def fetch(self, submission: str) -> Delivered:
        """The submission, encrypted."""
        said = _object(self._call("GET", f"/submissions/{_id(submission)}"))
        listed = said.get("attachments")
        service = said.get("serviceType") or said.get("publicService")
        return Delivered(
            submission=_text(said, "submissionId"),
            case=_text(said, "caseId"),
            destination=_text(said, "destinationId"),
            service=service if isinstance(service, dict) else {},
            attachments=tuple(str(one) for one in listed) if isinstance(listed, list) else (),
            metadata=_text(said, "encryptedMetadata"),
            data=_text(said, "encryptedData", ""),
        )

    def fetch_attachment(self, submission: str, attachment: str) -> str:
        """One attachment, encrypted."""
        place = f"/submissions/{_id(submission)}/attachments/{_id(attachment)}"
        return self._call("GET", place, headers={"accept": "application/jose"}).text

    def events(self, case: str) -> list[str]:
        """The event log of a case: signed tokens, oldest first; unverified."""
        found: list[str] = []
        for page in range(MOST_PAGES):
            query = {"offset": page * PAGE, "limit": PAGE}
            said = _object(self._call("GET", f"/cases/{_id(case)}/events", params=query))
            listed = said.get("eventLog")
            found += [str(one) for one in listed] if isinstance(listed, list) else []
            if not listed or (page + 1) * PAGE >= int(said.get("totalCount") or 0):
                break
        return found

    def report(self, case: str, token: str) -> None:
        """Add our own event (accept, reject) to the log."""
        self._call("POST", f"/cases/{_id(case)}/events", content=token, headers={"content-type": "application/jose"})

    def _call(self, method: str, place: str, **more: Any) -> httpx.Response:
        url = place if place.startswith("http") else f"{self._api}{place}"
        answer = self._send(method, url, more)
        if answer.status_code == 401:  # the token was withdrawn early: one fresh try
            self._token_ends = 0.0
            answer = self._send(method, url, more)
        return _judged(answer)

    def _send(self, method: str, url: str, more: Mapping[str, Any]) -> httpx.Response:
        headers = {"accept": "application/json", **more.get("headers", {}), "authorization": f"Bearer {self._bearer()}"}
        return self._request(method, url, **{**more, "headers": headers})

    def _bearer(self) -> str:
        if time.monotonic() >= self._token_ends:
            form = {"grant_type": "client_credentials", "client_id": self._client_id, "client_secret": self._secret}
            said = _object(_judged(self._request("POST", self._token_url, data=form)))
            self._token = _text(said, "access_token")
            self._token_ends = time.monotonic() + max(0.0, float(said.get("expires_in") or 60) - EARLY)
        return self._token

    def _request(self, method: str, url: str, **more: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, url, **more)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"no connection ({type(error).__name__})") from None
        if len(answer.content) > MOST_ANSWER:
            raise Unavailable("the answer is too large")
        return answer


def _judged(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
        raise Unavailable(f"HTTP {answer.status_code}", _retry_after(answer.headers.get("retry-after", "")))
    try:
        said = _object(answer)
    except Unavailable:
        said = {}
    kind = str(said.get("type") or said.get("error") or "").rstrip("/").rpartition("/")[2]
    raise Refused(answer.status_code, kind[:80], str(said.get("detail") or said.get("title") or "")[:200])


def _retry_after(text: str) -> float | None:
    """Seconds, or a date (RFC 9110 § 10.2.3); nothing longer than a day is believed."""
    if text.isascii() and text.isdigit() and len(text) < 8:
        return min(float(text), 86400.0)
    try:
        wait = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), 86400.0)


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except (ValueError, RecursionError):
        raise Unavailable("the answer is no JSON") from None
    if not isinstance(said, dict):
        raise Unavailable("the answer is no JSON object")
    return said


def _text(said: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = said.get(name, default)
    if not isinstance(value, str):
        raise Unavailable(f"the answer lacks {name}")
    return value


def _id(value: str) -> str:
    """An id as part of an address; what is none is refused before anybody is asked."""
    if not _SAFE.fullmatch(value) or set(value) == {"."}:
        raise Refused(400, "invalid-id", "not an id")
    return value
