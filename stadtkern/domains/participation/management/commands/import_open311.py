"""Bring in reports another system has saved as GeoReport JSON or XML.

    manage.py import_open311 FILE [--system NAME] [--hidden] [--codes FILE.json]

Running it again changes nothing but what changed in the file. NAME tells systems apart whose numbers may be the same; --hidden
keeps them out of lists and maps; --codes: {"their service_code": "our category"}. Everything a row said stays with it.
"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stadtkern.domains.participation.actions import origins
from stadtkern.domains.participation.reports.categories import plan
from stadtkern.lib.georeport import read


class Command(BaseCommand):
    help = "Bring in reports of another system (Open311 GeoReport v2, JSON or XML)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--system", default="")
        parser.add_argument("--hidden", action="store_true")
        parser.add_argument("--codes", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            rows = read.rows(file.read_bytes())
            codes = json.loads(options["codes"].read_text(encoding="utf-8")) if options["codes"] else {}
        except (read.NotGeoReport, read.Refusal, OSError, ValueError) as problem:
            raise CommandError(f"{file.name}: {problem}") from problem
        if not isinstance(codes, dict) or (unknown := set(codes.values()) - set(plan().kinds)):
            raise CommandError(f"--codes: no such category: {', '.join(map(str, unknown))}")
        done = origins.bring(rows, options["system"] or file.stem, listed=not options["hidden"], codes=codes)
        self.stdout.write(f"{done.fresh} new, {done.changed} changed, {done.same} as before, {done.skipped} without a number")
