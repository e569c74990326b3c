"""The transport office's pages of sources: what is read when, what was wrong with it, read now, back to the version before."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import Role

from ..actions import feeds, joined
from ..models import Feed, FeedVersion
from . import bounded, folder, sentences
from .heard import heard

office = staff(Role.CLERK, Role.LEAD, office="ordnungsamt")
SHOWN = 12
SOON = 14  # days before the end of a timetable the office is warned
STEPS = {
    "fetch": gettext_lazy("Datei wird abgerufen"),
    "read": gettext_lazy("Tabellen werden gelesen"),
    "paths": gettext_lazy("Fußwege zwischen Haltestellen werden berechnet"),
    "streets": gettext_lazy("Straßen werden gelesen"),
    "warm": gettext_lazy("Rechenkern wird vorbereitet"),
}
FIELDS = (
    "key",
    "kind",
    "title",
    "url",
    "every_minutes",
    "licence",
    "licence_url",
    "credit",
    "open_data",
    "active",
    "timetable",
)


def step_words(step: str) -> str:
    """How far the reading is: "day 3/21" is "Tag 3 von 21"."""
    if step.startswith("day "):
        done, _slash, many = step[4:].partition("/")
        return _("Tag %(done)s von %(many)s wird vorbereitet") % {"done": done, "many": many}
    return str(STEPS.get(step, ""))


@office
@never_cache
def sources(request: HttpRequest) -> HttpResponse:
    """All sources with their state."""
    rows = list(Feed.objects.select_related("current"))
    context = {"rows": [(row, *_state(row)) for row in rows], "joined": joined.state()}
    return render(request, "mobility/trips/sources.html", context)


@office
@never_cache
def source(request: HttpRequest, key: str) -> HttpResponse:
    """One source: state, findings of the newest version, versions, settings."""
    return _show(request, get_object_or_404(Feed.objects.select_related("current"), key=key))


def _calendar(feed: Feed) -> tuple[date, date] | None:
    """First and last day of the calendar of what counts, where the file says them."""
    told = feed.current.figures if feed.current else {}
    try:
        return date.fromisoformat(str(told["first"])), date.fromisoformat(str(told["last"]))
    except (KeyError, ValueError):
        return None


def _show(request: HttpRequest, feed: Feed, wrong: str = "", status: int = 200) -> HttpResponse:
    versions = list(FeedVersion.objects.filter(feed=feed)[:SHOWN])
    newest = versions[0] if versions else None
    word, level = _state(feed)
    memory, seconds = bounded.bounds()
    live = feed.kind in (Feed.Kind.REALTIME, Feed.Kind.GBFS)
    context = {
        "feed": feed,
        "word": word,
        "level": level,
        "ending": _ending(feed),
        "calendar": _calendar(feed),
        "versions": [(one, _may_go_back(feed, one)) for one in versions],
        "newest": newest,
        "findings": [(sentences.sentence(one), sentences.place(one)) for one in (newest.findings if newest else [])],
        "heard": heard(feed) if live else None,
        "step": step_words(feed.step),
        "busy": feed.state in (Feed.State.WAITING, Feed.State.RUNNING) and not feeds.stopped(feed),
        "stopped": feeds.stopped(feed),
        "wrong": wrong,
        "uploads": feed.kind in (Feed.Kind.GTFS, Feed.Kind.OSM),
        "live": live,
        "memory": memory,
        "seconds": seconds,
        "values": {name: getattr(feed, name) for name in FIELDS} | {"timetable": feed.timetable.key if feed.timetable else ""},
        "timetables": _timetables() if feed.kind == Feed.Kind.REALTIME else [],
        "kinds": Feed.Kind.choices,
    }
    return render(request, "mobility/trips/source.html", context, status=status)


@office
def new_source(request: HttpRequest) -> HttpResponse:
    """Set one up."""
    if request.method != "POST":
        values: dict[str, Any] = {"open_data": True, "active": True, "every_minutes": 1440}
        context = {"kinds": Feed.Kind.choices, "values": values, "timetables": _timetables()}
        return render(request, "mobility/trips/source_new.html", context)
    try:
        feed = feeds.set_up(actor_of(request), _typed(request))
    except feeds.Refused as no:
        context = {"kinds": Feed.Kind.choices, "values": _typed(request), "wrong": str(no), "timetables": _timetables()}
        return render(request, "mobility/trips/source_new.html", context, status=422)
    messages.success(request, _("Die Quelle ist eingerichtet. Starten Sie jetzt das Lesen."))
    return redirect("mobility:source", feed.key)


@office
@require_POST
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Other settings."""
    feed = get_object_or_404(Feed, key=key)
    try:
        feeds.set_up(actor_of(request), _typed(request), feed)
    except feeds.Refused as no:
        return _show(request, Feed.objects.get(pk=feed.pk), str(no), 422)
    messages.success(request, _("Gespeichert."))
    return redirect("mobility:source", key)


@office
@require_POST
def read_now(request: HttpRequest, key: str) -> HttpResponse:
    """The button."""
    feed = get_object_or_404(Feed, key=key)
    if not feeds.ask(actor_of(request).key, feed):
        messages.info(request, _("Diese Quelle wird gerade schon gelesen."))
    return redirect("mobility:source", key)


@office
@require_POST
def upload(request: HttpRequest, key: str) -> HttpResponse:
    """A file by hand."""
    feed = get_object_or_404(Feed, key=key)
    file = request.FILES.get("file")
    if file is None:
        return _show(request, feed, _("Wählen Sie eine Datei aus."), 422)
    try:
        feeds.upload(actor_of(request), feed, file.chunks(), file.size or 0)
    except feeds.Refused as no:
        return _show(request, feed, str(no), 422)
    messages.success(request, _("Die Datei ist da und wird gelesen. Bis sie bereit ist, gilt der Fahrplan davor."))
    return redirect("mobility:source", key)


@office
@require_POST
def go_back(request: HttpRequest, key: str) -> HttpResponse:
    """An earlier version counts again."""
    feed = get_object_or_404(Feed, key=key)
    number = request.POST.get("number", "")
    try:
        version = feeds.go_back(
            actor_of(request), feed, int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
        )
    except feeds.Refused as no:
        return _show(request, feed, str(no), 422)
    messages.success(
        request,
        _("Fassung %s gilt wieder. Die Quelle wird nicht mehr von selbst abgerufen, bis Sie es wieder einschalten.")
        % version.number,
    )
    return redirect("mobility:source", key)


def _timetables() -> list[tuple[str, str]]:
    """What real time may belong to; nothing to choose where there is one."""
    rows = list(Feed.objects.filter(kind=Feed.Kind.GTFS).values_list("key", "title"))
    return rows if len(rows) > 1 else []


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {name: request.POST.get(name, "").replace("\x00", "")[:500] for name in FIELDS}


def _may_go_back(feed: Feed, version: FeedVersion) -> bool:
    ready = version.state == FeedVersion.State.READY and version.pk != feed.current_id
    return ready and folder.version_folder(feed.key, version.number).is_dir()


def _days_left(feed: Feed) -> int | None:
    return (feed.until - timezone.localdate()).days if feed.kind == Feed.Kind.GTFS and feed.until else None


def _ending(feed: Feed) -> str:
    """What to do about a timetable that soon ends or has ended; "" when there is time."""
    left = _days_left(feed)
    if left is None or left >= SOON or not feed.active:
        return ""
    told = {"until": f"{feed.until:%d.%m.%Y}", "left": left}
    if left < 0:
        return _("Er galt bis zum %(until)s. Lassen Sie sich den neuen geben und lesen Sie ihn ein.") % told
    if left == 0:
        return _("Er gilt nur noch heute. Lassen Sie sich den neuen geben und lesen Sie ihn ein.")
    if left == 1:
        return _("Er gilt nur noch bis morgen. Lassen Sie sich den neuen geben und lesen Sie ihn ein.")
    return _("Er gilt bis zum %(until)s, noch %(left)s Tage. Lassen Sie sich den neuen geben und lesen Sie ihn ein.") % told


def _state(feed: Feed) -> tuple[str, str]:
    if not feed.active:
        return _("abgeschaltet"), "info"
    if feeds.stopped(feed):
        return _("unterbrochen"), "danger"
    if feed.state in (Feed.State.WAITING, Feed.State.RUNNING):
        return str(feed.get_state_display()), "info"
    if feed.state == Feed.State.FAILED:
        return str(feed.get_state_display()), "danger"
    if feed.kind in (Feed.Kind.GTFS, Feed.Kind.OSM) and feed.current is None:
        return _("noch nie gelesen"), "warning"
    left = _days_left(feed)
    if left is not None and left < 0:
        return _("abgelaufen"), "danger"
    if left is not None and left < SOON:
        return _("läuft bald ab"), "warning"
    return _("in Ordnung"), "success"
