"""Live data: asked by the clock, checked, and put where every process reads it; what cannot be read changes nothing."""

import json
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.lib import sharing, transit
from stadtkern.lib.files import put
from stadtkern.lib.transit.joining import called

from ..models import Feed
from ..trips import demo, fetching, folder, world
from . import alerts, demand, punctuality

COMPARED = timedelta(minutes=20)  # two readings so far apart say nothing of what happened between them
MOVING = ("station_information", "station_status", "vehicle_status", "free_bike_status")
MOST_BYTES, MOST_DOCUMENTS, SECONDS = 30_000_000, 20, 50.0


def refresh(feed: Feed) -> bool:
    """Ask one source of live data. False: it did not work; the page of the source says why."""
    now, partly = timezone.now(), ""
    try:
        if feed.kind == Feed.Kind.REALTIME:
            _realtime(feed, now)
        else:
            partly = _sharing(feed, now)
    except (fetching.NotFetched, world.NoTimetable) as no:
        _note(feed, now, str(no) or _("Es ist noch kein Fahrplan geladen."))
        return False
    _note(feed, now, partly)
    return True


def _realtime(feed: Feed, now: datetime) -> None:
    data = demo.realtime(now) if feed.url == demo.REALTIME else _bytes(feed.url)
    told = transit.read_realtime(data)
    if any(one.code == "rt_unreadable" for one in told.findings):
        raise fetching.NotFetched(_("Die Echtzeit-Meldung ist nicht lesbar. Es gilt weiter, was davor kam."))
    alerts.note(feed, [_alert(one) for one in told.alerts])
    if told.updates and told.at and now.timestamp() - told.at > world.STALE.total_seconds():
        when = timezone.localtime(datetime.fromtimestamp(told.at, UTC))
        raise fetching.NotFetched(
            _("Die Echtzeit ist vom %s Uhr und damit veraltet. Es gilt der Fahrplan.") % f"{when:%d.%m. %H:%M}"
        )
    put(folder.live_file(feed.key), data)
    with suppress(world.NoTimetable):  # nothing to be late against
        told = called(told, feed.timetable.key if feed.timetable else "", world.timetable(timezone.localdate(now)))
        punctuality.note(feed, world.timetable(timezone.localdate(now)), told, now)


def _alert(one: Any) -> dict[str, Any]:
    """As it is kept: the German text, the first period that is not over."""
    now = timezone.now().timestamp()
    ahead = [span for span in one.periods if not span[1] or span[1] > now] or list(one.periods[-1:])
    start, end = ahead[0] if ahead else (0, 0)
    url = _german(one.url)
    return {
        "key": one.id,
        "title": (_german(one.header) or _german(one.text))[:300] or _("Störung"),
        "text": _german(one.text),
        "url": url[:500] if url.startswith(("https://", "http://")) else "",
        "cause": one.cause[:30],
        "effect": one.effect[:30],
        "stops": _with_stations(one.stops),
        "routes": list(one.routes),
        "trips": list(one.trips),
        "starts_at": moment_of(start),
        "ends_at": moment_of(end),
    }


def _german(texts: dict[str, str]) -> str:
    return next((text for language, text in texts.items() if language.startswith("de")), next(iter(texts.values()), ""))


def _with_stations(stops: tuple[str, ...]) -> list[str]:
    """Stops as they are told and the stations they belong to: people watch stations."""
    try:
        table, known = world.timetable(timezone.localdate()), world.stations()
    except world.NoTimetable:
        return list(stops)
    index = table.stops.by_id
    heads = [known.of_stop[index[one]].ref for one in stops if one in index and index[one] in known.of_stop]
    return list(dict.fromkeys([*stops, *heads]))


def _sharing(feed: Feed, now: datetime) -> str:
    """What did not come though the rest did, in words."""
    place, missing = folder.live_file(feed.key), list[str]()
    documents = demo.sharing(feed.url, now) if demo.is_demo(feed.url) else _documents(feed.url, _kept(place), missing)
    before = _said_before(place, now)
    put(place, json.dumps(documents, ensure_ascii=False).encode())
    demand.note(feed.key, before, sharing.read_gbfs(documents), now)
    return _("Nicht alles kam: %s. Davon gilt, was davor kam.") % ", ".join(missing) if missing else ""


def _kept(place: Path) -> dict[str, Any]:
    """The documents of the last asking."""
    try:
        found = json.loads(place.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _said_before(place: Path, now: datetime) -> sharing.System | None:
    """What this source said last; None where it is too long ago to compare with."""
    try:
        if now.timestamp() - place.stat().st_mtime > COMPARED.total_seconds():
            return None
        return sharing.read_gbfs(json.loads(place.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return None


def _documents(url: str, before: dict[str, Any], missing: list[str]) -> dict[str, Any]:
    """Everything the discovery file names. What does not come is named in `missing` and stays as it was, except for what moves:
    without that there is nothing new to say. Raises NotFetched."""
    found: dict[str, Any] = {"gbfs": _json(url)}
    told = found["gbfs"].get("data") if isinstance(found["gbfs"], dict) else None
    listed = told.get("feeds") if isinstance(told, dict) else None
    if listed is None and isinstance(told, dict):  # before 3.0: by language
        part = told.get("de") or next(iter(told.values()), None)
        listed = part.get("feeds") if isinstance(part, dict) else None
    if not isinstance(listed, list):
        raise fetching.NotFetched(_("Unter der Adresse liegt keine gbfs.json."))
    for one in listed[:MOST_DOCUMENTS]:
        name, where = (str(one.get(key, "")) for key in ("name", "url")) if isinstance(one, dict) else ("", "")
        if not (name.isidentifier() and len(name) < 60 and where) or name == "gbfs":
            continue
        try:
            found[name] = _json(where)
        except fetching.NotFetched:
            if name in MOVING:
                raise
            missing.append(name)
            if name in before:
                found[name] = before[name]
    return found


def _json(url: str) -> Any:
    try:
        return json.loads(_bytes(url))
    except (ValueError, RecursionError):
        raise fetching.NotFetched(_("Die Antwort ist kein lesbares JSON.")) from None


def _bytes(url: str) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "answer"
        if not fetching.fetch(url, target, most=MOST_BYTES, seconds=SECONDS).fresh:
            raise fetching.NotFetched(_("Die Adresse gab keine Daten."))
        return target.read_bytes()


@transaction.atomic
def _note(feed: Feed, now: datetime, problem: str) -> None:
    row = Feed.objects.select_for_update().get(pk=feed.pk)
    row.state, row.problem, row.checked_at = (Feed.State.FAILED if problem else Feed.State.IDLE), problem, now
    row.next_at = now + timedelta(minutes=row.every_minutes, seconds=-5) if row.every_minutes else None
    row.save(update_fields=["state", "problem", "checked_at", "next_at"])


def moment_of(seconds: int | None) -> datetime | None:
    """A time of GTFS-Realtime; absurd ones are none."""
    return datetime.fromtimestamp(seconds, UTC) if seconds and 0 < seconds < 4_102_444_800 else None
