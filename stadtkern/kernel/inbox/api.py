"""The post box for programs: read letters and note that they were read."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router, Schema

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.privacy.actions import note_owned

from . import actions
from .models import Message

router = Router(tags=["inbox"])
MOST = 100
Key = Annotated[int, Path(ge=1, le=2**63 - 1)]


class LetterHead(Schema):
    """One letter in a list; without its text."""

    id: int
    direction: Literal["TO_PERSON", "TO_OFFICE"]
    office: str | None  # key
    about: str  # "case:17"
    title: str
    created_at: datetime
    read_at: datetime | None  # by the receiver


class Paper(Schema):
    number: str  # of GET /documents/{number}
    title: str


class Letter(LetterHead):
    body: str
    documents: list[Paper]


class LetterPage(Schema):
    """Newest first; `next` is the `after` of the next page, or null."""

    items: list[LetterHead]
    next: int | None


@router.get("/inbox", response=LetterPage, url_name="inbox")
def list_letters(
    request: HttpRequest,
    unread: bool = False,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    after: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> dict[str, Any]:
    """The caller's post (or that of the company acted for)."""
    actor = actor_of(request)
    rows = Message.objects.of_person(actor).order_by("-pk")
    if unread:
        rows = rows.unread()
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows.values("id", "direction", "office__key", "about", "title", "created_at", "read_at")[: limit + 1])
    if actor.company or actor.mandate:
        shown = list(rows.only("pk", "account_id", "company_id", "about")[:limit])
        note_owned(actor, shown, source="inbox", fields=("title",), channel="api")
    items = [{**row, "office": row["office__key"]} for row in found[:limit]]
    return {"items": items, "next": items[-1]["id"] if len(found) > limit else None}


@router.get("/inbox/{letter}", response=Letter, url_name="letter")
def get_letter(request: HttpRequest, letter: Key) -> dict[str, Any]:
    """One letter of the caller; reading it here does not mark it as read."""
    return _out(_own(request, letter))


@router.post("/inbox/{letter}/read", response=Letter, url_name="read_letter")
def read(request: HttpRequest, letter: Key) -> dict[str, Any]:
    """The person has read it; a second time changes nothing."""
    return _out(actions.mark_read(actor_of(request), _own(request, letter)))


def _own(request: HttpRequest, key: int) -> Message:
    actor = actor_of(request)
    found = get_object_or_404(Message.objects.of_person(actor).select_related("office"), pk=key)
    note_owned(actor, [found], source="inbox", fields=("messages",), channel="api")
    return found


def _out(message: Message) -> dict[str, Any]:
    fields = ("id", "direction", "about", "title", "body", "created_at", "read_at")
    papers = message.documents.filter(shredded_at=None).values("number", "title")
    office = message.office.key if message.office else None
    return {**{name: getattr(message, name) for name in fields}, "office": office, "documents": list(papers)}
