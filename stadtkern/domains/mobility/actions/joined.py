"""Several timetables as one: built anew by a job when a part changes, exchanged as a whole; the parts keep their reports."""

import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from ..models import Feed
from ..trips import bounded, folder
from . import feeds

LOCK = "mobility.join"


def wanted() -> dict[str, int]:
    """Source -> version of the timetables that count, in the order of their keys."""
    rows = Feed.objects.filter(kind=Feed.Kind.GTFS, active=True).exclude(current=None).select_related("current")
    return {row.key: row.current.number for row in rows.order_by("key") if row.current}


def known() -> dict[str, Any]:
    """What current.json says of the joined timetable; {} where there is none."""
    return folder.current().get(folder.JOINED, {})


def ask() -> None:
    """As a job, one after the other; one that waits is enough."""
    if len(wanted()) < 2 and not _stands(known()):
        return
    try:
        with transaction.atomic():
            app.configure_task(LOCK, queue="default", lock=LOCK, queueing_lock=LOCK).defer()
    except AlreadyEnqueued:
        return


def join() -> bool:
    """The job: all timetables that count as one; the one before answers until it is ready. Whether anything changed.

    What was tried and refused is tried again when a part changes, else at night.
    Diary: `timetable.joined`, `timetable.parted`, `timetable.not_joined`.
    """
    with folder.reading(folder.JOINED) as mine:
        parts = wanted()
        done = mine and _join(parts)
    if mine and wanted() != parts:
        ask()  # who was told of that meanwhile found us at it
    return done


def add_days() -> None:
    """Every night: what a lost job left undone or could not be done by day, and the days that came nearer."""
    with folder.reading(folder.JOINED) as mine:
        parts = wanted()
        if mine and not _join(parts, again=True):
            _add_days(parts)
    if mine and wanted() != parts:
        ask()


def _join(parts: dict[str, int], again: bool = False) -> bool:
    before = known()
    if len(parts) < 2:
        return _part(before) if _stands(before) else False
    streets = str(feeds.streets_read() or "")
    attempt = {"parts": parts, "streets": streets}
    if not again and before.get("tried") == attempt:
        return False
    if before and (before["parts"], before["streets"], before["problem"]) == (parts, streets, ""):
        return False
    number = int(before.get("number", 0)) + 1
    place = folder.home() / "work" / folder.JOINED
    shutil.rmtree(place, ignore_errors=True)
    work = place / uuid4().hex
    work.mkdir(parents=True)
    try:
        done = bounded.build(_job(work, parts), lambda text: None)
        target = home() / str(number)
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        work.replace(target)
    except bounded.Refused as no:
        once_more = isinstance(no, bounded.Stopped) and not before.get("problem")
        if once_more:
            ask()  # killed from outside: once more at once, then every night
        told = {**_nothing(), **before, "problem": str(no), "tried": {} if once_more else attempt}
        _exchange("timetable.not_joined", told)
        return False
    finally:
        shutil.rmtree(place, ignore_errors=True)
    told = {
        "number": number,
        "folder": str(target),
        "parts": parts,
        "streets": streets,
        "until": done["figures"]["until"],
    }
    told |= {name: done["figures"][name] for name in ("left_out", "clashing")}
    _exchange("timetable.joined", _nothing() | told)
    _tidy(number)
    return True


def _nothing() -> dict[str, Any]:
    empty: dict[str, Any] = {"kind": "JOINED", "number": 0, "folder": "", "feed": 0, "until": "", "problem": ""}
    return empty | {"parts": {}, "streets": "", "left_out": [], "clashing": 0, "tried": {}}


def _stands(told: dict[str, Any]) -> bool:
    """Whether there is a joined timetable, or one was tried; of one that is gone only its number is kept."""
    return bool(told.get("folder") or told.get("problem"))


@transaction.atomic
def _exchange(name: str, told: dict[str, Any]) -> None:
    record(name, subject=f"timetable:{told['number']}", actor=SYSTEM, data={"parts": len(told["parts"])})
    transaction.on_commit(lambda: folder.point_to(folder.JOINED, told))


@transaction.atomic
def _part(before: dict[str, Any]) -> bool:
    """One is left: it counts alone. Numbers go on: a process that did not look meanwhile must see another folder."""
    record("timetable.parted", subject="timetable:0", actor=SYSTEM)
    transaction.on_commit(lambda: folder.point_to(folder.JOINED, _nothing() | {"number": before["number"]}))
    transaction.on_commit(lambda: shutil.rmtree(home(), ignore_errors=True))
    return True


def _job(place: Path, parts: dict[str, int]) -> dict[str, Any]:
    sources = [[key, str(folder.version_folder(key, number) / "source")] for key, number in parts.items()]
    return feeds.job_of(Feed.Kind.GTFS, place) | {"kind": "JOINED", "parts": sources}


def home() -> Path:
    return folder.home() / "joined"


def _tidy(number: int) -> None:
    """The one before stays for those who are just answering with it."""
    for place in home().iterdir():
        if place.name.isdigit() and int(place.name) < number - 1:
            shutil.rmtree(place, ignore_errors=True)


def _add_days(parts: dict[str, int]) -> None:
    told = known()
    if not told.get("folder") or told["parts"] != parts:
        return
    try:
        bounded.build(_job(Path(told["folder"]), parts), lambda text: None)
    except bounded.Refused as no:
        _exchange("timetable.not_joined", told | {"problem": str(no), "tried": {"parts": parts, "streets": told["streets"]}})
    else:
        folder.touch()


def state() -> tuple[str, str]:
    """For the office: (what is to be said, how bad it is); ("", "") where there are not several timetables."""
    parts, told = wanted(), known()
    if len(parts) < 2:
        return "", ""
    if told.get("problem"):
        return _("Die Fahrpläne ließen sich nicht verbinden. %s") % told["problem"], "warning"
    if told.get("parts") != parts:
        return _("Die Fahrpläne werden verbunden. Bis dahin gilt, was davor galt."), "info"
    if told["left_out"]:
        return _("Nicht verbunden, weil in einer anderen Zeitzone: %s.") % ", ".join(told["left_out"]), "warning"
    unclear = Feed.objects.filter(kind=Feed.Kind.REALTIME, active=True, timetable=None)
    if told.get("clashing") and unclear.exists():
        words = _(
            "Fahrtnummern kommen in mehreren Fahrplänen vor. Wählen Sie bei „%s“, zu welchem Fahrplan die Echtzeit gehört."
        )
        return words % unclear[0].title, "warning"
    return _("%d Fahrpläne sind zu einem verbunden. Die Auskunft rechnet über alle.") % len(parts), "success"
