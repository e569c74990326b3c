"""`manage.py fim_roundtrip FILE…`: schemas through pages, answers, JSON, XML and every mistake, printed as a table."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from stadtkern.kernel.services.fim_report import lists_of
from stadtkern.kernel.services.fim_roundtrip import Trip, trip

_LINE = "{:28} {:>6} {:>6} {:>6} {:>9} {:>8} {:>8} {:>8} {:>7}"


class Command(BaseCommand):
    help = "Reads schemas of FIM, renders every page, sends invented answers through JSON and XML, spoils them one by one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files or folders")
        parser.add_argument("--codelists", type=Path, help="folder with code lists in genericode")
        parser.add_argument("--land", default=None, help="AGS or short name of the Land; by default the city's")
        parser.add_argument("--seeds", type=int, default=2, help="invented applications per schema")
        parser.add_argument("--wrong", type=int, default=None, help="mistakes per schema at most; default all")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        land = str(settings.CITY_TOML.get("ags", "")) if options["land"] is None else options["land"]
        lists, trips = lists_of(options["codelists"]), []
        if not options["json"]:
            head = ("Datei", "Felder", "Regeln", "Seiten", "JSON+XML", "falsch", "abgew.", "nur dort", "CPU s")
            self.stdout.write(_LINE.format(*head))
        for path in _files(options["files"]):
            one = trip(path, judge(), lists, land=land, seeds=options["seeds"], wrong=options["wrong"])
            trips.append(one)
            if not options["json"]:
                self._row(one)
        if options["json"]:
            self.stdout.write(json.dumps({"files": [{**vars(one), "ok": one.ok} for one in trips]}, ensure_ascii=False))
        else:
            self._sum(trips)

    def _row(self, one: Trip) -> None:
        counts = (one.fields, one.rules, one.pages, f"{one.data}/{one.documents}", one.wrong, one.refused, one.alone)
        self.stdout.write(_LINE.format(one.file.split(".")[0][:28], *counts, f"{one.seconds:.1f}"))
        for problem in one.problems[:10]:
            self.stdout.write(f"  · {problem}")

    def _sum(self, trips: list[Trip]) -> None:
        def total(name: str) -> int:
            return sum(getattr(one, name) for one in trips)

        kinds: Counter[str] = sum((one.kinds for one in trips), Counter())
        for line in (
            "",
            f"{total('ok')} von {len(trips)} Schemata ohne Fehler: {total('fields')} Felder, {total('pages')} Seiten",
            f"{total('data')} von {total('documents')} Dokumenten passen zu unserem JSON Schema und kommen gleich zurück",
            f"{total('refused')} von {total('wrong')} falschen Angaben am Ort abgewiesen, {total('alone')} nur dort",
            "Fehlerarten: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()),
        ):
            self.stdout.write(line)


def judge() -> Callable[[dict[str, Any]], Callable[[Any], list[str]]]:
    """jsonschema-rs, formats asserted; it comes with the tools for development, no page needs it."""
    try:
        import jsonschema_rs
    except ImportError as error:
        raise CommandError("Dafür fehlt jsonschema-rs: pip install -e '.[dev]'") from error

    def of(schema: dict[str, Any]) -> Callable[[Any], list[str]]:
        jsonschema_rs.meta.validate(schema)
        validator = jsonschema_rs.validator_for(schema, validate_formats=True)
        return lambda data: [
            f"{'/'.join(map(str, each.instance_path))}: {each.message}"[:200] for each in validator.iter_errors(data)
        ]

    return of


def _files(paths: list[Path]) -> list[Path]:
    """Files as given; of a folder the schemas in it, each once."""
    found = [file for path in paths for file in (sorted(path.glob("*.xml*")) if path.is_dir() else [path])]
    packed = {file.name for file in found}
    return [file for file in found if f"{file.name}.gz" not in packed]
