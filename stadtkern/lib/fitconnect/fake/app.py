"""The pretended delivery service as a WSGI application: over HTTP for two cities, in process for one."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from .. import jose
from .actions import No, Service, trouble

MOST_BODY = 150_000_000
_PHRASES = {200: "OK", 201: "Created", 204: "No Content", 429: "Too Many Requests", 503: "Service Unavailable"}
_UUID = "([0-9a-f-]{36})"
_ROUTES: list[tuple[str, str, str]] = [
    ("POST", r"/token", "token"),
    ("GET", r"/\.well-known/jwks\.json", "jwks"),
    ("POST", r"/_trouble", "order"),
    ("GET", rf"/v[12]/destinations/{_UUID}", "destination"),
    ("GET", rf"/v[12]/destinations/{_UUID}/keys/([A-Za-z0-9_.~-]{{1,80}})", "key"),
    ("POST", r"/v[12]/submissions", "announce"),
    ("GET", r"/v[12]/submissions", "list"),
    ("GET", rf"/v[12]/submissions/{_UUID}", "fetch"),
    ("PUT", rf"/v[12]/submissions/{_UUID}", "submit"),
    ("PUT", rf"/v[12]/submissions/{_UUID}/attachments/{_UUID}", "upload"),
    ("GET", rf"/v[12]/submissions/{_UUID}/attachments/{_UUID}", "attachment"),
    ("GET", rf"/v[12]/cases/{_UUID}/events", "events"),
    ("POST", rf"/v[12]/cases/{_UUID}/events", "report"),
]
Answer = tuple[int, str, bytes]  # status, media type, body


class App:
    """`App(service)` is a WSGI application. POST /_trouble {"operation", "kind", "times", "detail"} orders misbehaviour."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers: list[tuple[str, str]] = []
        try:
            status, media, body = self._answer(environ, headers)
        except No as no:
            said = {"type": f"https://schema.fitko.de/fit-connect/submission-api/problems/{no.kind}", "title": no.kind,
                    "status": no.status, "detail": no.detail, "error": no.kind}  # fmt: skip
            status, media, body = no.status, "application/problem+json", json.dumps(said).encode()
        start_response(f"{status} {_PHRASES.get(status, 'Answer')}", [("Content-Type", media), *headers])
        return [body]

    def _answer(self, environ: Mapping[str, Any], headers: list[tuple[str, str]]) -> Answer:
        method, place = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        fits = [(name, found) for verb, route, name in _ROUTES if (found := re.fullmatch(route, place)) and verb == method]
        if not fits:
            raise No(404, "not-found", "Diese Adresse gibt es nicht.")
        name, found = fits[0]
        length = environ.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isdigit() else 0
        if size > MOST_BODY:
            raise No(413, "too-large", "Zu groß.")
        content = environ["wsgi.input"].read(size)
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        if name == "order":
            said = _json(content)
            trouble.order(self.service.store, said["operation"], said["kind"], said.get("times", 1), said.get("detail", ""))
            return 204, "text/plain", b""
        return self._with_trouble(name, found.groups(), query, content, environ, headers)

    def _with_trouble(
        self, name: str, ids: tuple[str, ...], query: dict[str, str], content: bytes, environ: Mapping[str, Any],
        headers: list[tuple[str, str]],
    ) -> Answer:  # fmt: skip
        due = trouble.due(self.service.store, name) if name in trouble.OPERATIONS else None
        if due and due.kind in trouble.REFUSALS:
            status, wait = trouble.REFUSALS[due.kind]
            if due.detail or wait:
                headers.append(("Retry-After", due.detail or str(wait)))
            raise No(status, "trouble", "Zur Probe.")
        if name == "token":
            form = dict(parse_qsl(content.decode("utf-8", "replace")))
            said = self.service.token(form.get("client_id", ""), form.get("client_secret", ""))
            return 200, "application/json", json.dumps(said).encode()
        if name == "jwks":
            return 200, "application/json", json.dumps({"keys": [jose.public(self.service.key)]}).encode()
        client = self.service.client_of(environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer "))
        answer = self._call(name, ids, query, content, client, due)
        if due and due.kind == "lost":
            raise No(503, "trouble", "Getan, aber die Antwort geht verloren.")
        return answer

    def _call(
        self, name: str, ids: tuple[str, ...], query: dict[str, str], content: bytes, client: str, due: trouble.Trouble | None
    ) -> Answer:
        service, kind = self.service, due.kind if due else ""
        if name in ("upload", "report"):
            token = content.decode("ascii", "replace")
            if name == "upload":
                service.upload(client, ids[0], ids[1], token)
            else:
                service.report(client, ids[0], token)
            return 204, "text/plain", b""
        if name == "attachment":
            key = service.encryption_key_for(ids[0])
            return 200, "application/jose", trouble.spoiled(due, service.fetch_attachment(client, ids[0], ids[1]), key).encode()
        said: Any
        if name == "announce":
            return 201, "application/json", json.dumps(service.announce(client, _json(content))).encode()
        if name == "submit":
            said = service.submit(client, ids[0], _json(content))
        elif name == "destination":
            said = service.destination(ids[0])
        elif name == "key":
            said = service.jwk(ids[0], ids[1], kind)
        elif name == "list":
            offset, limit = (_number(query.get(word, ""), least) for word, least in (("offset", 0), ("limit", 100)))
            said = service.waiting(client, query.get("destinationId", ""), offset, limit, doubled=kind == "doubled")
        elif name == "fetch":
            said = service.fetch(client, ids[0])
            part = "encryptedMetadata" if due and due.detail == "metadata" else "encryptedData"
            said[part] = trouble.spoiled(due, said[part], service.encryption_key_for(ids[0]))
        else:
            log = trouble.rewritten(due, service.log_of(client, ids[0]), service.store, ids[0], service.issuer, service.key)
            offset, limit = (_number(query.get(word, ""), least) for word, least in (("offset", 0), ("limit", 100)))
            shown = log[offset : offset + limit]
            said = {"count": len(shown), "offset": offset, "totalCount": len(log), "eventLog": shown}
        return 200, "application/json", json.dumps(said).encode()


def _json(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise No(400, "invalid-json", "Der Inhalt ist kein JSON.") from None
    if not isinstance(said, dict):
        raise No(400, "invalid-json", "Erwartet wird ein JSON-Objekt.")
    return said


def _number(text: str, default: int) -> int:
    return min(int(text), 500_000) if text.isascii() and text.isdigit() and len(text) < 8 else default
