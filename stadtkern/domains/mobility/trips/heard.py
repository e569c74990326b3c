"""What was odd in the last answer of a live source, in plain words, as the office sees it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadtkern.lib import sharing, transit
from stadtkern.lib.transit.joining import called

from ..models import Feed
from . import folder, sentences, world

Told = tuple[str, str]  # what, and where or how often

# code of lib.sharing -> sentence
WORDS = {
    "unreadable": gettext_lazy("Eine Datei ist kein lesbares JSON. Wir haben sie ausgelassen."),
    "no_data": gettext_lazy("Eine Datei hat keinen Inhalt (data)."),
    "no_list": gettext_lazy("Wo eine Liste stehen muss, steht keine."),
    "no_object": gettext_lazy("Einträge einer Liste sind nicht lesbar. Wir haben sie ausgelassen."),
    "too_many": gettext_lazy("Mehr Einträge, als wir lesen."),
    "no_id": gettext_lazy("Einträge ohne Kennung haben wir ausgelassen."),
    "double_id": gettext_lazy("Eine Kennung kommt doppelt vor. Der erste Eintrag gilt."),
    "no_place": gettext_lazy("Einträge ohne brauchbare Koordinaten haben wir ausgelassen."),
    "unknown_form": gettext_lazy("Eine Fahrzeugart kennt der Standard nicht. Sie gilt als „Sonstiges“."),
    "unknown_type": gettext_lazy("Fahrzeuge nennen einen Typ, den die Quelle nicht beschreibt. Wir haben sie ausgelassen."),
    "unknown_station": gettext_lazy("Ein Stand gehört zu einer Station, die es nicht gibt."),
    "no_status": gettext_lazy("Stationen ohne Stand. Dort leihen wir nichts aus."),
    "stale": gettext_lazy("Der Stand von Stationen ist mehr als eine Woche alt. Dort leihen wir nichts aus."),
    "feed_missing": gettext_lazy("Eine Datei fehlt, die der Standard verlangt."),
    "zone_unreadable": gettext_lazy("Verbots- oder Abstellzonen ohne lesbare Fläche haben wir ausgelassen."),
    "price_unreadable": gettext_lazy("Preise, die wir nicht lesen können, zeigen wir nicht."),
    "hours_unread": gettext_lazy("Die Öffnungszeiten sind so geschrieben, dass wir sie nicht lesen können. Es gilt: immer."),
    "no_number": gettext_lazy("Wo eine Anzahl stehen muss, steht keine."),
    "unknown_count": gettext_lazy("Die Quelle sagt selbst, dass sie eine Anzahl nicht kennt (-1)."),
    "bad_count": gettext_lazy("Eine Anzahl ist unmöglich. Sie gilt als unbekannt."),
}
COUNTED = {"unknown_trip": "rt_unknown_trip", "unknown_stop": "rt_unknown_stop", "absurd": "rt_absurd"}


def heard(feed: Feed) -> list[Told] | None:
    """None: nothing came yet."""
    try:
        data = folder.live_file(feed.key).read_bytes()
        return [*(_shared(json.loads(data)) if feed.kind == Feed.Kind.GBFS else _spoken(feed, data))]
    except (OSError, ValueError, RecursionError):
        return None


def _shared(documents: Mapping[str, object]) -> Iterator[Told]:
    for one in sharing.read_gbfs(documents).findings:  # type: ignore[arg-type]
        parts = [one.feed, one.place, one.value, _("%s-mal") % one.many if one.many > 1 else ""]
        yield str(WORDS.get(one.code, one.code)), " · ".join(filter(None, parts))


def _spoken(feed: Feed, data: bytes) -> Iterator[Told]:
    told = transit.read_realtime(data)
    for one in told.findings:
        yield sentences.sentence(asdict(one)), sentences.place(asdict(one))
    try:
        planned = world.timetable(timezone.localdate())
    except world.NoTimetable:
        return
    own = called(told, feed.timetable.key if feed.timetable else "", planned)
    for name, many in transit.live(planned, own.updates).about["live"].items():
        if many and name in COUNTED:
            yield sentences.sentence({"code": COUNTED[name]}), _("%s-mal") % many
