"""`manage.py fim_report FILE…`: what Stadtkern makes of files of FIM, without a database and without importing them."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from stadtkern.kernel.services.fim_report import Report, lists_of, report, totals

_LINE = "{:40} {:>6} {:>7} {:>7} {:>10} {:>9} {:>9}"


class Command(BaseCommand):
    help = "Fields, groups, rules and references of XDatenfelder files (.xml, .xml.gz; 2.0 and 3.0)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
        parser.add_argument("--codelists", type=Path, help="folder with code lists in genericode")
        parser.add_argument("--land", default=None, help="AGS or short name of the Land; by default the city's")

    def handle(self, *args: Any, **options: Any) -> None:
        land = str(settings.CITY_TOML.get("ags", "")) if options["land"] is None else options["land"]
        lists = lists_of(options["codelists"])
        reports = [report(path, lists, land) for path in _files(options["files"])]
        if options["json"]:
            self.stdout.write(json.dumps({"files": [each.row() for each in reports]}, ensure_ascii=False, indent=1))
        else:
            self._table(reports)

    def _table(self, reports: list[Report]) -> None:
        self.stdout.write(_LINE.format("Datei", "Felder", "Gruppen", "Regeln", "übersetzt", "Verweise", "gefunden"))
        for each in reports:
            name = Path(each.file).name[:40]
            counts = (each.fields, each.groups, each.rules, each.compiled, each.references, each.resolved)
            self.stdout.write(_LINE.format(name, *counts) if each.ok else f"{name:40} nicht lesbar")
            for problem in each.problems:
                self.stdout.write(f"  · {problem}")
        for line in _sums(totals(reports)):
            self.stdout.write(line)


def _files(paths: list[Path]) -> list[Path]:
    """Files as given; of a folder all schemas in it."""
    return [file for path in paths for file in (sorted(path.glob("*.xml*")) if path.is_dir() else [path])]


def _sums(sums: dict[str, int]) -> list[str]:
    rules, references = sums["rules"] or 1, sums["references"] or 1
    share = f"{sums['compiled'] / rules:.1%}"
    return [
        "",
        f"{sums['ok']} von {sums['files']} Dateien gelesen: {sums['fields']} Felder, {sums['groups']} Gruppen",
        f"{sums['rules']} verschiedene Regeln: {sums['compiled']} übersetzt ({share}), {sums['confirmed']} bestätigt, "
        f"{sums['note']} nur Hinweis, {sums['open']} offen",
        f"{sums['references']} Verweise: {sums['resolved']} eindeutig gefunden ({sums['resolved'] / references:.2%})",
    ]
