"""`manage.py import_xzufi FILE|FOLDER…`: texts of services in XZuFi 2.2 become modules of this city's directory."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stadtkern.kernel.services.modules.fields import BY_KEY
from stadtkern.kernel.services.modules.incoming import Delivery, Report, files_in

SHOWN = 10


class Command(BaseCommand):
    help = "Take over services in XZuFi 2.2 (.xml, .xml.gz, or a folder with index.txt) as texts of the directory."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("places", nargs="+", type=Path, metavar="FILE|FOLDER")
        parser.add_argument("--overwrite", action="store_true", help="also where an editor has written a text of his own")
        parser.add_argument("--delete", action="store_true", help="remove the texts of services the sender deletes")

    def handle(self, *args: Any, **options: Any) -> None:
        delivery = Delivery(overwrite=options["overwrite"], delete=options["delete"])
        for place in options["places"]:
            for number, file in enumerate(files_in(place), 1):
                delivery.file(file, file.name)
                if number % 100 == 0:
                    self.stdout.write(f"  {number} Dateien gelesen, {len(delivery.report.taken)} Leistungen übernommen …")
        self._tell(delivery.report, deleted=options["delete"])
        if delivery.report.refused:
            raise CommandError(f"{len(delivery.report.refused)} Dateien nicht oder nicht ganz gelesen.")

    def _tell(self, report: Report, *, deleted: bool) -> None:
        self.stdout.write(f"{len(report.taken)} Leistungen übernommen, {report.same} unverändert.")
        self._some([f"{key}  {title}" for key, title in report.taken])
        self._list(
            "Eigene Fassung behalten", [f"{key} [{language}] {BY_KEY[name].label}" for key, language, name in report.kept]
        )
        self._list(
            "Vom Absender gelöscht" + ("" if deleted else " (unsere Texte bleiben; --delete entfernt sie)"), report.deleted
        )
        self._list("Nicht übernommen", report.skipped)
        self._list("Gelesen, aber keine Texte einer Leistung", [f"{kind}: {n}" for kind, n in report.others.most_common()])
        self._list(
            "Unbekannte Elemente, mit der Leistung aufbewahrt", [f"{place}: {n}" for place, n in report.unknown.most_common()]
        )
        for file, reason in report.refused:
            self.stderr.write(f"✗ {file}: {reason}")

    def _list(self, title: str, lines: list[str]) -> None:
        if lines:
            self.stdout.write(f"{title}: {len(lines)}")
            self._some(lines)

    def _some(self, lines: list[str]) -> None:
        for line in lines[:SHOWN]:
            self.stdout.write(f"  {line}")
        if len(lines) > SHOWN:
            self.stdout.write(f"  … und {len(lines) - SHOWN} weitere")
