"""`manage.py anchor_log`: sign the end of the access log now; after a restored backup with `--restored "why"`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stadtkern.kernel.privacy.actions import anchor, take_back_from_file
from stadtkern.kernel.privacy.anchors import folder


class Command(BaseCommand):
    help = "Setzt einen Anker: unterschreibt das Ende des Zugriffsprotokolls in Datenbank und Datei."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--restored", metavar="GRUND", help="eine Sicherung wurde eingespielt: warum und von wann")

    def handle(self, *args: Any, **options: Any) -> None:
        why = options["restored"]
        if why is not None and len(why.strip()) < 10:
            raise CommandError("Bitte sagen Sie, warum und welche Sicherung eingespielt wurde.")
        if why:
            taken = take_back_from_file()
            self.stdout.write(f"{taken} Anker aus der Datei in die Datenbank übernommen.")
        row = anchor(why or "")
        self.stdout.write(f"Anker an Stelle {row.seq}: {bytes(row.hash).hex()}\nDatei: {folder()}")
