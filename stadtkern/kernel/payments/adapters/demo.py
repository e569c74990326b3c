"""A payment provider to try everything with: it keeps its own memory and its own pay page. No money flows.

It behaves like an outside system: what it knows lies in files of its own (HOME/demo-bezahldienst), not in our database,
so it remembers when our transaction is rolled back. The file HOME/outage/payments switches it off; with the word "lost"
inside, it does what is asked and the answer gets lost on the way; with "slow", it answers after three seconds.
"""

import fcntl
import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from stadtkern.lib.money import from_decimal

from . import PaymentInformation, PaymentRequest, ProviderError, ProviderUnavailable, TransactionStatus

SPACE = uuid.UUID("5b0d2b43-2a43-4a4e-9a53-0d6f1a4f6f0e")  # makes its transactionId from our requestId


def connect() -> "DemoProvider":
    """The provider as the payments room asks for it."""
    return DemoProvider(settings.HOME)


class DemoProvider:
    """XBezahldienste 1.0 in one process, idempotent by requestId."""

    key = "demo"

    def __init__(self, home: Path, page: Callable[[str, PaymentRequest], str] | None = None) -> None:
        self.folder = home / "demo-bezahldienst"
        self.switch = home / "outage" / "payments"
        self._page = page or _own_page

    def create(self, request: PaymentRequest) -> PaymentInformation:
        """A transaction in INITIAL; the same requestId with the same content gets the same one again."""
        with self._answering():
            _check(request)
            number = str(uuid.uuid5(SPACE, request["requestId"]))
            page = self._page(number, request)
            content = {key: value for key, value in request.items() if key != "requestTimestamp"}
            with self._alone():
                if not self._file(number).exists():
                    self._write(number, {"request": content, "status": "INITIAL", "method": "", "page": page})
                if self._read(number)["request"] != content:
                    raise ProviderError(ProviderError.PAYMENT_EXISTS, "another payment bears this requestId")
            return self.look(number)

    def fetch(self, transaction_id: str) -> PaymentInformation:
        """The transaction as it stands."""
        with self._answering():
            return self.look(transaction_id)

    def look(self, transaction_id: str) -> PaymentInformation:
        """What its own pages see, outage or not. ProviderError for an unknown transaction."""
        row = self._read(transaction_id)
        return PaymentInformation(
            transactionId=transaction_id,
            status=TransactionStatus(row["status"]),
            transactionRedirectUrl=row["page"],
            paymentMethod=row["method"],
            grosAmount=row["request"]["grosAmount"],
            raw=row["request"],
        )

    def press(self, transaction_id: str, status: TransactionStatus, method: str = "") -> PaymentInformation:
        """The payer presses a button on the pay page; a finished transaction stays as it is."""
        with self._alone():
            row = self._read(transaction_id)
            if row["status"] == TransactionStatus.INITIAL:
                self._write(transaction_id, row | {"status": str(status), "method": method})
        return self.look(transaction_id)

    def away(self) -> bool:
        """Whether the switch file says so."""
        return self.switch.exists()

    def transactions(self) -> list[PaymentInformation]:
        """Everything it knows: its cash report, for reconciliation."""
        return [self.look(file.stem) for file in sorted(self.folder.glob("*.json"))]

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
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _file(self, transaction_id: str) -> Path:
        if not re.fullmatch(r"[0-9a-f-]{36}", transaction_id):
            raise ProviderError(ProviderError.VALIDATION_ERROR, "unknown transactionId")
        return self.folder / f"{transaction_id}.json"

    def _read(self, transaction_id: str) -> dict[str, Any]:
        try:
            row: dict[str, Any] = json.loads(self._file(transaction_id).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ProviderError(ProviderError.VALIDATION_ERROR, "unknown transactionId") from error
        return row

    def _write(self, transaction_id: str, row: dict[str, Any]) -> None:
        """Whole or not at all, also when the process is killed."""
        new = self._file(transaction_id).with_suffix(".new")
        new.write_text(json.dumps(row), encoding="utf-8")
        new.replace(self._file(transaction_id))


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


def _own_page(number: str, request: PaymentRequest) -> str:
    """The pay page lies on the city's own address: nothing else is running."""
    parts = urlsplit(request["redirectUrl"])
    return f"{parts.scheme}://{parts.netloc}" + reverse("payments:demo", args=[number])
