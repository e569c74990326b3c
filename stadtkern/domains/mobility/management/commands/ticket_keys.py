"""`manage.py ticket_keys list|rotate`: the keys with which tickets are signed."""

import hashlib
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stadtkern.domains.mobility.tickets import keys


class Command(BaseCommand):
    help = "Zeigt die Schlüssel für Fahrscheine oder fügt einen neuen hinzu."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["list", "rotate"])

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        if act == "rotate":
            number = keys.rotate()
            self.stdout.write(
                f"Ab jetzt unterschreibt Schlüssel {number}. Ältere gelten, solange ihre Datei hier liegt: {keys.folder()}"
            )
            return
        try:
            ring = keys.ring()
        except keys.NoKeys as problem:
            raise CommandError(str(problem)) from problem
        for place, one in enumerate(ring):
            mark = hashlib.sha256(one.point).hexdigest()[:16]
            self.stdout.write(f"{one.number:04}  {mark}  {'unterschreibt' if place == 0 else 'gilt noch'}")
