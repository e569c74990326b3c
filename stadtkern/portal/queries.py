"""What "my city" knows about a person: few queries, bounded however many cases there are."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments import queries as appointments
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.cases.models import OPEN, Case, Status
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.inbox.models import Message

NEEDS_ME = (Status.AWAITING_CITIZEN, Status.AWAITING_PAYMENT, Status.DRAFT)
RUNNING = tuple(status for status in OPEN if status not in NEEDS_ME)
SHOWN, TASKS, LETTERS, PAGE = 5, 20, 4, 25
# A list needs names and dates, not the answers.
HEAVY = ("answers", "sources", "steps_done", "search", "edition__files")


@dataclass
class MyCity:
    """The page at a glance; `more_…` says that there is more behind the link."""

    tasks: list[Case] = field(default_factory=list)
    running: list[Case] = field(default_factory=list)
    more_running: bool = False
    ended: bool = False  # there are closed cases to look at
    post: list[Message] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    more_documents: bool = False
    appointments: list[Appointment] = field(default_factory=list)


def cases_of(actor: Actor) -> QuerySet[Case]:
    """This person's cases as a list needs them."""
    return Case.objects.of_citizen(actor).select_related("office", "edition").defer(*HEAVY)


def documents_of(actor: Actor) -> QuerySet[Document]:
    """This person's papers that still exist."""
    return Document.objects.visible_to(actor).filter(shredded_at=None)


def my_city(actor: Actor) -> MyCity:
    """At most six queries."""
    cases = cases_of(actor)
    tasks = list(cases.filter(status__in=NEEDS_ME).order_by("-id")[:TASKS])
    tasks.sort(key=lambda case: NEEDS_ME.index(Status(case.status)))
    running = list(cases.filter(status__in=RUNNING).order_by("-id")[: SHOWN + 1])
    ended = Case.objects.of_citizen(actor).filter(status__in=(Status.CLOSED, Status.WITHDRAWN)).exists()
    documents = list(documents_of(actor).order_by("-issued_at")[: LETTERS + 1])
    letters = Message.objects.of_person(actor).filter(direction=Message.Direction.TO_PERSON)
    return MyCity(
        tasks=tasks,
        running=running[:SHOWN],
        more_running=len(running) > SHOWN,
        ended=ended,
        post=list(letters.order_by("-pk")[:LETTERS]),
        documents=documents[:LETTERS],
        more_documents=len(documents) > LETTERS,
        appointments=list(appointments.of_person(actor)[:LETTERS]),
    )


@dataclass
class ListPage:
    """One page of a list, newest first; `newer` and `older` are ids to go on from."""

    rows: list[Any]
    newer: int | None
    older: int | None


def page(queryset: QuerySet[Any], *, before: int | None = None, after: int | None = None) -> ListPage:
    """Keyset paging by id: page 30 costs what page 1 costs."""
    if after is not None:
        rows = list(queryset.filter(id__gt=after).order_by("id")[: PAGE + 1])
        newer, older, rows = len(rows) > PAGE, True, rows[:PAGE][::-1]
    else:
        rows = list((queryset if before is None else queryset.filter(id__lt=before)).order_by("-id")[: PAGE + 1])
        newer, older, rows = before is not None, len(rows) > PAGE, rows[:PAGE]
    return ListPage(rows, rows[0].pk if rows and newer else None, rows[-1].pk if rows and older else None)
