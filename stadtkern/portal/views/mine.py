"""My city: what needs me now, what is running, post and documents."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.access import Actor, actor_of, signed_in
from stadtkern.kernel.appointments import say
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.cases.text import status_of, title_of
from stadtkern.kernel.privacy.actions import note_owned
from stadtkern.portal import queries

TODO = {
    Status.AWAITING_CITIZEN: gettext_lazy("Antworten"),
    Status.AWAITING_PAYMENT: gettext_lazy("Bezahlen"),
    Status.DRAFT: gettext_lazy("Weiterschreiben"),
}


@signed_in
def my_city(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if actor.account:  # whoever signed in with drafts in the browser finds them here
        cases.adopt_drafts(actor.account, actor.draft_keys)
    mine = queries.my_city(actor)
    if actor.company or actor.mandate:  # colleagues' things are theirs: they see who looked
        cases.look_at_own_list(actor, mine.tasks + mine.running)
        note_owned(actor, mine.documents, source="documents", fields=("title",))
        note_owned(actor, mine.post, source="inbox", fields=("title",))
        note_owned(actor, mine.appointments, source="appointments", fields=("appointment",))
    context = {
        "mine": mine,
        "tasks": [_row(case) for case in mine.tasks],
        "running": [_row(case) for case in mine.running],
        "appointments": _appointments(mine.appointments),
        "first_name": _first_name(actor),
    }
    return render(request, "portal/my_city.html", context)


@signed_in
def my_cases(request: HttpRequest) -> HttpResponse:
    """Every case of this person or company, 25 a page; `?vor=ID` older ones, `?nach=ID` newer ones."""
    return _listed(request, queries.cases_of(actor_of(request)), "portal:my_cases")


@signed_in
def my_documents(request: HttpRequest) -> HttpResponse:
    """Every paper of this person or company that has not been shredded, paged like the cases."""
    return _listed(request, queries.documents_of(actor_of(request)), "portal:my_documents")


def _listed(request: HttpRequest, rows: QuerySet[Any], view: str) -> HttpResponse:
    before, after = _id(request, "vor"), _id(request, "nach")
    page = queries.page(rows, before=before, after=after)
    actor = actor_of(request)
    if view == "portal:my_cases":
        cases.look_at_own_list(actor, page.rows)
    else:
        note_owned(actor, page.rows, source="documents", fields=("title",))
    if after is not None and page.newer is None and len(page.rows) < queries.PAGE:
        return redirect(view)  # back at the top: a full first page
    context = {
        "rows": [_row(row) for row in page.rows] if view == "portal:my_cases" else page.rows,
        "newer": f"{reverse(view)}?nach={page.newer}" if page.newer else "",
        "older": f"{reverse(view)}?vor={page.older}" if page.older else "",
    }
    return render(request, f"{view.replace(':', '/')}.html", context)


def _row(case: Case) -> dict[str, Any]:
    return {
        "case": case,
        "title": title_of(case),
        "status": status_of(case),
        "url": reverse("cases:track", args=[case.reference]),
        "late": case.status == Status.IN_REVIEW and case.due_date is not None and case.due_date < timezone.localdate(),
        "todo": TODO.get(Status(case.status), ""),
    }


def _appointments(rows: list[Appointment]) -> list[dict[str, Any]]:
    titles = say.titles_of(rows)
    return [{"row": row, "told": say.told(row, titles)} for row in rows]


def _first_name(actor: Actor) -> str:
    person = getattr(actor.account, "person", None)
    return person.given_names.split(" ")[0] if person and person.given_names else ""


def _id(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
