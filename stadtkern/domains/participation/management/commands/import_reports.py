"""Take in reports of another system from a CSV file, also gzipped.

    manage.py import_reports zuerich_reports_2016_2025.csv.gz

Columns: `date` (ISO), `service_code`, and a place: `e`, `n` (Swiss LV95 metres, converted by the approximate formulas of
swisstopo, right to about one metre) or `lat`, `long` (WGS 84); optional `service_request_id`, `description`, `address`,
`closed_date`. A second run takes in nothing twice.
"""

import csv
import gzip
import time
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from stadtkern.lib.earth import Point, from_lv95, readable
from stadtkern.lib.words import plain

from ...actions import origins
from ...actions.reports_import import Old, closed_after, import_reports
from ...reports.categories import plan

CHUNK = 2000
# What others call a category that we have; everything else goes by the words in its name.
SAME = {
    "abfall/sammelstelle": "muell",
    "beleuchtung/uhren": "laterne",
    "graffiti": "graffiti",
    "grunflachen/spielplatze": "gruenanlage",
    "gruenflaechen/spielplaetze": "gruenanlage",
    "signalisation/lichtsignal": "schild",
    "strasse/trottoir/platz": "schlagloch",
    "allgemein": "anderes",
}


class Command(BaseCommand):
    help = "Take in reports of another system from a CSV file (.csv or .csv.gz)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="", help="name of the source; default: name of the file")
        parser.add_argument("--open-days", type=int, default=60, help="without closed_date: reports of the last days stay open")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"{file} is not there")
        source = options["source"] or file.name.split(".")[0]
        started, taken, seen = time.perf_counter(), 0, 0
        for chunk in _chunks(_olds(file, options["open_days"])):
            seen += len(chunk)
            taken += import_reports(source, chunk)
        self.stdout.write(f"{taken} of {seen} reports taken in, {time.perf_counter() - started:.1f} s")


def _open(file: Path) -> TextIO:
    return (
        gzip.open(file, "rt", encoding="utf-8-sig", newline="")
        if file.suffix == ".gz"
        else file.open(encoding="utf-8-sig", newline="")
    )


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with _open(file) as opened:
        yield from csv.DictReader(opened)


def _olds(file: Path, open_days: int) -> Iterator[Old]:
    newest = max((_moment(row["date"]) for row in _rows(file)), default=None)
    if newest is None:
        raise CommandError(f"{file} holds no reports")
    for line, row in enumerate(_rows(file), 2):
        try:
            at, point = _moment(row["date"]), _point(row)
        except (KeyError, ValueError) as problem:
            raise CommandError(f"{file}, line {line}: {problem!r}") from problem
        closed = _moment(row["closed_date"]) if row.get("closed_date") else closed_after(at, newest, open_days)
        title = row["service_code"].strip() or "?"
        yield Old(
            row.get("service_request_id") or str(line), _category(title), title, at, point, closed,
            row.get("description") or "", row.get("address") or "",
        )  # fmt: skip


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _point(row: dict[str, str]) -> Point:
    if row.get("e"):
        return from_lv95(float(row["e"]), float(row["n"]))
    point = readable(row.get("lat"), row.get("long"))
    if point is None:
        raise ValueError("no place")
    return point


@lru_cache(maxsize=1000)
def _category(title: str) -> str:
    own = SAME.get(plain(title), "")
    return own if own in plan().kinds else origins.fitting(title)


def _chunks(olds: Iterator[Old]) -> Iterator[list[Old]]:
    chunk: list[Old] = []
    for one in olds:
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
