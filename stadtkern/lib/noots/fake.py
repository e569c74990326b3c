"""The other side as a small web application: everything a NOOTS would be for one consumer, with every fault it may have."""

import base64
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

FAULTS = (
    "", "503", "slow", "not_found", "several", "forbidden", "no_provider", "immature", "malformed", "no_json", "wrong_person",
    "replay",
)  # fmt: skip
PAPER = b"%PDF-1.7\n% a picture of a certificate\n"


class App:
    """`find` = identification numbers of a subject; `tell` = records for (code of evidence, number, fields)."""

    def __init__(
        self,
        find: Callable[[Mapping[str, str]], Sequence[str]],
        tell: Callable[[str, str, Sequence[str]], Sequence[Mapping[str, Any]]],
        *,
        title: str = "Standesamt (Demo)",
        codes: Mapping[str, str] | None = None,
        fault: Callable[[], str] = lambda: "",
        pause: Callable[[float], None] = time.sleep,
        seconds: float = 6.0,
    ) -> None:
        self.find, self.tell, self.title, self.codes, self.fault = find, tell, title, codes or {}, fault
        self.pause, self.seconds = pause, seconds
        self.asked: list[tuple[str, dict[str, Any]]] = []  # for tests: what came in
        self.last_request = ""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        step = environ["PATH_INFO"].rstrip("/").rpartition("/")[2]
        body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
        self.asked.append((step, body))
        fault = self.fault()
        if fault == "slow":
            self.pause(self.seconds)
        if fault == "503":
            return _say(start, "503 Service Unavailable", b"")
        if fault == "no_json" and step == "evidence":
            return _say(start, "200 OK", b"<html>Wartungsarbeiten</html>")
        answer: Callable[[Mapping[str, Any], str], Any] | None = getattr(self, f"_{step}", None)
        if answer is None:
            return _say(start, "404 Not Found", b"")
        return _say(start, "200 OK", json.dumps(answer(body, fault)).encode())

    def _identity(self, body: Mapping[str, Any], fault: str) -> Any:
        found = [] if fault == "not_found" else list(self.find(body["subject"]))
        if fault == "several":
            found = ["01234567890", "09876543210"]
        return {"matches": [{"idnr": number} for number in found]}

    def _navigation(self, body: Mapping[str, Any], fault: str) -> Any:
        if fault == "no_provider" or (self.codes and body["evidence"] not in self.codes):
            return {"providers": []}
        return {"providers": [{"key": "demo-1", "title": self.title, "maturity": self.codes.get(body["evidence"], "C")}]}

    def _permission(self, body: Mapping[str, Any], fault: str) -> Any:
        allowed = fault != "forbidden" and bool(body["legal_basis"]) and bool(body["purpose"])
        return {"allowed": allowed, "token": "demo"}

    def _evidence(self, body: Mapping[str, Any], fault: str) -> Any:
        records = list(self.tell(body["evidence"], body["idnr"], body["fields"]))
        told: dict[str, Any] = {
            "request": body["request"],
            "evidence": body["evidence"],
            "idnr": body["idnr"],
            "maturity": self.codes.get(body["evidence"], "C"),
            "records": records,
        }
        if fault == "immature":
            told |= {"maturity": "B", "records": [], "document": base64.b64encode(PAPER).decode()}
        if fault == "wrong_person":
            told["idnr"] = "09876543210"
        if fault == "malformed":
            told["records"] = [{"shoe_size": 43} for _ in records] or [{"shoe_size": 43}]
        if fault == "replay":
            told["request"] = self.last_request
        self.last_request = body["request"]
        return told


def _say(start: StartResponse, status: str, content: bytes) -> list[bytes]:
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
    return [content]
