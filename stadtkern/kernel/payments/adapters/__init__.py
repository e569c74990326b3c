"""The shape of a payment provider: XBezahldienste 1.0 (FITKO), field names as the standard writes them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NotRequired, Protocol, TypedDict


class TransactionStatus(StrEnum):
    """The four words of the standard, in its spelling."""

    INITIAL = "INITIAL"
    PAYED = "PAYED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class PaymentItem(TypedDict):
    """One position; amounts in euros with two decimals."""

    id: str
    reference: str
    description: str
    taxRate: float
    quantity: int
    totalNetAmount: float
    totalTaxAmount: float
    singleNetAmount: float
    singleTaxAmount: float
    bookingData: dict[str, str]  # Haushaltsstelle, Kassenzeichen … as the cash office wants them


class PaymentRequest(TypedDict):
    """What the online service asks for. `grosAmount` (sic) <= 999999 euros, `purpose` <= 27 of `[\\w\\d\\s-]`."""

    requestId: str
    requestTimestamp: str
    currency: str
    grosAmount: float
    purpose: str
    description: str
    redirectUrl: str
    items: list[PaymentItem]
    requestor: NotRequired[dict[str, Any]]


@dataclass(frozen=True)
class PaymentInformation:
    """What the provider says about one transaction (`paymentInformation`)."""

    transactionId: str
    status: TransactionStatus
    transactionRedirectUrl: str = ""
    paymentMethod: str = ""
    statusDetail: str = ""
    grosAmount: float | None = None  # of the echoed paymentRequest, in euros, where the provider echoes it
    raw: dict[str, Any] = field(default_factory=dict, compare=False)


class ProviderUnavailable(Exception):
    """No answer, or none that means anything: try again later. What it did meanwhile is unknown."""


class ProviderError(Exception):
    """The provider understood and refused; `code` is one of the standard's error codes."""

    PAYMENT_EXISTS = "PAYMENT_EXISTS"
    CALCULATION_ERROR = "CALCULATION_ERROR"
    BOOKING_DATA_MISSING = "BOOKING_DATA_MISSING"
    VALIDATION_ERROR = "VALIDATION_ERROR"
    FORBIDDEN = "FORBIDDEN"
    NO_VALID_ORIGINATOR_OR_ENDPOINT = "NO_VALID_ORIGINATOR_OR_ENDPOINT"

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class Provider(Protocol):
    """A payment service; every call may raise ProviderUnavailable or ProviderError."""

    key: str

    def create(self, request: PaymentRequest) -> PaymentInformation:
        """Open a transaction (`POST /paymenttransaction/…`); status INITIAL and the address of the pay page."""
        ...

    def fetch(self, transaction_id: str) -> PaymentInformation:
        """The transaction as it stands now (`GET /paymenttransaction/…/{transactionId}`)."""
        ...
