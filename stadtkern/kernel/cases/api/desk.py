"""What a clerk can do: the queue of the office, and every button of the desk."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from stadtkern.kernel.accounts.access import Actor, actor_of
from stadtkern.kernel.accounts.models import DESK_ROLES, Staff

from .. import actions, queries
from ..desk import listing
from ..models import Case
from . import shapes
from .applicant import MOST, Limit

router = Router(tags=["desk"])
VIEWS = {
    "open": "offen", "mine": "meine", "unassigned": "frei", "approval": "freigabe", "overdue": "ueberfaellig",
    "waiting": "wartet", "payment": "zahlung", "done": "erledigt",
}  # fmt: skip
View = Literal["open", "mine", "unassigned", "approval", "overdue", "waiting", "payment", "done"]
Cursor = Annotated[str, Query(max_length=30, pattern=r"^([0-9-]*_[0-9]{1,18})?$")]


class Question(Schema):
    question: shapes.Text


class Words(Schema):
    body: shapes.Text


class Verdict(Schema):
    """The decision, or the proposal where the service wants a second pair of eyes; only GRANTED goes without reason."""

    outcome: shapes.Outcome
    reason: shapes.Text = ""


class Proposal(Schema):
    """The number of the proposal that was read, so that nobody approves another."""

    proposal: int


class SentBack(Schema):
    because: shapes.Text
    proposal: int


class QueueRow(shapes.CaseOut):
    """A case as the desk lists it."""

    clerk: str  # name, or empty
    proposal: int | None  # waits for a second pair of eyes


class QueuePage(Schema):
    """`next` is the `after` of the next page, or null."""

    items: list[QueueRow]
    next: str | None


@router.get("/desk/cases", response=QueuePage, url_name="desk")
def queue(
    request: HttpRequest,
    view: View = "open",
    service: Annotated[str, Query(max_length=100)] = "",
    q: Annotated[str, Query(max_length=200, description="reference or beginning of a name, at least three characters")] = "",
    limit: Limit = 50,
    after: Cursor = "",
) -> HttpResponse:
    """Cases of the clerk's office, the most urgent first. A search answers with up to 100 hits, newest first, on one page."""
    wish = listing.Wish.read({"ansicht": VIEWS[view], "leistung": service, "q": q, "nach": after})
    rows, cursor = listing.rows(_clerk(request), wish, limit=MOST if q else limit, columns=("id", "due_date", "account"))
    actions.look_at_list(actor_of(request), rows, purpose="search" if q else "desk", channel="api")
    return shapes.page(_rows([row["id"] for row in rows]), cursor)


@router.post("/desk/cases/{reference:reference}/take", response=QueueRow, url_name="desk_take")
def take(request: HttpRequest, reference: shapes.Reference, over: bool = False) -> dict[str, Any]:
    """Work on it from now on. `over`: the head of the office takes it from a colleague."""
    case = Case.objects.listed_for(_clerk(request)).filter(reference=reference).first()
    if case is None:
        raise Http404
    return _did(request, actions.take(actor_of(request), case, over=over))


@router.post("/desk/cases/{reference:reference}/return", response=QueueRow, url_name="desk_return")
def give_back(request: HttpRequest, reference: shapes.Reference) -> dict[str, Any]:
    """Back on the pile of the office."""
    return _did(request, actions.give_back(actor_of(request), _case(request, reference)))


@router.post("/desk/cases/{reference:reference}/ask", response=QueueRow, url_name="desk_ask")
def ask(request: HttpRequest, reference: shapes.Reference, data: Question) -> dict[str, Any]:
    """A question to the applicant; the deadline rests until the answer."""
    return _did(request, actions.ask_citizen(actor_of(request), _case(request, reference), data.question))


@router.post("/desk/cases/{reference:reference}/tell", response=QueueRow, url_name="desk_tell")
def tell(request: HttpRequest, reference: shapes.Reference, data: Words) -> dict[str, Any]:
    """A message that asks nothing."""
    return _did(request, actions.tell_citizen(actor_of(request), _case(request, reference), data.body))


@router.post("/desk/cases/{reference:reference}/notes", response=QueueRow, url_name="desk_note")
def note(request: HttpRequest, reference: shapes.Reference, data: Words) -> dict[str, Any]:
    """A remark among colleagues."""
    case = _case(request, reference)
    actions.write_note(actor_of(request), case, data.body)
    return _did(request, case)


@router.post("/desk/cases/{reference:reference}/decide", response=QueueRow, url_name="desk_decide")
def decide(request: HttpRequest, reference: shapes.Reference, data: Verdict) -> dict[str, Any]:
    """Of many at once one wins; the others get 409 and read who was faster."""
    case = _case(request, reference)
    actions.decide(actor_of(request), case, data.outcome, data.reason)
    return _did(request, case)


@router.post("/desk/cases/{reference:reference}/approve", response=QueueRow, url_name="desk_approve")
def approve(request: HttpRequest, reference: shapes.Reference, data: Proposal) -> dict[str, Any]:
    """The second pair of eyes agrees."""
    case = _case(request, reference)
    actions.approve(actor_of(request), case, data.proposal)
    return _did(request, case)


@router.post("/desk/cases/{reference:reference}/send-back", response=QueueRow, url_name="desk_send_back")
def send_back(request: HttpRequest, reference: shapes.Reference, data: SentBack) -> dict[str, Any]:
    """The proposal goes back, with a note that says why."""
    return _did(request, actions.send_back(actor_of(request), _case(request, reference), data.because, data.proposal))


def _clerk(request: HttpRequest) -> Staff:
    actor: Actor = actor_of(request)
    if actor.staff is None or actor.staff.role not in DESK_ROLES:
        raise HttpError(403, "Das können nur Beschäftigte eines Amtes.")
    return actor.staff


def _case(request: HttpRequest, reference: str) -> Case:
    case = Case.objects.of_office(_clerk(request)).filter(reference=reference).first()
    if case is None:
        raise Http404
    return case


def _did(request: HttpRequest, case: Case) -> dict[str, Any]:
    """The case as it is now."""
    rows = list(Case.objects.listed_for(_clerk(request)).filter(pk=case.pk).values("id", "account"))
    actions.look_at_list(actor_of(request), rows, channel="api")
    return _rows([row["id"] for row in rows])[0]


def _rows(keys: Iterable[int]) -> list[dict[str, Any]]:
    rows = queries.on_desk(list(keys))
    return [
        {
            **said,
            "clerk": row["clerk__name"] or "",
            "proposal": row["decision__id"] if row["decision__made"] is False else None,
        }
        for row, said in zip(rows, shapes.heads(rows), strict=True)
    ]
