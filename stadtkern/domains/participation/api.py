"""Participation for programs: processes and contributions are public data; writing needs a key."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Path, Query, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from stadtkern.kernel.accounts.access import actor_of

from . import actions, eligibility
from .contests.veil import veiled
from .models import Contribution, Process
from .models.contribution import SHOWN
from .views.common import too_many

T = TypeVar("T")
router = Router(tags=["participation"])
MOST = 100
Key = Annotated[str, Path(max_length=60, pattern=r"^[-a-zA-Z0-9_]+$")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
After = Annotated[str, Query(max_length=18, pattern=r"^[0-9]*$")]


class PhaseOut(Schema):
    key: str
    title: str
    starts_at: datetime
    ends_at: datetime
    allows: list[str]
    who: str  # in words
    state: Literal["open", "current", "done"]


class ProcessOut(Schema):
    """A process; drafts and what is for staff alone are not in it, unless the caller may see them."""

    key: str
    kind: str
    title: str
    summary: str
    office: str
    audience: str
    area: str
    state: str
    url: str
    phases: list[PhaseOut]


class ProcessDetail(ProcessOut):
    text: str
    result: str
    categories: dict[str, str]
    contributions: int


class ProcessPage(Schema):
    items: list[ProcessOut]
    next: str | None


class ContributionOut(Schema):
    reference: str
    process: str | None
    kind: str
    title: str
    text: str
    category: str | None
    state: str
    author: str  # as chosen; empty where nobody is named
    address: str
    district: str
    lat: float | None
    long: float | None
    cost_cents: int | None
    supports: int
    comments: int
    published_at: datetime | None
    url: str


class ContributionPage(Schema):
    """Newest first; `next` is the value of `after` for the page behind, or null."""

    items: list[ContributionOut]
    next: str | None


class NewContribution(Schema):
    title: Annotated[str, Field(max_length=120)]
    text: Annotated[str, Field(max_length=5000)]
    category: Annotated[str, Field(max_length=60)] = ""
    address: Annotated[str, Field(max_length=200)] = ""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    long: Annotated[float, Field(ge=-180, le=180)] | None = None
    author: Literal["name", "pseudonym", "none"] = "none"
    pseudonym: Annotated[str, Field(max_length=60)] = ""


def _refusing(act: Callable[[], T]) -> T:
    """A refusal as the answer of an API."""
    try:
        return act()
    except actions.Refused as refused:
        raise HttpError(422 if refused.field else 403 if refused.sign_in else 409, str(refused)) from refused
    except (Process.DoesNotExist, Contribution.DoesNotExist):
        raise Http404 from None


@router.get("/processes", response=ProcessPage, auth=None, url_name="processes")
def list_processes(
    request: HttpRequest, state: Literal["", "PUBLISHED", "CLOSED"] = "", limit: Limit = 50, after: After = ""
) -> dict[str, Any]:
    """Processes, the newest first."""
    rows = Process.objects.visible_to(actor_of(request)).exclude(state=Process.State.DRAFT)
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(pk__lt=int(after)) if after else rows
    found = list(rows.select_related("office").prefetch_related("phases").order_by("-pk")[: limit + 1])
    more = str(found[limit - 1].pk) if len(found) > limit else None
    return {"items": [_process(row) for row in found[:limit]], "next": more}


def _process(row: Process) -> dict[str, Any]:
    now = timezone.now()
    phases = [
        {
            "key": one.key, "title": one.title, "starts_at": one.starts_at, "ends_at": one.ends_at, "allows": one.allows,
            "who": eligibility.in_words(one.who, row), "state": one.state_at(now),
        }
        for one in row.phases.all()
    ]  # fmt: skip
    plain = {name: getattr(row, name) for name in ("key", "kind", "title", "summary", "audience", "area", "state")}
    return plain | {"office": row.office.key, "phases": phases, "url": reverse("participation:process", args=[row.key])}


def _visible(request: HttpRequest, key: str) -> Process:
    rows = Process.objects.visible_to(actor_of(request)).select_related("office").prefetch_related("phases", "categories")
    found = rows.filter(key=key).first()
    if found is None:
        raise Http404
    return found


@router.get("/processes/{key}", response=ProcessDetail, auth=None, url_name="process")
def get_process(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One process with its texts, categories and result."""
    row = _visible(request, key)
    categories = {one.key: one.title for one in row.categories.all()}
    shown = Contribution.objects.filter(process=row, state__in=SHOWN).count()
    return _process(row) | {"text": row.text, "result": row.result, "categories": categories, "contributions": shown}


_COLUMNS = ("id", "reference", "kind", "title", "text", "state", "author_shown", "address", "district", "lat", "long",
            "cost_cents", "supports", "comments", "published_at", "process__key", "category__key", "veiled")  # fmt: skip


@router.get("/processes/{key}/contributions", response=ContributionPage, auth=None, url_name="contributions")
def list_contributions(
    request: HttpRequest,
    key: Key,
    category: Annotated[str, Query(max_length=60, pattern=r"^[-a-zA-Z0-9_]*$")] = "",
    kind: Literal["", "IDEA", "PROPOSAL", "PROJECT", "STATEMENT", "PETITION", "RESULT"] = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    """What was contributed to a process and is public, the newest first."""
    rows = Contribution.objects.filter(process=_visible(request, key).pk, state__in=SHOWN)
    rows = rows.filter(category__key=category) if category else rows
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(pk__lt=int(after)) if after else rows
    found = list(rows.annotate(veiled=veiled()).order_by("-pk").values(*_COLUMNS)[: limit + 1])
    more = str(found[limit - 1]["id"]) if len(found) > limit else None
    # Written out by hand: the framework would check every one of our own values again.
    body = json.dumps({"items": [out(row) for row in found[:limit]], "next": more}, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, content_type="application/json; charset=utf-8")


def out(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the columns above as the world reads it; of hidden people no name."""
    plain = ("reference", "kind", "title", "text", "state", "address", "district", "lat", "long", "cost_cents", "supports",
             "comments")  # fmt: skip
    key, at = row["process__key"], row["published_at"]
    return {name: row[name] for name in plain} | {
        "process": key,
        "category": row["category__key"],
        "author": "" if row["veiled"] else row["author_shown"],
        "published_at": at.isoformat() if at else None,
        "url": f"/beteiligung/{key}/{row['reference']}/" if key else "",
    }


@router.get("/contributions/{reference:reference}", response=ContributionOut, auth=None, url_name="contribution")
def get_contribution(request: HttpRequest, reference: str) -> dict[str, Any]:
    """One contribution."""
    rows = Contribution.objects.visible_to(actor_of(request)).filter(reference=reference, process__isnull=False)
    row = rows.annotate(veiled=veiled()).values(*_COLUMNS).first()
    if row is None:
        raise Http404
    return out(row)


@router.post("/processes/{key}/contributions", response={201: ContributionOut}, url_name="new_contribution")
def new_contribution(request: HttpRequest, key: Key, data: NewContribution) -> Status[dict[str, Any]]:
    """Send a contribution; where the process says so it appears once somebody has read it."""
    process, actor = _visible(request, key), actor_of(request)
    if refused := too_many(request):
        raise HttpError(429, refused)
    row = _refusing(lambda: actions.contribute(actor, process, data.dict()))
    return Status(201, get_contribution(request, str(row.reference)))


@router.put("/contributions/{reference:reference}/support", response={204: None}, url_name="support")
def support(request: HttpRequest, reference: str) -> Status[None]:
    """ "I am for this"; repeating it changes nothing."""
    _refusing(lambda: actions.support(actor_of(request), _of_number(request, reference)))
    return Status(204, None)


@router.delete("/contributions/{reference:reference}/support", response={204: None}, url_name="unsupport")
def unsupport(request: HttpRequest, reference: str) -> Status[None]:
    """Take it back."""
    _refusing(lambda: actions.unsupport(actor_of(request), _of_number(request, reference)))
    return Status(204, None)


def _of_number(request: HttpRequest, reference: str) -> Contribution:
    row = Contribution.objects.visible_to(actor_of(request)).filter(reference=reference).defer("search").first()
    if row is None:
        raise Http404
    return row
