"""Take over one register from a file: `manage.py import_register vehicles fahrzeuge.csv --dry-run`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.registers.actions import take_over
from stadtkern.kernel.registers.actions.taking import TABLES
from stadtkern.kernel.registers.intake.files import Unreadable, rows

SHOWN = 100  # refused lines told one by one


class Command(BaseCommand):
    help = "Eintragungen eines Registers aus CSV oder JSON-Zeilen übernehmen; zweimal dasselbe ändert nichts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("register", choices=sorted(TABLES))
        parser.add_argument("file", type=Path, help=".csv (Komma, Semikolon oder Tabulator) oder .jsonl")
        parser.add_argument("--dry-run", action="store_true", help="nur prüfen und zählen, nichts ändern")
        parser.add_argument("--encoding", default="", help="Zeichenkodierung, wenn es nicht UTF-8 ist: cp1252")

    def handle(self, *args: Any, **options: Any) -> None:
        self.refused = 0
        try:
            told = rows(options["file"], options["encoding"])
            counts = take_over(options["register"], told, SYSTEM, self.refuse, dry=options["dry_run"])
        except Unreadable as problem:
            raise CommandError(f"{problem} Es wurde nichts geändert.") from problem
        if self.refused > SHOWN:
            self.stderr.write(f"… und {self.refused - SHOWN} weitere Zeilen.")
        done = "Probelauf, nichts geändert" if options["dry_run"] else "Übernommen"
        self.stdout.write(
            f"{done}: {counts.new} neu, {counts.changed} geändert, {counts.unchanged} unverändert, {counts.refused} abgelehnt."
        )
        if counts.refused:
            raise CommandError(f"{counts.refused} Zeilen abgelehnt; die anderen gelten.", returncode=3)

    def refuse(self, line: int, problem: str) -> None:
        self.refused += 1
        if self.refused <= SHOWN:
            self.stderr.write(f"Zeile {line}: {problem}")
