"""`manage.py fim_jsonschema FILE…`: our JSON Schema of a form, or where it differs from another maker's and why."""

import json
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from stadtkern.kernel.services.fim_report import lists_of
from stadtkern.lib.forms import fim
from stadtkern.lib.forms.export.compare import REASONS, differences, reason
from stadtkern.lib.forms.export.schema import to_schema
from stadtkern.lib.forms.export.tree import Keys


class Command(BaseCommand):
    help = "Prints the JSON Schema of schemas of FIM; with --against a folder of <id>.schema.json the differences by reason."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files or folders of XDatenfelder")
        parser.add_argument("--against", type=Path, help="folder with <schema id>.schema.json")
        parser.add_argument("--codelists", type=Path, help="folder with code lists in genericode")
        parser.add_argument("--land", default=None, help="AGS or short name of the Land; by default the city's")
        parser.add_argument("--keys", choices=list(Keys), default=Keys.ID)

    def handle(self, *args: Any, **options: Any) -> None:
        land = str(settings.CITY_TOML.get("ags", "")) if options["land"] is None else options["land"]
        lists = lists_of(options["codelists"])
        if options["against"]:
            self._compare(options["files"], options["against"], land)
            return
        for path in options["files"]:
            schema = to_schema(fim.load(path, lists, land=land).form, Keys(options["keys"]))
            self.stdout.write(json.dumps(schema, ensure_ascii=False, indent=1))

    def _compare(self, paths: list[Path], folder: Path, land: str) -> None:
        """Without code lists, as the others are made."""
        sums: Counter[str] = Counter()
        for other in sorted(folder.glob("*.schema.json")):
            key = other.name.split(".")[0]
            file = next((file for path in paths for file in _files(path) if file.name.startswith(key)), None)
            if file is None:
                self.stdout.write(f"{key:16} keine Datei gefunden")
                continue
            form = fim.load(file, land=land).form
            found = differences(to_schema(form, Keys.VERSIONED), json.loads(other.read_text(encoding="utf-8")))
            counts = Counter(reason(one, form) or "?" for one in found)
            sums += counts
            self.stdout.write(f"{key:16} {', '.join(f'{name} {count}' for name, count in sorted(counts.items()))}")
            for one in found:
                if not reason(one, form):
                    self.stdout.write(f"  · {one.path}: {one.word} hier {one.ours}, dort {one.theirs}")
        self.stdout.write("")
        for name, count in sums.most_common():
            self.stdout.write(f"{name:10} {count:5}  {REASONS.get(name, 'nicht erklärt')}")


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.xml*")) if path.is_dir() else [path]
