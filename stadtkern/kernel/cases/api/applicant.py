"""What an applicant can do: list, begin, fill in, send, write, withdraw; one call is enough for a whole application."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from ninja import Body, File, Header, Query, Router, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile
from pydantic import Field

from stadtkern.kernel.accounts.access import Actor, actor_of
from stadtkern.kernel.documents.api import DocumentOut
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.catalogue import Service

from .. import actions, queries
from ..actions.rest import closed_to
from ..models import FINISHED, OPEN, Case
from . import shapes

router = Router(tags=["cases"])
MOST = 100
STATES: dict[str, list[str]] = {"draft": ["DRAFT"], "open": [*OPEN], "finished": [*FINISHED]}
Limit = Annotated[int, Query(ge=1, le=MOST)]
After = Annotated[str, Query(max_length=18, pattern=r"^[0-9]*$")]


class NewCase(Schema):
    """An application: the key of the service, answers by path, and whether to send it or to keep a draft."""

    service: Annotated[str, Field(max_length=100)]
    answers: shapes.Answers = {}
    submit: bool = True


class AnswersIn(Schema):
    answers: shapes.Answers


class Words(Schema):
    body: shapes.Text


class Reason(Schema):
    reason: shapes.Text = ""


@router.get("/cases", response=shapes.CasePage, url_name="cases")
def list_cases(
    request: HttpRequest, state: Literal["", "draft", "open", "finished"] = "", limit: Limit = 50, after: After = ""
) -> HttpResponse:
    """The caller's cases (or those of the company acted for), newest first."""
    actor = actor_of(request)
    found = queries.page(actor, int(after) if after else None, STATES.get(state), limit + 1)
    if actor.company or actor.mandate:
        shown = Case.objects.filter(pk__in=[row["id"] for row in found[:limit]]).only("pk", "account_id")
        actions.look_at_own_list(actor, shown, channel="api")
    more = str(found[limit - 1]["id"]) if len(found) > limit else None
    return shapes.page(shapes.heads(found[:limit]), more)


@router.post("/cases", response={201: shapes.CaseDetail, 200: shapes.CaseDetail}, url_name="new_case")
def new_case(
    request: HttpRequest,
    response: HttpResponse,
    data: NewCase,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=200)] = "",
) -> Status[dict[str, Any]]:
    """Begin an application, fill it in and send it. 201, or 200 when the same Idempotency-Key came before.

    Answers are checked by the same form as on the page: 422 with `problems` by path, and nothing is kept. With
    `submit: false` a draft is kept whatever its answers; files can be added to it before it is sent.
    """
    actor = actor_of(request)
    service = _offered(data.service)
    if data.submit:
        once = hashlib.sha256(idempotency_key.encode("utf-8", "replace")).hexdigest() if idempotency_key else ""
        case, fresh = actions.apply(actor, service, data.answers, once=once)
    else:
        case, fresh = _draft(actor, service, data.answers), True
    response["Location"] = reverse("api:case", args=[case.reference])
    return Status(201, shapes.fresh(case)) if fresh else Status(200, _detail(actor, case.reference))


@router.get("/cases/{reference:reference}", response=shapes.CaseDetail, url_name="case")
def get_case(request: HttpRequest, reference: shapes.Reference) -> dict[str, Any]:
    """One case: the applicant's own, or one on the desks of the clerk's office (then the look is noted)."""
    return _detail(actor_of(request), reference)


@router.delete("/cases/{reference:reference}", response={204: None}, url_name="discard_case")
def discard(request: HttpRequest, reference: shapes.Reference) -> Status[None]:
    """Throw a draft away; what was sent is withdrawn instead (409)."""
    actor = actor_of(request)
    actions.discard_draft(actor, own(actor, reference))
    return Status(204, None)


@router.put("/cases/{reference:reference}/answers", response=shapes.Filled, url_name="fill_case")
def put_answers(request: HttpRequest, reference: shapes.Reference, data: AnswersIn) -> dict[str, Any]:
    """All answers of a draft anew; what is wrong is told, and kept all the same."""
    actor = actor_of(request)
    return _filled(actor, actions.fill(actor, own(actor, reference), data.answers))


@router.put("/cases/{reference:reference}/steps/{slug:step}", response=shapes.Filled, url_name="save_step")
def put_step(request: HttpRequest, reference: shapes.Reference, step: str, data: AnswersIn) -> dict[str, Any]:
    """The answers of one step anew; the other steps stay as they are."""
    actor = actor_of(request)
    return _filled(actor, actions.fill(actor, own(actor, reference), data.answers, step=step))


@router.post("/cases/{reference:reference}/files", response={201: shapes.Filled}, url_name="add_file")
def add_file(
    request: HttpRequest,
    reference: shapes.Reference,
    path: Annotated[str, Query(max_length=500, description="path of the file's question, for example dog[0]/proof")],
    file: Annotated[UploadedFile, File()],
) -> Status[dict[str, Any]]:
    """Answer a question of a draft with a file (multipart); checked like on the page."""
    actor = actor_of(request)
    saved = actions.attach(actor, own(actor, reference), path.replace("\x00", ""), file)
    return Status(201, _filled(actor, saved))


@router.post("/cases/{reference:reference}/submit", response=shapes.CaseDetail, url_name="submit_case")
def submit(request: HttpRequest, reference: shapes.Reference) -> dict[str, Any]:
    """Send a draft; a second time changes nothing. 422 with `problems` while something is missing."""
    actor = actor_of(request)
    case = actions.submit(actor, own(actor, reference))
    return _detail(actor, case.reference)


@router.post("/cases/{reference:reference}/withdraw", response=shapes.CaseDetail, url_name="withdraw_case")
def withdraw(request: HttpRequest, reference: shapes.Reference, data: Annotated[Reason, Body()] = Reason()) -> dict[str, Any]:  # noqa: B008
    """Take the application back, until it is decided."""
    actor = actor_of(request)
    actions.withdraw(actor, own(actor, reference), data.reason)
    return _detail(actor, reference)


@router.get("/cases/{reference:reference}/messages", response=list[shapes.MessageOut], url_name="case_messages")
def messages(request: HttpRequest, reference: shapes.Reference) -> list[dict[str, Any]]:
    """Everything written about the case, oldest first; at most 200."""
    actor = actor_of(request)
    row = _row(actor, reference)
    thread = Message.objects.thread(f"case:{row['id']}").filter(office__key=row["office__key"])
    found = [shapes.letter(message) for message in thread[:200]]
    if found:
        _look(actor, row, ("messages",))
    return found


@router.post("/cases/{reference:reference}/messages", response={201: shapes.CaseDetail}, url_name="write_message")
def write(request: HttpRequest, reference: shapes.Reference, data: Words) -> Status[dict[str, Any]]:
    """A message to the office; the answer to its question sends the case on."""
    actor = actor_of(request)
    actions.answer(actor, own(actor, reference), data.body)
    return Status(201, _detail(actor, reference))


@router.get("/cases/{reference:reference}/documents", response=list[DocumentOut], url_name="case_documents")
def documents(request: HttpRequest, reference: shapes.Reference) -> list[Document]:
    """Papers of the case, newest first; the applicant fetches one under /documents/{number}/file."""
    actor = actor_of(request)
    row = _row(actor, reference)
    found = list(Document.objects.filter(about=f"case:{row['id']}", shredded_at=None).order_by("-pk")[:MOST])
    if found:
        _look(actor, row, ("documents",))
    return found


def own(actor: Actor, reference: str) -> Case:
    """The caller's own case, also one filled in at the counter; everybody else's is 404."""
    rows = Case.objects.of_applicant(actor).select_related("edition").defer("edition__files")
    case = rows.filter(reference=reference).first()
    if case is None:
        raise Http404
    actions.look(actor, case, case.begun_on, channel="api")
    return case


def _row(actor: Actor, reference: str) -> dict[str, Any]:
    row = queries.one(actor, reference)
    if row is None:
        raise Http404
    if actor.staff and closed_to(actor, Case(pk=row["id"], account_id=row["account"], service=row["service"])):
        raise HttpError(
            409, gettext("Die Verarbeitung ist eingeschränkt (Art. 18 DSGVO). Öffnen Sie den Vorgang am Schreibtisch.")
        )
    return row


def _look(actor: Actor, row: dict[str, Any], fields: Sequence[str]) -> None:
    """Noted unless it is the caller's own."""
    if actor.account and row["account"] != actor.account.pk:
        case = Case.objects.select_related("edition", "account__person").defer("edition__files").get(pk=row["id"])
        actions.look(actor, case, case.begun_on, fields, channel="api")


def _detail(actor: Actor, reference: str) -> dict[str, Any]:
    row = _row(actor, reference)
    _look(actor, row, actions.ON_THE_PAGE)
    return shapes.detail(row)


def _draft(actor: Actor, service: Service, answers: shapes.Answers) -> Case:
    case, _secret = actions.start(actor, service)
    return actions.fill(actor, case, answers).case if answers else case


def _filled(actor: Actor, saved: actions.Saved) -> dict[str, Any]:
    wrong = [{"path": one.path, "message": str(one.message), "label": str(one.label)} for one in saved.problems]
    return {"case": _detail(actor, saved.case.reference), "problems": wrong}


def _offered(key: str) -> Service:
    try:
        return catalogue.find(key.replace("\x00", ""))
    except catalogue.UnknownService:
        raise HttpError(404, "Diese Leistung gibt es nicht.") from None
