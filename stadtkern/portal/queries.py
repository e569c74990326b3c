"""What "my city" knows about a person: few queries, bounded however many cases there are."""

from dataclasses import dataclass, field

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases.models import OPEN, Case, Status
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.inbox.models import Message

NEEDS_ME = (Status.AWAITING_CITIZEN, Status.AWAITING_PAYMENT, Status.DRAFT)
RUNNING = tuple(status for status in OPEN if status not in NEEDS_ME)
SHOWN, TASKS, PAGE = 5, 20, 25
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


def my_city(actor: Actor) -> MyCity:
    """At most five queries."""
    cases = Case.objects.of_citizen(actor).select_related("office", "edition").defer(*HEAVY)
    tasks = list(cases.filter(status__in=NEEDS_ME).order_by("-id")[:TASKS])
    tasks.sort(key=lambda case: NEEDS_ME.index(Status(case.status)))
    running = list(cases.filter(status__in=RUNNING).order_by("-id")[: SHOWN + 1])
    ended = Case.objects.of_citizen(actor).filter(status__in=(Status.CLOSED, Status.WITHDRAWN)).exists()
    return MyCity(
        tasks=tasks,
        running=running[:SHOWN],
        more_running=len(running) > SHOWN,
        ended=ended,
        post=list(Message.objects.visible_to(actor).filter(direction=Message.Direction.TO_PERSON).order_by("-created_at")[:4]),
        documents=list(Document.objects.visible_to(actor).filter(shredded_at=None).order_by("-issued_at")[:4]),
    )


@dataclass
class CasePage:
    """One page of all cases, newest first; `newer` and `older` are ids to go on from."""

    cases: list[Case]
    newer: int | None
    older: int | None


def my_cases(actor: Actor, *, before: int | None = None, after: int | None = None) -> CasePage:
    """Keyset paging by id: page 30 costs what page 1 costs."""
    cases = Case.objects.of_citizen(actor).select_related("office", "edition").defer(*HEAVY)
    if after is not None:
        rows = list(cases.filter(id__gt=after).order_by("id")[: PAGE + 1])
        more_newer, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        more_older = True
    else:
        rows = list((cases.filter(id__lt=before) if before is not None else cases).order_by("-id")[: PAGE + 1])
        more_older, rows = len(rows) > PAGE, rows[:PAGE]
        more_newer = before is not None
    return CasePage(rows, rows[0].pk if rows and more_newer else None, rows[-1].pk if rows and more_older else None)
