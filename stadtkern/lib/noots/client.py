"""One fetch: who is it (identification number), who has it (navigation), may we (permission), and the evidence itself."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from .messages import (
    Delivered,
    NobodyFound,
    NotAllowed,
    Question,
    TooSlow,
    Unavailable,
    Unreadable,
    evidence_of,
    number_of,
    permission_of,
    provider_of,
)

PATIENCE = 5.0  # seconds for all four steps together
MOST = 2_000_000  # bytes of one answer


class Client:
    """One per process: connections are kept, answers are not."""

    def __init__(self, http: httpx.Client, *, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self.http, self.patience, self.clock = http, patience, clock

    def fetch(self, question: Question) -> Delivered:
        """Raises a kind of messages.Trouble. The identification number lives as long as this call."""
        end = self.clock() + self.patience
        why = {"consumer": question.consumer, "purpose": question.purpose, "legal_basis": question.legal_basis}
        subject = vars(question.subject)
        number = number_of(self._post("identity", why | {"subject": subject}, end))
        provider = provider_of(self._post("navigation", {"evidence": question.evidence, "area": question.area}, end))
        asked = why | {"evidence": question.evidence, "provider": provider.key}
        token = permission_of(self._post("permission", asked, end))
        request = str(uuid.uuid4())
        told = self._post(
            "evidence",
            asked
            | {"request": request, "token": token, "idnr": number, "fields": list(question.fields)}
            | {"consent": question.consent, "preview": True},
            end,
        )
        return evidence_of(told, request=request, evidence=question.evidence, number=number, provider=provider)

    def _post(self, step: str, body: Mapping[str, Any], end: float) -> Mapping[str, Any]:
        left = end - self.clock()
        if left <= 0:
            raise TooSlow(step)
        try:
            with self.http.stream("POST", step, json=body, timeout=left) as response:
                content = self._read(response, step, end)
        except httpx.TimeoutException as slow:
            raise TooSlow(step) from slow
        except httpx.HTTPError as away:
            raise Unavailable(f"{step}: {type(away).__name__}") from away
        if response.status_code == 403:
            raise NotAllowed(step)
        if response.status_code == 404:
            raise NobodyFound(step)
        if response.status_code != 200:
            raise Unavailable(f"{step}: HTTP {response.status_code}")
        try:
            told = json.loads(content)
        except (ValueError, RecursionError) as broken:
            raise Unreadable(step) from broken
        if not isinstance(told, dict):
            raise Unreadable(step)
        return told

    def _read(self, response: httpx.Response, step: str, end: float) -> bytes:
        """No longer than our patience, no more than an answer may be: a drip counts as silence."""
        content = b""
        for part in response.iter_bytes():
            content += part
            if len(content) > MOST:
                raise Unreadable(f"{step}: too long")
            if self.clock() > end:
                raise TooSlow(step)
        return content
