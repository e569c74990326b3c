""" "My city": what needs me now, what is running, post and documents."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from stadtkern.kernel.accounts.access import Actor, actor_of, signed_in
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.cases.text import status_of, title_of
from stadtkern.portal import queries


@signed_in
def my_city(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    mine = queries.my_city(actor)
    context = {
        "mine": mine,
        "tasks": [_row(case) for case in mine.tasks],
        "running": [_row(case) for case in mine.running],
        "offices": _offices(mine.tasks + mine.running),
        "first_name": _first_name(actor),
    }
    return render(request, "portal/my_city.html", context)


@signed_in
def my_cases(request: HttpRequest) -> HttpResponse:
    """Every case of this person or company, 25 a page; `?vor=ID` older ones, `?nach=ID` newer ones."""
    before, after = _id(request, "vor"), _id(request, "nach")
    page = queries.my_cases(actor_of(request), before=before, after=after)
    if after is not None and not page.newer and len(page.cases) < queries.PAGE:
        return redirect("portal:my_cases")  # back at the top: show a full first page
    address = reverse("portal:my_cases")
    context = {
        "rows": [_row(case) for case in page.cases],
        "newer": f"{address}?nach={page.newer}" if page.newer else "",
        "older": f"{address}?vor={page.older}" if page.older else "",
    }
    return render(request, "portal/my_cases.html", context)


def _row(case: Case) -> dict[str, Any]:
    return {
        "case": case,
        "title": title_of(case),
        "status": status_of(case),
        "url": reverse("cases:track", args=[case.reference]),
    }


def _offices(cases: list[Case]) -> list[Any]:
    """The offices at work for this person, each once."""
    return list({case.office_id: case.office for case in cases if case.office}.values())


def _first_name(actor: Actor) -> str:
    person = getattr(actor.account, "person", None)
    return person.given_names.split(" ")[0] if person and person.given_names else ""


def _id(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
