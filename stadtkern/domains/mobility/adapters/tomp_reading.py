"""Answers of a provider read with care: TOMP-API 1.5.0, schemas planning, booking, leg, fare and journalEntry."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from ..sharing.prices import MOST_PARTS, SECONDS, Part, cents
from . import Bill, BillLine, Booking, Offered, Unavailable

OF_BOOKING = {
    "NEW": "UNKNOWN", "PENDING": "PENDING", "CONDITIONAL_CONFIRMED": "WAITING", "CONFIRMED": "HELD", "STARTED": "RIDING",
    "FINISHED": "ENDED", "CANCELLED": "CANCELLED", "RELEASED": "CANCELLED", "REJECTED": "CANCELLED", "EXPIRED": "EXPIRED",
}  # fmt: skip
OF_LEG = {"IN_USE": "RIDING", "PAUSED": "PAUSED", "FINISHING": "ENDING", "FINISHED": "ENDED", "ISSUE_REPORTED": "WAITING"}
CHARGED, GIVEN_BACK = ("FARE", "EXTRA_USAGE"), ("REFUND", "CREDIT", "VOUCHER")
MOST_EUROS, MOST_NUMBER = Decimal(10_000), Decimal(10) ** 9


def offered_of(told: Mapping[str, Any]) -> Offered | None:
    """The first option of a planning that has a number; None: nothing can be had."""
    for option in _rows(told.get("options"))[:5]:
        if number := _word(option.get("id")):
            return Offered(number, _moment(told.get("validUntil")), _fare(option))
    return None


def booking_of(told: Mapping[str, Any], number: str) -> Booking:
    """A booking and its first leg; the leg says more once the ride has begun."""
    leg = next(iter(_rows(told.get("legs"))), {})
    state = OF_BOOKING.get(str(told.get("state")), "WAITING")
    if state in ("HELD", "RIDING"):
        state = OF_LEG.get(str(leg.get("state")), state)
    began, ended = (_moment(leg.get(name) or told.get(name)) for name in ("actualDepartureTime", "actualArrivalTime"))
    key = leg.get("assetAccessData")
    until = _moment(key.get("validUntil")) if isinstance(key, dict) else None
    name = _word(leg.get("id")) or number
    until = until or _moment(leg.get("departureTime") or told.get("departureTime"))
    asset = leg.get("asset")
    vehicle = _word(asset.get("id")) if isinstance(asset, dict) else ""
    return Booking(number, state, until, name, began, ended, vehicle)


def of_leg(told: Mapping[str, Any], number: str) -> Booking:
    """A leg alone, as an event answers it."""
    state = {"NOT_STARTED": "HELD", "PREPARING": "HELD", "CANCELLED": "CANCELLED"} | OF_LEG
    began, ended = (_moment(told.get(name)) for name in ("actualDepartureTime", "actualArrivalTime"))
    return Booking(number, state.get(str(told.get("state")), "WAITING"), None, _word(told.get("id")), began, ended)


def bill_of(rows: object, leg: str) -> Bill | None:
    """The entries of one leg; each counts once (journalId with journalSequenceId). None: no fare yet.

    Without a sequence number, what has another category or another amount is another entry.
    Raises Unavailable where an amount is none, or not in euros.
    """
    seen: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for row in _rows(rows):
        if _word(row.get("journalId")) == leg:
            seen.setdefault(_entry(row), row)
    entries = list(seen.values())
    fares = [row for row in entries if row.get("category", "FARE") == "FARE"]
    if not fares:
        return None
    lines = [_line(row) for row in entries if row.get("category", "FARE") in (*CHARGED, *GIVEN_BACK)]
    left = {_word(row.get("category", "FARE")) for row in entries} - {*CHARGED, *GIVEN_BACK, ""}
    time = fares[0].get("usedTime")
    seconds = int(time) if isinstance(time, int | Decimal) and 0 <= time < 10_000_000 else None
    details = fares[0].get("details")
    return Bill(tuple(lines), seconds, _fare({"pricing": details}), tuple(sorted(left)))


def _entry(row: Mapping[str, Any]) -> tuple[str, ...]:
    if number := str(row.get("journalSequenceId") or ""):
        return (number,)
    return "", str(row.get("category", "FARE")), str(_decimal(row.get("amount")))


def _line(row: Mapping[str, Any]) -> BillLine:
    category, amount, tax = str(row.get("category", "FARE")), _decimal(row.get("amount")), _decimal(row.get("vatRate", 0))
    if amount is None or abs(amount) > MOST_EUROS or amount * 100 % 1 or str(row.get("currencyCode", "EUR")) != "EUR":
        raise Unavailable(_("Die Abrechnung des Anbieters ist nicht lesbar."))
    rate = int(tax * 100) if tax is not None and 0 <= tax <= 100 else 0
    return BillLine(category, cents(-abs(amount) if category in GIVEN_BACK else amount), rate)


def _fare(told: Mapping[str, Any]) -> tuple[Part, ...]:
    """`pricing` of a booking, else of its first leg; nothing where a part cannot be read: half a price is none."""
    leg = next(iter(_rows(told.get("legs"))), {})
    fare = told.get("pricing") or leg.get("pricing")
    rows = _rows(fare.get("parts")) if isinstance(fare, dict) else []
    parts = [_part(row) for row in rows[: MOST_PARTS + 1]]
    return tuple(part for part in parts if part is not None) if None not in parts and len(parts) <= MOST_PARTS else ()


def _part(row: Mapping[str, Any]) -> Part | None:
    amount, kind = _decimal(row.get("amount")), str(row.get("type") or "FIXED")
    if amount is None or abs(amount) > MOST_EUROS or str(row.get("currencyCode", "EUR")) != "EUR":
        return None
    if kind not in ("FIXED", "FLEX", "MAX"):
        return Part("FLEX", str(amount), 1, "OTHER")
    if kind != "FLEX":
        return Part(kind, str(amount))
    unit, every, start = str(row.get("unitType")), _decimal(row.get("units", 1)), _decimal(row.get("scaleFrom", 0))
    minutes = {"MINUTE": 1, "HOUR": 60}.get(str(row.get("scaleType", "MINUTE")))
    simple = every and every % 1 == 0 and 0 < every <= 100_000 and minutes and start is not None and start % 1 == 0
    if not simple or row.get("scaleTo") or unit not in (*SECONDS, "KM", "MILE"):
        return Part("FLEX", str(amount), 1, "OTHER")
    from_minute = int(start or 0) * (minutes or 1)
    return Part("FLEX", str(amount), int(every or 1), unit, from_minute, row.get("assetState") == "PAUSED")


def _rows(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _word(value: object) -> str:
    """A number or a name of theirs, as a database can keep it."""
    return "" if value is None else str(value).replace("\0", "").encode(errors="replace").decode()[:80]


def _decimal(value: object) -> Decimal | None:
    """None where it is no number, or one that nothing here can be."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found.copy_abs() <= MOST_NUMBER else None


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo and 2000 < found.year < 2100 else None
