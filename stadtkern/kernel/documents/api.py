"""Papers for programs: one's own list and files, and the public check of a paper."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.privacy.actions import note_owned

from . import throttle
from .models import Document
from .public import answer_for, read_code
from .views import response_for

router = Router(tags=["documents"])
MOST = 100
Number = Annotated[str, Path(max_length=30, pattern=r"^[0-9A-Z-]+$")]


class DocumentOut(Schema):
    """One paper of the caller."""

    number: str
    title: str
    kind: str
    office: str
    about: str  # "case:17"
    size: int  # bytes
    sha256: str
    issued_at: datetime
    valid_until: date | None
    revoked_at: datetime | None
    verify_code: str


class DocumentPage(Schema):
    """Newest first; `next` is the `before` of the next page, or null."""

    items: list[DocumentOut]
    next: int | None


class VerifyOut(Schema):
    """What the public may know; nothing about the person."""

    state: Literal["valid", "expired", "revoked", "deleted", "unknown"]
    text: str
    kind: str
    office: str
    number: str
    issued_at: datetime | None
    valid_until: date | None


@router.get("/documents", response=DocumentPage, url_name="documents")
def list_documents(
    request: HttpRequest,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> dict[str, Any]:
    """The caller's papers, or those of the company acted for."""
    actor = actor_of(request)
    mine = Document.objects.visible_to(actor).order_by("-pk")
    found = list((mine.filter(pk__lt=before) if before else mine)[: limit + 1])
    note_owned(actor, found[:limit], source="documents", fields=("title",), channel="api")
    return {"items": found[:limit], "next": found[limit - 1].pk if len(found) > limit else None}


@router.get("/documents/{number}", response=DocumentOut, url_name="document")
def get_document(request: HttpRequest, number: Number) -> Document:
    """One paper of the caller; anybody else's is 404."""
    actor = actor_of(request)
    found = get_object_or_404(Document.objects.visible_to(actor), number=number)
    note_owned(actor, [found], source="documents", fields=("title",), channel="api")
    return found


@router.get("/documents/{number}/file", url_name="document_file")
def get_file(request: HttpRequest, number: Number) -> HttpResponse:
    """The sealed PDF itself (application/pdf); noted in the diary."""
    actor = actor_of(request)
    return response_for(get_object_or_404(Document.objects.visible_to(actor), number=number), actor)


@router.get("/verify/{code}", response=VerifyOut, auth=None, url_name="verify")
def verify(request: HttpRequest, code: Annotated[str, Path(max_length=100)]) -> dict[str, Any]:
    """Whether the paper with this code is real and still holds. 429 after many unknown codes."""
    plain = read_code(code)
    found = Document.objects.filter(verify_code=plain).first() if plain else None
    if found is None and throttle.another_miss(request):
        raise HttpError(429, "Too many unknown codes; wait a minute.")
    answer = answer_for(found)
    return {
        "state": answer.state,
        "text": f"{answer.title}. {answer.text}",
        "kind": answer.kind,
        "office": answer.office,
        "number": answer.number,
        "issued_at": answer.issued_at,
        "valid_until": answer.valid_until,
    }
