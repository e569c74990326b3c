"""Pages of the desk: the list, the case with the list beside it, the load of the office."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import DESK_ROLES, Role, Staff

from .. import actions, visits
from ..models import QUEUE, Case
from ..text import title_of
from . import file, listing, load

clerks = staff(*DESK_ROLES)


@clerks
def desk(request: HttpRequest) -> HttpResponse:
    """The list of the clerk's office."""
    member, wish = member_of(request), listing.Wish.read(request.GET)
    found = listing.read(member, wish)
    actions.look_at_list(actor_of(request), found.rows, purpose=found.purpose)
    return render(request, "cases/desk.html", frame(member, found))


@clerks
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """One case, the list beside it where the window is wide. Opening it is noted for the person it is about."""
    member = member_of(request)
    try:
        return show(request, file.case_of(member, reference))
    except Http404:
        return closed(request, file.listed_case(member, reference))


def closed(request: HttpRequest, case: Case) -> HttpResponse:
    """The file of a hidden person who is in nobody's or a colleague's hands: nothing of it, only the way to take it."""
    member = member_of(request)
    free = case.status in QUEUE and case.account_id != member.account_id
    context = {
        "case": case,
        "title": title_of(case),
        "can_take": free and case.clerk_id is None,
        "can_take_over": free and case.clerk_id is not None and member.role == Role.LEAD,
    }
    return render(request, "cases/desk_closed.html", context, status=403)


def show(request: HttpRequest, case: Case, *, status: int = 200, **typed: Any) -> HttpResponse:
    """The page of a case; `typed` is what a refused form said, so that nothing has to be typed again."""
    member = member_of(request)
    service = case.begun_on.in_language(get_language() or "de")
    wish = listing.Wish.read(request.GET)
    found = listing.read(member, wish)
    actions.look_beside_list(actor_of(request), case, service, found.rows, purpose=found.purpose)
    context = {
        **frame(member, found),
        **file.context(member, case, service),
        "query": wish.query(),
        "visit": visits.of(case) if service.appointment else None,
        "refused": "",
        **typed,
    }
    return render(request, "cases/desk_case.html", context, status=status)


@staff(Role.LEAD)
def office_load(request: HttpRequest) -> HttpResponse:
    """Who has how much on the desk, for the head of the office."""
    member = member_of(request)
    return render(request, "cases/desk_load.html", {"office": member.office, "loads": load.of_office(member), "cap": load.CAP})


def frame(member: Staff, found: listing.Listing) -> dict[str, Any]:
    """What the list needs, on its own page and beside a case; whoever shows it notes everybody on it."""
    numbers = listing.counts(member)
    chips = [
        {
            "title": title,
            "query": listing.Wish(name, found.wish.service).query(),
            "here": name == found.wish.name and not found.wish.words,
            "count": numbers.get(name, ""),
        }
        for name, title in listing.FILTERS.items()
    ]
    return {
        "office": member.office,
        "member": member,
        "listing": found,
        "wish": found.wish,
        "chips": chips,
        "services": listing.services_of(member),
        "short": bool(found.wish.words) and len(found.wish.words) < listing.SHORTEST,
        "lead": member.role == Role.LEAD,
    }


def member_of(request: HttpRequest) -> Staff:
    """The clerk behind this request; the decorator has seen to it that there is one."""
    member = actor_of(request).staff
    assert member is not None
    return member
