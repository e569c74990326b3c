"""Alerts for everybody; what one watches and the places one keeps, for people with an account."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in

from ..actions import alerts as acts
from ..models import Alert, Feed, SavedPlace, Watch
from . import world
from .places import clean
from .showing import kind_words

SHOWN = 100
LONGEST = timedelta(days=60)


@everyone
@never_cache
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """What is wrong now and soon."""
    now = timezone.now()
    rows = list(Alert.objects.live(now)[:SHOWN])
    context = {
        "rows": [(row, _concerned(row), bool(row.starts_at and row.starts_at > now)) for row in rows],
        "account": actor_of(request).account,
        "sources": Feed.objects.filter(kind=Feed.Kind.REALTIME, active=True).exists(),
    }
    return render(request, "mobility/trips/alerts.html", context)


def _concerned(row: Alert) -> list[str]:
    """Lines and stops by their names."""
    try:
        known, table = world.stations(), world.timetable(timezone.localdate())
    except world.NoTimetable:
        return []
    index = {name: at for at, name in enumerate(table.routes.id)} if row.routes else {}
    found = [_("Linie %s") % table.routes.title(index[one]) for one in row.routes[:20] if one in index]
    stops = [known.by_ref[one].name for one in row.stops if one in known.by_ref]
    return [*found, *dict.fromkeys(stops)][:20]


@signed_in
@never_cache
@require_safe
def watches(request: HttpRequest) -> HttpResponse:
    """What this person watches, and the places kept."""
    account = actor_of(request).account
    context = {"rows": list(Watch.objects.filter(account=account)), "places": list(SavedPlace.objects.filter(account=account))}
    return render(request, "mobility/trips/watches.html", context)


@signed_in
@require_POST
def watch(request: HttpRequest) -> HttpResponse:
    """A stop, a line or a trip of the timetable; what it is called is looked up, never taken from the form."""
    kind, ref = request.POST.get("art", ""), request.POST.get("was", "").replace("\x00", "")[:120]
    back = _back(request)
    try:
        title, until = _named(kind, ref, request.POST.get("bis", ""))
        acts.watch(actor_of(request), kind, ref, title, until)
    except (world.NoTimetable, LookupError):
        messages.warning(request, _("Das kennt der Fahrplan nicht mehr. Suchen Sie die Verbindung bitte neu."))
    except acts.Refused as no:
        messages.warning(request, str(no))
    else:
        messages.success(request, _("Wir schreiben Ihnen ins Postfach, wenn etwas nicht stimmt: %s.") % title)
    return redirect(back)


def _named(kind: str, ref: str, until: str) -> tuple[str, datetime | None]:
    """Title and end of what is watched. Raises LookupError for what the timetable does not know."""
    if kind == "STOP":
        return world.stations().by_ref[ref].name, None
    end = _moment(until)
    table = world.timetable(timezone.localtime(end).date() if end else timezone.localdate())
    if kind == "ROUTE":
        at = list(table.routes.id).index(ref) if ref in set(table.routes.id) else -1
        if at < 0:
            raise LookupError(ref)
        return f"{kind_words(int(table.routes.kind[at]))} {table.routes.title(at)}", None
    if kind != "TRIP":
        raise LookupError(kind)
    source = int(table.trip_source[table.rows_of_trip[ref][0]])
    at = int(table.trips.route[source])
    words = f"{kind_words(int(table.routes.kind[at]))} {table.routes.title(at)} {_('Richtung')} {table.trips.headsign[source]}"
    end = end or timezone.now() + timedelta(days=1)
    return f"{words}, {timezone.localtime(end):%d.%m.%Y}", end


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text[:40])
    except ValueError:
        return None
    if found is None or timezone.is_naive(found):
        return None
    return found if abs(found - timezone.now()) < LONGEST else None


@signed_in
@require_POST
def unwatch(request: HttpRequest, pk: int) -> HttpResponse:
    """No longer."""
    acts.unwatch(actor_of(request), pk)
    return redirect("mobility:watches")


@signed_in
@require_POST
def keep_place(request: HttpRequest) -> HttpResponse:
    """Only by this button: nothing is kept by itself."""
    try:
        acts.keep_place(actor_of(request), clean(request.POST.get("name", "")), clean(request.POST.get("ort", "")))
    except acts.Refused as no:
        messages.warning(request, str(no))
    return redirect("mobility:watches")


@signed_in
@require_POST
def drop_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Gone."""
    acts.drop_place(actor_of(request), pk)
    return redirect("mobility:watches")


def _back(request: HttpRequest) -> str:
    path = request.POST.get("zurueck", "")
    safe = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if safe else reverse("mobility:watches")
