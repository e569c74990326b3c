"""What a ticket says, and how that lies in the rail ticket data (FCB 3): an open ticket for zones, in local time of the city.

Times are wall clock, as the standard recommends: the inspector's phone compares them with the clock on the wall. Where a
ticket runs through the night in which clocks go back, its wall times are stretched by that hour, in favour of the passenger.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .schema import UNUSED, compiled, unpacked

BERLIN = ZoneInfo("Europe/Berlin")
LONGEST_DAYS = 500  # of validity, by the standard
LONG = timedelta(days=2)  # of a month nobody misses the hour in which clocks go back; of a ride everybody does
KINDS = ("adult", "senior", "child", "youth", "dog", "bicycle")


class Unknown(ValueError):
    """A ticket of a kind that we do not judge."""


@dataclass(frozen=True)
class Content:
    """One ticket. `since` and `until` are wall clock without zone; `name` only where the ticket is personal."""

    reference: str
    issuer: str
    product: str
    title: str
    zones: tuple[int, ...]
    issued: datetime  # aware, to the minute
    since: datetime
    until: datetime
    kind: str = "adult"
    tariff: str = ""
    cents: int | None = None
    name: str = ""
    check_age: bool = False
    check_right: bool = False
    specimen: bool = False


def wall(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """Aware moments as the clock on the wall shows them, the end rounded up to the minute; never shorter than they last."""
    begin, end = since.astimezone(BERLIN), until.astimezone(BERLIN)
    if end.second or end.microsecond:
        end += timedelta(minutes=1)
    back = max(timedelta(), (begin.utcoffset() or timedelta()) - (end.utcoffset() or timedelta()))
    if until - since > LONG:
        back = timedelta()
    first, last = (one.replace(tzinfo=None, second=0, microsecond=0) for one in (begin, end))
    # In the hour that comes twice, the first round: the second one has smaller numbers again.
    early = timedelta(hours=1) if begin.fold == 0 and begin.replace(fold=1).utcoffset() != begin.utcoffset() else timedelta()
    return first - early, last + back


def pack(content: Content) -> bytes:
    """As rail ticket data. ValueError where something does not fit into its field."""
    issued = content.issued.astimezone(UTC)
    zones = {"carrier": content.issuer, "table": "local", "ids": sorted(content.zones)}
    tariff: dict[str, Any] = {"count": 1, "kind": content.kind, "residence": False}
    if content.tariff:
        tariff["name"] = content.tariff
    ticket: dict[str, Any] = {
        "reference": content.reference, "owner": content.issuer, "product": content.product, "return": False,
        "table": "local", "where": content.title, "zones": [("zones", zones)],
        "fromDay": (content.since.date() - issued.date()).days, "fromMinute": _minute(content.since),
        "untilDay": (content.until.date() - content.since.date()).days, "untilMinute": _minute(content.until),
        "tariffs": [tariff],
    }  # fmt: skip
    if content.cents is not None:
        ticket["price"] = content.cents
    told: dict[str, Any] = {
        "issuing": {
            "issuer": content.issuer, "year": issued.year, "day": issued.timetuple().tm_yday, "minute": _minute(issued),
            "specimen": content.specimen, "securePaper": False, "activated": True,
        },
        "documents": [{"ticket": ("open", ticket)}],
    }  # fmt: skip
    if content.name:
        told["people"] = {"people": [{"last": content.name, "holder": True}]}
    if content.name or content.check_age or content.check_right:
        told["control"] = {
            "idCard": bool(content.name), "passport": False, "validatePassport": False, "online": False,
            "age": content.check_age, "reduction": content.check_right,
        }  # fmt: skip
    return bytes(compiled().encode("Ticket", told))


def unpack(data: bytes) -> Content:
    """What rail ticket data say. Unknown where they are no open ticket for zones, or nothing that can be unpacked."""
    try:
        return _unpack(unpacked("Ticket", data))
    except (ValueError, KeyError, IndexError, TypeError, OverflowError) as problem:
        raise Unknown from problem


def _unpack(told: dict[str, Any]) -> Content:
    documents = told.get("documents") or []
    if len(documents) != 1 or documents[0]["ticket"][0] != "open" or foreign(told):
        raise Unknown
    ticket, issuing, control = documents[0]["ticket"][1], told["issuing"], told.get("control", {})
    issued = _moment(issuing["year"], issuing["day"], issuing["minute"]).replace(tzinfo=UTC)
    first = issued.date() + timedelta(days=ticket["fromDay"])
    tariffs = ticket.get("tariffs", [])
    people = told.get("people", {}).get("people", [])
    if not issuing["activated"] or len(tariffs) > 1 or len(people) > 1:
        raise Unknown
    return Content(
        reference=ticket.get("reference", ""), issuer=issuing.get("issuer", ""), product=ticket.get("product", ""),
        title=ticket.get("where", ""), zones=_zones(ticket.get("zones", [])), issued=issued,
        since=_at(first, ticket.get("fromMinute", 0)),
        until=_at(first + timedelta(days=ticket["untilDay"]), ticket.get("untilMinute", 1439)),
        kind=tariffs[0].get("kind", "adult") if tariffs else "adult", tariff=tariffs[0].get("name", "") if tariffs else "",
        cents=ticket.get("price"), name=_name(people), check_age=control.get("age", False),
        check_right=control.get("reduction", False), specimen=issuing["specimen"],
    )  # fmt: skip


def foreign(told: Any) -> bool:
    """Whether a place is filled that we do not describe: what it says might change what the ticket is worth."""
    if isinstance(told, dict):
        return any(name.startswith(UNUSED) or foreign(value) for name, value in told.items())
    if isinstance(told, list | tuple):
        return any(foreign(value) for value in told)
    return False


def _zones(places: list[Any]) -> tuple[int, ...]:
    if any(kind != "zones" for kind, _zone in places):
        raise Unknown
    return tuple(number for _kind, zone in places for number in zone.get("ids", []))


def _name(people: list[dict[str, Any]]) -> str:
    return " ".join(part for one in people[:1] for part in (one.get("first", ""), one.get("last", "")) if part)


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _moment(year: int, day: int, minute: int) -> datetime:
    return datetime(year, 1, 1) + timedelta(days=day - 1, minutes=minute)


def _at(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
