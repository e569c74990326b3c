"""Which version of a source counts, as every process reads it."""

from ...models import Feed
from ...trips import folder


def point(row: Feed) -> None:
    """Workers see it at their next request."""
    told = None
    if row.active and row.current:
        place = folder.version_folder(row.key, row.current.number)
        told = {"kind": row.kind, "number": row.current.number, "folder": str(place), "feed": row.pk}
        told["until"] = row.current.figures.get("until", "")
    elif row.active and row.kind in (Feed.Kind.REALTIME, Feed.Kind.GBFS):
        told = {"kind": row.kind, "number": 0, "folder": str(folder.live_file(row.key)), "feed": row.pk}
        told["of"] = row.timetable.key if row.timetable else ""
        told["minutes"] = row.every_minutes
    if folder.current().get(row.key) != told:
        folder.point_to(row.key, told)
