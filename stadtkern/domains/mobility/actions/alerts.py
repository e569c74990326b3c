"""Alerts: noted as a source tells them, told once to whoever watches; watches and saved places of people."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.lib.transit.joining import noted_as

from ..models import Alert, Feed, SavedPlace, Told, Watch
from ..trips import world

MOST_WATCHES, MOST_PLACES, MOST_ALERTS = 50, 10, 2000
KEEP = timedelta(days=90)
LATER = timedelta(days=2)  # a watch of one trip is forgotten so long after it


class Refused(Exception):
    """Not possible; the message says what to do instead."""


@transaction.atomic
def note(feed: Feed, told: Iterable[dict[str, Any]]) -> int:
    """What the source says now: new ones are announced (`alert.published`), those it no longer tells are over.

    Some sources number their alerts anew in every message: one that says the same under another key is no new one.
    """
    now = timezone.now()
    Feed.objects.select_for_update().get(pk=feed.pk)
    known = {row.key: row for row in Alert.objects.filter(feed=feed)}
    heard = {str(one["key"])[:120]: one for one in reversed(list(told)[:MOST_ALERTS])}
    renamed = {_words(vars(row)): row for row in known.values() if row.gone_at is None and row.key not in heard}
    seen, fresh = set(heard), 0
    for key, one in reversed(heard.items()):
        row = known.get(key) or renamed.pop(_words(one), None) or Alert(feed=feed, key=key)
        before = _said(row) if row.pk and row.key == key else () if row.pk else None
        row.key = key
        for name, value in one.items():
            if name != "key":
                setattr(row, name, value)
        again = row.gone_at is not None
        row.gone_at = None
        if before is None or again or before != _said(row):
            row.save()
        if before is None:
            fresh += 1
            record("alert.published", subject=str(row), actor=SYSTEM)
    gone = [row.pk for row in known.values() if row.key not in seen and row.gone_at is None]
    if gone:
        Alert.objects.filter(pk__in=gone).update(gone_at=now)
        record("alerts.ended", subject=str(feed), actor=SYSTEM, data={"alerts": gone[:200]})
    return fresh


def _words(told: Mapping[str, Any]) -> tuple[Any, ...]:
    """What an alert says and of what, without its time, which many sources push on."""
    lists = (tuple(told.get(name, ())) for name in ("stops", "routes", "trips"))
    return (*(told.get(name, "") for name in ("title", "text", "cause", "effect", "url")), *lists)


def _said(row: Alert) -> tuple[Any, ...]:
    lists = tuple(tuple(value) for value in (row.stops, row.routes, row.trips))
    return (row.title, row.text, row.cause, row.effect, row.url, row.starts_at, row.ends_at, *lists)


@transaction.atomic
def tell(alert_id: int) -> int:
    """A letter to everybody who watches what it concerns, one for each person however much of it they watch."""
    alert = Alert.objects.filter(pk=alert_id, gone_at=None).select_related("feed__timetable").first()
    if alert is None:
        return 0
    told = 0
    for watch in _concerned(alert):
        row, fresh = Told.objects.get_or_create(alert=alert, account=watch.account)
        if not fresh:
            continue
        told += 1
        with override(watch.account.language):
            body = _("%(title)s\n\n%(text)s\n\nSie bekommen diese Nachricht, weil Sie %(what)s beobachten.")
            inbox.deliver(
                account=watch.account, about=str(alert), office=None, actor_key=SYSTEM,
                title=_("Meldung zu %s") % watch.title,
                body=body % {"title": alert.title, "text": alert.text[:4000], "what": watch.title},
                once=f"mobility.alert:{row.pk}", link=reverse("mobility:alerts"),
            )  # fmt: skip
    if told:
        record("alert.told", subject=str(alert), actor=SYSTEM, data={"people": told})
    return told


def _concerned(alert: Alert) -> list[Watch]:
    """The first matching watch of every person."""
    found: dict[int, Watch] = {}
    part, earlier = _part_of(alert.feed)
    known = _ids() if part else {}
    for kind, ids in (("TRIP", alert.trips), ("ROUTE", alert.routes), ("STOP", alert.stops)):
        refs = {name for one in ids for name in noted_as(one, part, earlier, known.get(kind, ()))}
        for watch in Watch.objects.filter(kind=kind, ref__in=refs).select_related("account").order_by("pk"):
            found.setdefault(watch.account_id, watch)
    return list(found.values())


def _part_of(source: Feed) -> tuple[str, list[str]]:
    """The timetable a source of real time belongs to ("" = not known) and those that were set up before it."""
    keys = list(Feed.objects.filter(kind=Feed.Kind.GTFS, active=True).order_by("pk").values_list("key", flat=True))
    part = source.timetable.key if source.timetable else keys[0] if len(keys) == 1 else ""
    return part, keys[: keys.index(part)] if part in keys else []


def _ids() -> dict[str, Container[str]]:
    """What the timetable knows, by kind of watch."""
    try:
        table = world.timetable(timezone.localdate())
    except world.NoTimetable:
        return {}
    return {"TRIP": table.trips.by_id, "ROUTE": table.routes.by_id, "STOP": table.stops.by_id}


@transaction.atomic
def watch(actor: Actor, kind: str, ref: str, title: str, until: datetime | None = None) -> Watch:
    """From now on this person hears of it. Twice is once. Diary: `watch.added`. Raises Refused."""
    if actor.account is None or kind not in Watch.Kind.values or not ref:
        raise Refused(_("Melden Sie sich an, um Meldungen zu bekommen."))
    Account.objects.select_for_update().get(pk=actor.account.pk)
    if row := Watch.objects.filter(account=actor.account, kind=kind, ref=ref).first():
        return row
    if Watch.objects.filter(account=actor.account).count() >= MOST_WATCHES:
        raise Refused(
            _("Sie beobachten schon %d Haltestellen, Linien und Fahrten. Nehmen Sie erst eine heraus.") % MOST_WATCHES
        )
    row = Watch(account=actor.account, kind=kind, ref=ref[:120], title=title[:200], until=until)
    row.save()
    record("watch.added", subject=str(row), actor=actor.key, data={"kind": kind})
    return row


@transaction.atomic
def unwatch(actor: Actor, pk: int) -> None:
    """Diary: `watch.ended`; a second time changes nothing."""
    row = Watch.objects.filter(account=actor.account, pk=pk).first() if actor.account else None
    if row:
        record("watch.ended", subject=str(row), actor=actor.key)
        row.delete()


@transaction.atomic
def keep_place(actor: Actor, title: str, place: str) -> SavedPlace:
    """A place to start from; the same name again changes it. Diary: `place.kept`. Raises Refused."""
    title, place = title.replace("\x00", "").strip()[:40], place.replace("\x00", "").strip()[:160]
    if actor.account is None or not title or not place:
        raise Refused(_("Geben Sie dem Ort einen Namen, zum Beispiel „Zuhause“, und eine Adresse."))
    Account.objects.select_for_update().get(pk=actor.account.pk)
    row = SavedPlace.objects.filter(account=actor.account, title=title).first()
    if row is None and SavedPlace.objects.filter(account=actor.account).count() >= MOST_PLACES:
        raise Refused(_("Sie haben schon %d Orte gespeichert. Löschen Sie erst einen.") % MOST_PLACES)
    row = row or SavedPlace(account=actor.account, title=title)
    row.place = place
    row.save()
    record("place.kept", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def drop_place(actor: Actor, pk: int) -> None:
    """Diary: `place.dropped`."""
    row = SavedPlace.objects.filter(account=actor.account, pk=pk).first() if actor.account else None
    if row:
        record("place.dropped", subject=str(row), actor=actor.key)
        row.delete()


@transaction.atomic
def forget(now: datetime, batch: int = 500) -> int:
    """Alerts that are long over, watches of trips that are over. Returns how many."""
    old = list(Alert.objects.filter(gone_at__lt=now - KEEP).values_list("pk", flat=True)[:batch])
    over = list(Watch.objects.filter(until__lt=now - LATER).values_list("pk", flat=True)[:batch])
    Alert.objects.filter(pk__in=old).delete()
    Watch.objects.filter(pk__in=over).delete()
    if old or over:
        record("alerts.forgotten", subject="alerts", actor=SYSTEM, data={"alerts": len(old), "watches": len(over)})
    return len(old) + len(over)


@transaction.atomic
def forget_person(account_id: int) -> None:
    """Everything that tells where somebody rides."""
    for model in (Watch, SavedPlace, Told):
        model.objects.filter(account=account_id).delete()
    record("watch.forgotten", subject=f"account:{account_id}", actor=SYSTEM)
