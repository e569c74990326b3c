"""What GeoReport v2 speaks of: service, definition, request, receipt, error. Unknown fields are kept in `extra`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from . import moments

Row = dict[str, Any]
LIST_TYPES = ("singlevaluelist", "multivaluelist")
DATATYPES = ("string", "number", "datetime", "text", *LIST_TYPES)
TYPES = ("realtime", "batch", "blackbox")


def text_of(value: Any) -> str:
    """A value as text; "" for null, "true" for true, codes written without quotes as they stand."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def number_of(value: Any) -> float | None:
    """A number, also one written as text, with a comma, or not at all."""
    try:
        found = float(text_of(value).strip().replace(",", "."))
    except ValueError:
        return None
    return found if abs(found) < 1e12 else None  # false for "nan" and "inf", too


def truth_of(value: Any) -> bool:
    return text_of(value).strip().lower() in ("true", "1", "yes")


@dataclass(frozen=True)
class Fault:
    """One line of an error answer; `code` need not be the HTTP status."""

    code: int
    description: str

    def row(self) -> Row:
        return {"code": self.code, "description": self.description}


@dataclass(frozen=True)
class Attribute:
    """A further question of a service. `variable` false: only a text to read."""

    code: str
    description: str
    datatype: str = "string"
    variable: bool = True
    required: bool = False
    order: int = 1
    datatype_description: str = ""
    values: tuple[tuple[str, str], ...] = ()  # key, name

    def row(self) -> Row:
        found: Row = {
            "variable": self.variable, "code": self.code, "datatype": self.datatype, "required": self.required,
            "datatype_description": self.datatype_description or None, "order": self.order, "description": self.description,
        }  # fmt: skip
        if self.datatype in LIST_TYPES:
            found["values"] = [{"key": key, "name": name} for key, name in self.values]
        return found


@dataclass(frozen=True)
class Service:
    """A kind of request that can be sent."""

    code: str
    name: str
    description: str = ""
    metadata: bool = False
    type: str = "realtime"
    keywords: tuple[str, ...] = ()
    group: str = ""

    def row(self) -> Row:
        return {
            "service_code": self.code, "service_name": self.name, "description": self.description or None,
            "metadata": self.metadata, "type": self.type, "keywords": ", ".join(self.keywords) or None,
            "group": self.group or None,
        }  # fmt: skip


@dataclass(frozen=True)
class Request:
    """A request as a server tells it."""

    id: str
    status: str = ""
    service_code: str = ""
    service_name: str = ""
    description: str = ""
    status_notes: str = ""
    address: str = ""
    lat: float | None = None
    long: float | None = None
    requested_at: datetime | None = None
    updated_at: datetime | None = None
    media_url: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)  # everything, unchanged

    @property
    def closed(self) -> bool:
        return self.status.casefold() in CLOSED_WORDS


# The standard knows open and closed; FixMyStreet and others say more.
CLOSED_WORDS = frozenset(
    ("closed", "fixed", "resolved", "completed", "done", "duplicate", "no_further_action", "not_councils_responsibility",
     "unable_to_fix", "internal_referral", "archived", "erledigt", "geschlossen")
)  # fmt: skip


def request_of(row: Mapping[str, Any]) -> Request:
    """The known fields of a row; whatever else it has stays in `raw`."""
    said = {
        name: text_of(row.get(name)).strip() for name in ("status", "service_code", "service_name", "status_notes", "address")
    }
    return Request(
        id=text_of(row.get("service_request_id")).strip(), description=text_of(row.get("description")),
        lat=number_of(row.get("lat")), long=number_of(row.get("long", row.get("lon"))),
        requested_at=moments.read(row.get("requested_datetime")), updated_at=moments.read(row.get("updated_datetime")),
        media_url=first_address(row.get("media_url")), raw=row, **said,
    )  # fmt: skip


def first_address(value: Any) -> str:
    """The address of the picture; some servers send a list, some a table."""
    if isinstance(value, Mapping):
        value = next((one for one in value.values() if one), None)
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = value[0] if value else None
        return first_address(value) if isinstance(value, Mapping) else text_of(value).strip()
    return text_of(value).strip()


def service_of(row: Mapping[str, Any]) -> Service:
    """A service as a server tells it."""
    kind = text_of(row.get("type")).strip().lower()
    words = tuple(one.strip() for one in text_of(row.get("keywords")).split(",") if one.strip())
    return Service(
        text_of(row.get("service_code")).strip(), text_of(row.get("service_name")).strip(), text_of(row.get("description")),
        truth_of(row.get("metadata")), kind if kind in TYPES else "realtime", words, text_of(row.get("group")).strip(),
    )  # fmt: skip
