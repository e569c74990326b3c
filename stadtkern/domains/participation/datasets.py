"""Open data of participation: what everybody can read, in rows; no accounts, no names of hidden people."""

from collections.abc import Iterator
from typing import Any

from .contests.veil import veiled
from .models import Contribution, Process, Report
from .models.contribution import SHOWN

COLUMNS = ("reference", "kind", "title", "text", "state", "address", "district", "lat", "long", "cost_cents", "supports",
           "comments", "published_at")  # fmt: skip


def contributions() -> Iterator[dict[str, Any]]:
    """Published contributions of public processes, the oldest first."""
    public = Process.objects.exclude(state=Process.State.DRAFT).exclude(audience=Process.Audience.STAFF)
    rows = Contribution.objects.filter(process__in=public, state__in=SHOWN).annotate(veiled=veiled()).order_by("pk")
    for row in rows.values(*COLUMNS, "process__key", "category__title", "author_shown", "veiled").iterator():
        shown = {name: row[name] for name in COLUMNS}
        author = "" if row["veiled"] else row["author_shown"]
        yield shown | {"process": row["process__key"], "category": row["category__title"] or "", "author": author}


def reports() -> Iterator[dict[str, Any]]:
    """Listed reports, the oldest first: what, where, when, what became of it; texts stay on their pages."""
    rows = Report.objects.listed().order_by("pk")
    names = ("category", "state", "district", "reported_at", "closed_at", "promised_date", "followers")
    for row in rows.values(*names, "contribution__reference", "contribution__lat", "contribution__long").iterator():
        yield {name.removeprefix("contribution__"): value for name, value in row.items()}
