"""Counts: a file is taken in and read by a job; what is expected of the next days is worked out every night."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib.earth import readable
from stadtkern.lib.traffic import quality
from stadtkern.lib.traffic.forecast import Forecaster
from stadtkern.lib.traffic.reading import NotCounts, Read, read_counts

from ..models import Count, CountImport, Detector, Forecast, Work
from ..traffic.series import calendar, counts

MOST_BYTES = 40_000_000
BATCH = 5000
KIND_WORDS = {
    Detector.Kind.BIKE: {"rad", "fahrrad", "fahrräder", "radverkehr", "bike", "bicycle"},
    Detector.Kind.FOOT: {"fuß", "fuss", "fußgänger", "fussgänger", "zu fuß", "foot", "pedestrian"},
    Detector.Kind.BOARDING: {"einsteiger", "einstieg", "einstiege", "öpnv", "fahrgäste", "boarding", "boardings"},
}
AHEAD = 3  # days of a forecast
KEEP = timedelta(days=3 * 365)  # counts; they say nothing of people
KEEP_FORECASTS = timedelta(days=60)


class Refused(Exception):
    """Not possible; the message is for the clerk."""


@transaction.atomic
def hand_in(actor: Actor, name: str, data: bytes) -> CountImport:
    """Keep the file and read it as a job. Raises Refused."""
    if not data:
        raise Refused(_("Wählen Sie eine Datei mit Zählwerten."))
    if len(data) > MOST_BYTES:
        raise Refused(_("Die Datei ist größer als 40 MB. Teilen Sie sie, zum Beispiel in Jahre."))
    clean = "".join(sign for sign in name if sign.isprintable())[:120] or "zaehlwerte.csv"
    row = CountImport.objects.create(name=clean, data=data, staff=actor.staff)
    record("counts.handed_in", subject=str(row), actor=actor.key, data={"bytes": len(data)})
    app.configure_task("mobility.read_counts", queue="default").defer(pk=row.pk)
    return row


def read(pk: int) -> None:
    """Read a file that was handed in; a second run of the job changes nothing."""
    row = CountImport.objects.filter(pk=pk, state__in=[Work.WAITING, Work.RUNNING]).first()
    if row is None:
        return
    try:
        told = read_counts(bytes(row.data), timezone.localdate())
    except NotCounts as problem:
        _finish(row, Work.FAILED, 0, [[str(problem), 1, ""]])
        return
    with transaction.atomic():
        many = take(told)
        findings = [[reason, left, told.examples.get(reason, "")] for reason, left in told.left_out.most_common()]
        _finish(row, Work.DONE, many, findings)
    check(max(day for _, day, _, _ in told.rows))


@transaction.atomic
def _finish(row: CountImport, state: str, rows: int, findings: list[list[object]]) -> None:
    row.state, row.rows, row.findings, row.data = state, rows, findings, b""
    row.save(update_fields=["state", "rows", "findings", "data"])
    record("counts.read", subject=str(row), actor=SYSTEM, data={"rows": rows, "state": state})


@transaction.atomic
def take(told: Read) -> int:
    """Enter the detectors that are new, and all counts; returns how many hours."""
    known = _detectors(told)
    rows = (row for row in told.rows if _exists(row[1], row[2]))
    return _store((known[key], _at(day, hour), vehicles) for key, day, hour, vehicles in rows)


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))  # of the doubled hour in autumn the first


def _exists(day: date, hour: int) -> bool:
    """In the night of spring there is no hour from two to three: what a file says of it would replace the hour behind."""
    at = _at(day, hour) if hour == 2 and day.month == 3 else None
    return at is None or timezone.localtime(at.astimezone(UTC)).hour == hour


def _detectors(told: Read) -> dict[str, int]:
    keys = {key for key, _, _, _ in told.rows}
    fresh = keys - set(Detector.objects.filter(key__in=keys).values_list("key", flat=True))
    Detector.objects.bulk_create([_detector(key, told.detectors.get(key, {})) for key in sorted(fresh)], batch_size=BATCH)
    return dict(Detector.objects.filter(key__in=keys).values_list("key", "pk"))


def _detector(key: str, told: dict[str, str]) -> Detector:
    point = readable(told.get("lat"), told.get("long"))
    lat, long = point or (None, None)
    kind, street = kind_of(told.get("kind", "")), told.get("street", "")[:120]
    return Detector(key=key, title=told.get("title", "")[:160] or key, kind=kind, street=street, lat=lat, long=long)


def kind_of(word: str) -> str:
    """What is counted, by the word of a file; without one, motor vehicles."""
    return next((kind for kind, words in KIND_WORDS.items() if word.strip().casefold() in words), Detector.Kind.CAR)


def _store(rows: Iterator[tuple[int, datetime, int]]) -> int:
    """Write counts; a later file corrects an earlier one. Returns how many hours; within one file the last word counts."""
    many = 0
    while part := list(islice(rows, BATCH)):
        last = {(detector, at): vehicles for detector, at, vehicles in part}
        Count.objects.bulk_create(
            [Count(detector_id=detector, at=at, vehicles=vehicles) for (detector, at), vehicles in last.items()],
            update_conflicts=True, unique_fields=["detector", "at"], update_fields=["vehicles"],
        )  # fmt: skip
        many += len(last)
    return many


@transaction.atomic
def check(last: date) -> int:
    """Look for faults of all detectors in the counts up to this day; returns how many have one."""
    detectors = list(Detector.objects.filter(active=True))
    series = counts(last, detectors, back=quality.LATELY + 28)
    if series is None:
        return 0
    keys = {str(one.pk): one.key for one in detectors}
    found = quality.check(series, lambda pk: quality.node_of(keys[pk]))
    now = timezone.now()
    for one in detectors:
        faults = found.get(str(one.pk), [])
        one.faults, one.checked_at = [[fault.code, round(fault.share, 3), keys.get(fault.other, "")] for fault in faults], now
    Detector.objects.bulk_update(detectors, ["faults", "checked_at"], batch_size=BATCH)
    record("counts.checked", subject="traffic", actor=SYSTEM, data={"faulty": len(found)})
    return len(found)


@transaction.atomic
def expect(today: date) -> int:
    """Forecast today and the days behind it from everything counted up to yesterday; returns how many hours."""
    detectors = list(Detector.objects.filter(active=True))
    series = counts(today - timedelta(days=1), detectors)
    if series is None:
        return 0
    clean = quality.without_faults(series)
    origin = series.values.shape[1] - 1
    model = Forecaster.learn(clean, calendar(), origin, ahead=AHEAD)
    now, made = timezone.now(), []
    for ahead in range(1, AHEAD + 1):
        expected = model.day(origin + ahead)
        start = today + timedelta(days=ahead - 1)
        made += [
            Forecast(detector=one, at=_at(start, hour), vehicles=round(float(expected[row, hour])), made_at=now)
            for row, one in enumerate(detectors)
            for hour in range(24)
            if np.isfinite(expected[row, hour])
        ]
    unique = list({(one.detector_id, one.at): one for one in made}.values())  # an hour that does not exist in spring
    Forecast.objects.bulk_create(
        unique, batch_size=BATCH, update_conflicts=True, unique_fields=["detector", "at"], update_fields=["vehicles", "made_at"]
    )
    record("traffic.forecast", subject="traffic", actor=SYSTEM, data={"hours": len(unique)})
    return len(unique)


@transaction.atomic
def forget(now: datetime) -> int:
    """Old counts and forecasts. They are about streets, not about people: kept for comparison, not for ever."""
    gone, _ = Count.objects.filter(pk__in=Count.objects.filter(at__lt=now - KEEP).values("pk")[:BATCH]).delete()
    past, _ = Forecast.objects.filter(pk__in=Forecast.objects.filter(at__lt=now - KEEP_FORECASTS).values("pk")[:BATCH]).delete()
    if gone or past:
        record("counts.forgotten", subject="traffic", actor=SYSTEM, data={"counts": gone, "forecasts": past})
    return gone + past
