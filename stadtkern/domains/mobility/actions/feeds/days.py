"""What the reading program is told, and the days that come nearer every night."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from ...models import Feed
from ...trips import bounded, folder

DAYS = 21  # of a timetable are laid out in advance


def add_days() -> int:
    """Every night: the days that came nearer are laid out for timetables that count; days gone by are removed."""
    made = 0
    for feed in Feed.objects.filter(kind=Feed.Kind.GTFS, active=True).exclude(current=None).select_related("current"):
        assert feed.current is not None
        place = folder.version_folder(feed.key, feed.current.number)
        try:
            bounded.build(job_of(Feed.Kind.GTFS, place), lambda text: None)
            made += 1
        except bounded.Refused as no:
            Feed.objects.filter(pk=feed.pk).update(problem=str(no))
    if made:
        folder.touch()
    return made


def job_of(kind: str, place: Path) -> dict[str, Any]:
    """What the reading program is told."""
    read = streets_read()
    return {
        "kind": str(kind),
        "source": str(place / "source"),
        "target": str(place),
        "days": DAYS,
        "first": str(timezone.localdate() - timedelta(days=1)),  # yesterday's last trips run past midnight
        "ways": str(read / "ways") if read and kind == Feed.Kind.GTFS else "",
        "lines": str(Path(settings.CITY_FOLDER) / "geo" / "streets.geojson"),
        "bounds": settings.CITY_TOML.get("mobility", {}).get("bounds"),
    }


def streets_read() -> Path | None:
    """Where the streets of OpenStreetMap lie, if this city reads them."""
    return next((Path(told["folder"]) for told in folder.current().values() if told["kind"] == Feed.Kind.OSM), None)
