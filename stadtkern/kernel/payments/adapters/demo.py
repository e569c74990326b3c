"""A payment provider to try everything with: it keeps its own memory and its own pay page. No money flows.

It behaves like an outside system: what it knows lies in its own file, not in our database, so it remembers when our
transaction is rolled back. The file HOME/outage/payments switches it off; with the word "lost" inside, it does what is
asked and the answer gets lost on the way; with "slow", it answers after three seconds.
"""

import json
import re
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from stadtkern.lib.money import from_decimal

from . import PaymentInformation, PaymentRequest, ProviderError, ProviderUnavailable, TransactionStatus

TABLE = """CREATE TABLE IF NOT EXISTS payment_transaction (
    id TEXT PRIMARY KEY, request_id TEXT UNIQUE NOT NULL, request TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'INITIAL', method TEXT NOT NULL DEFAULT '', page TEXT NOT NULL)"""


def connect() -> "DemoProvider":
    """The provider as the payments room asks for it."""
    return DemoProvider(settings.HOME)


class DemoProvider:
    """XBezahldienste 1.0 in one process, idempotent by requestId."""

    key = "demo"

    def __init__(self, home: Path) -> None:
        self.file = home / "demo-bezahldienst.sqlite3"
        self.switch = home / "outage" / "payments"

    def create(self, request: PaymentRequest) -> PaymentInformation:
        """A transaction in INITIAL; the same requestId with the same content gets the same one again."""
        with self._answering():
            _check(request)
            number = str(uuid.uuid4())
            page = _origin(request["redirectUrl"]) + reverse("payments:demo", args=[number])
            content = {key: value for key, value in request.items() if key != "requestTimestamp"}
            with self._memory() as memory:
                memory.execute(
                    "INSERT INTO payment_transaction (id, request_id, request, page) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (request_id) DO NOTHING",
                    (number, request["requestId"], json.dumps(content, sort_keys=True), page),
                )
                query = "SELECT id, request FROM payment_transaction WHERE request_id = ?"
                known, before = memory.execute(query, (request["requestId"],)).fetchone()
            if before != json.dumps(content, sort_keys=True):
                raise ProviderError(ProviderError.PAYMENT_EXISTS, "another payment bears this requestId")
            return self.look(known)

    def fetch(self, transaction_id: str) -> PaymentInformation:
        """The transaction as it stands."""
        with self._answering():
            return self.look(transaction_id)

    def look(self, transaction_id: str) -> PaymentInformation:
        """What its own pages see, outage or not. ProviderError for an unknown transaction."""
        with self._memory() as memory:
            query = "SELECT request, status, method, page FROM payment_transaction WHERE id = ?"
            row = memory.execute(query, (transaction_id,)).fetchone()
        if row is None:
            raise ProviderError(ProviderError.VALIDATION_ERROR, "unknown transactionId")
        request = json.loads(row[0])
        return PaymentInformation(
            transactionId=transaction_id,
            status=TransactionStatus(row[1]),
            transactionRedirectUrl=row[3],
            paymentMethod=row[2],
            grosAmount=request["grosAmount"],
            raw=request,
        )

    def press(self, transaction_id: str, status: TransactionStatus, method: str = "") -> PaymentInformation:
        """The payer presses a button on the pay page; a finished transaction stays as it is."""
        with self._memory() as memory:
            memory.execute(
                "UPDATE payment_transaction SET status = ?, method = ? WHERE id = ? AND status = 'INITIAL'",
                (status, method, transaction_id),
            )
        return self.look(transaction_id)

    def away(self) -> bool:
        """Whether the switch file says so."""
        return self.switch.exists()

    def paid(self) -> list[tuple[str, int]]:
        """The cash report: purpose and cents of every paid transaction, for reconciliation and crash tests."""
        with self._memory() as memory:
            rows = memory.execute("SELECT request FROM payment_transaction WHERE status = 'PAYED' ORDER BY rowid").fetchall()
        return [(request["purpose"], from_decimal(request["grosAmount"])) for request in (json.loads(row[0]) for row in rows)]

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            mood = self.switch.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            yield
            return
        if mood == "slow":
            time.sleep(3)
        elif mood != "lost":
            raise ProviderUnavailable("the demo provider is switched off")
        yield
        if mood == "lost":
            raise ProviderUnavailable("the demo provider's answer got lost")

    @contextmanager
    def _memory(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.file, timeout=10, isolation_level=None)) as memory:
            memory.execute("PRAGMA journal_mode=WAL")
            memory.execute(TABLE)
            yield memory


def _check(request: PaymentRequest) -> None:
    """The standard's own rules, so that a request that a real provider refuses is refused here."""
    rules: list[tuple[str, Any]] = [
        ("requestId", re.fullmatch(r"[\w-]{1,36}", request["requestId"], re.ASCII)),
        ("currency", request["currency"] == "EUR"),
        ("grosAmount", 0 < request["grosAmount"] <= 999_999),
        ("purpose", re.fullmatch(r"[\w\s-]{1,27}", request["purpose"], re.ASCII)),
        ("description", re.fullmatch(r"[A-Za-z0-9_\s,.À-ſ-]{1,250}", request["description"])),
        ("redirectUrl", urlsplit(request["redirectUrl"]).scheme in ("http", "https")),
        ("items", 1 <= len(request["items"]) <= 99),
    ]
    if wrong := [name for name, fine in rules if not fine]:
        raise ProviderError(ProviderError.VALIDATION_ERROR, ", ".join(wrong))
    total = sum(from_decimal(item["totalNetAmount"]) + from_decimal(item["totalTaxAmount"]) for item in request["items"])
    if total != from_decimal(request["grosAmount"]):
        raise ProviderError(ProviderError.CALCULATION_ERROR, "the items do not add up")
    if not all(item["bookingData"] for item in request["items"]):
        raise ProviderError(ProviderError.BOOKING_DATA_MISSING)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
