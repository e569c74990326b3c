"""What the API takes and gives."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Path, Schema
from pydantic import Field

from stadtkern.kernel.inbox.models import Message

from ..models import Case
from ..queries import HEAD
from ..text import service_title, words_of

Reference = Annotated[str, Path(pattern=r"^[A-Za-z]{1,6}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}$", examples=["MS-7F3K-9QXM"])]
Scalar = bool | int | Annotated[float, Field(allow_inf_nan=False)] | Annotated[str, Field(max_length=100_000)] | None
Answers = dict[Annotated[str, Field(max_length=500)], Scalar]
Text = Annotated[str, Field(max_length=20_000)]
# Written by the database (queries.py) and passed on as they are.
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
StatusName = Literal[
    "DRAFT", "SUBMITTED", "AWAITING_PAYMENT", "IN_REVIEW", "AWAITING_CITIZEN", "DECIDED", "CLOSED", "WITHDRAWN"
]
Outcome = Literal["GRANTED", "PARTLY", "REJECTED"]
_TAKEN = tuple(name for name in HEAD if name not in ("id", "office__key"))


class CaseOut(Schema):
    """One case. Money in cents, moments with time zone, days as ISO dates."""

    reference: str
    service: str  # key of the service
    title: str  # its name in the language of the request
    status: StatusName
    status_text: str  # the state in words, for the applicant
    office: str | None  # key of the office
    applicant: str
    fee_cents: int
    created_at: Moment
    updated_at: Moment
    submitted_at: Moment | None
    due_date: Day | None
    decided_at: Moment | None
    closed_at: Moment | None


class DecisionOut(Schema):
    outcome: Outcome
    reason: str
    legal_basis: str
    automatic: str  # the paragraph that allowed a decision without a person, or empty
    made_at: Moment


class CaseDetail(CaseOut):
    """A case with its answers by path of the form, where prefilled ones come from, and the decision once it is made."""

    answers: dict[str, Any]
    sources: dict[str, str]
    steps_done: list[str]
    decision: DecisionOut | None


class CasePage(Schema):
    """`next` is the `after` of the next page, or null."""

    items: list[CaseOut]
    next: str | None


class ProblemOut(Schema):
    """What is wrong with one answer, as the page would say it."""

    path: str
    message: str
    label: str


class Filled(Schema):
    """The draft after saving, and what is still wrong with it."""

    case: CaseDetail
    problems: list[ProblemOut]


class MessageOut(Schema):
    id: int
    direction: Literal["TO_PERSON", "TO_OFFICE"]
    title: str
    body: str
    created_at: datetime
    read_at: datetime | None


def head(row: Mapping[str, Any]) -> dict[str, Any]:
    """CaseOut from the values of queries.HEAD."""
    return heads([row])[0]


def heads(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """CaseOut of many rows; services and states are put into words once."""
    titles = {key: service_title(key) for key in {row["service"] for row in rows}}
    states = {status: str(words_of(status).sentence) for status in {row["status"] for row in rows}}
    return [
        {
            **{name: row[name] for name in _TAKEN},
            "title": titles[row["service"]],
            "status_text": states[row["status"]],
            "office": row["office__key"],
        }
        for row in rows
    ]


def page(items: Sequence[Mapping[str, Any]], after: str | None) -> HttpResponse:
    """A page as JSON. Its rows came from our own columns: pydantic would only look at every value twice more."""
    text = json.dumps({"items": items, "next": after}, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type="application/json; charset=utf-8")


def fresh(case: Case) -> dict[str, Any]:
    """CaseDetail of a case that was written a moment ago, without reading it again."""
    row = {name: _text(getattr(case, name)) for name in HEAD if name != "office__key"}
    return {
        **head(row | {"office__key": case.office.key if case.office else None}),
        "answers": case.answers,
        "sources": case.sources,
        "steps_done": case.steps_done,
        "decision": None,
    }


def _text(value: Any) -> Any:
    """Moments and days as `queries` writes them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    return value.isoformat() if isinstance(value, date) else value


def detail(row: Mapping[str, Any]) -> dict[str, Any]:
    """CaseDetail from the values of queries.DETAIL; a proposal is none of the applicant's business until it is approved."""
    made = row["decision__made_at"] is not None
    names = ("outcome", "reason", "legal_basis", "automatic", "made_at")
    return {
        **head(row),
        "answers": row["answers"],
        "sources": row["sources"],
        "steps_done": row["steps_done"],
        "decision": {name: row[f"decision__{name}"] for name in names} if made else None,
    }


def letter(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in ("id", "direction", "title", "body", "created_at", "read_at")}
