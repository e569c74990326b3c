"""Pages of a day: the places of the office, the day with calls and waiting room, the list for a power cut."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from stadtkern.kernel.accounts.access import View, actor_of, staff
from stadtkern.kernel.accounts.models import DESK_ROLES, Role, Staff

from .. import cover
from ..models import Counter, Place, Visit
from ..walkin import room
from . import day

clerks = staff(*DESK_ROLES)
head = staff(Role.LEAD)
PlaceView = Callable[..., HttpResponse]
LAST_CALLS = 8


def of_office(guard: Callable[[View], View]) -> Callable[[PlaceView], View]:
    """A page of one place, for people of its office; places of others do not exist for them."""

    def decorate(view: PlaceView) -> View:
        @guard
        @wraps(view)
        def found(request: HttpRequest, place: str, **kwargs: Any) -> HttpResponse:
            return view(request, place_of(request, place), **kwargs)

        return found

    return decorate


def place_of(request: HttpRequest, key: str) -> Place:
    row = Place.objects.filter(key=key, office=member_of(request).office_id).select_related("office").first()
    if row is None:
        raise Http404
    return row


def member_of(request: HttpRequest) -> Staff:
    """The clerk behind this request; the decorator has seen to it that there is one."""
    member = actor_of(request).staff
    assert member is not None
    return member


@clerks
def home(request: HttpRequest) -> HttpResponse:
    """The places of the office; straight on where there is one."""
    member = member_of(request)
    places = list(Place.objects.filter(office=member.office_id, active=True))
    if len(places) == 1:
        return redirect("counter:day", places[0].key)
    return render(request, "appointments/desk/home.html", {"office": member.office, "places": places})


@of_office(clerks)
def day_of(request: HttpRequest, place: Place) -> HttpResponse:
    """The day: who is called, who waits, who comes when to which counter."""
    return render(request, "appointments/desk/day.html", context(request, place))


@of_office(clerks)
def room_of(request: HttpRequest, place: Place) -> HttpResponse:
    """The waiting room alone, asked for every few seconds."""
    return render(request, "appointments/desk/_room.html", _room(request, place))


@of_office(clerks)
def printed(request: HttpRequest, place: Place) -> HttpResponse:
    """The day on paper, for the hour in which nothing else works."""
    on = day_asked(request)
    view = day.read(place, on, clerks=cover.names(place, on))
    day.note(actor_of(request), view.rows)
    made = {"place": place, "day": view, "at": timezone.now(), "office": place.office}
    return render(request, "appointments/desk/print.html", made)


def context(request: HttpRequest, place: Place, **more: Any) -> dict[str, Any]:
    """Everything the day page shows; noted in the access log."""
    on = day_asked(request)
    view = day.read(place, on, clerks=cover.names(place, on))
    day.note(actor_of(request), view.rows)
    chosen = request.GET.get("schalter", "")
    columns = [one for one in view.columns if not chosen or str(one.counter.pk) == chosen] or view.columns
    return {
        **_room(request, place),
        "office": place.office,
        "day": view,
        "columns": columns,
        "closed": [one for one in columns if not one.lines],
        "chosen": chosen if len(columns) < len(view.columns) else "",
        "on": on,
        "today": on == timezone.localdate(),
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "lead": member_of(request).role == Role.LEAD,
        **more,
    }


def _room(request: HttpRequest, place: Place) -> dict[str, Any]:
    now, mine = timezone.now(), my_counter(request, place)
    current = Visit.objects.filter(counter=mine, status="CALLED").select_related("matter").first() if mine else None
    return {
        "place": place,
        "now": now,
        "mine": mine,
        "current": current,
        "counters": list(Counter.objects.filter(place=place, active=True).order_by("id")),
        "matters": room.matters_of(place, timezone.localdate(now)),
        "waiting": room.waiting_list(place, now),
        "calls": called(place),
        "tickets_closed": room.tickets_closed(place, timezone.localdate(now)),
    }


def called(place: Place, most: int = LAST_CALLS) -> list[Visit]:
    """Who was called last, the newest first."""
    rows = Visit.objects.today(place).filter(status="CALLED").select_related("counter")
    return list(rows.order_by("-called_at")[:most])


def my_counter(request: HttpRequest, place: Place) -> Counter | None:
    """Where this clerk sits: as chosen in this browser, else as the roster says."""
    chosen = request.session.get(f"counter:{place.pk}")
    if chosen:
        return Counter.objects.filter(pk=chosen, place=place, active=True).first()
    return cover.counter_of(member_of(request), place, timezone.now())


def day_asked(request: HttpRequest) -> date:
    """`?tag=2026-12-01`; today for anything else."""
    try:
        found = date.fromisoformat(request.GET.get("tag", ""))
    except ValueError:
        return timezone.localdate()
    return found if 2000 <= found.year <= 2200 else timezone.localdate()
