"""`manage.py ticket_keys list|rotate|export|revoke NUMBER`: the keys with which tickets are signed."""

import hashlib
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stadtkern.domains.mobility.tickets import keys
from stadtkern.domains.mobility.tickets.products import tariff


class Command(BaseCommand):
    help = "Zeigt die Schlüssel für Fahrscheine, fügt einen hinzu, gibt die öffentlichen heraus, zieht einen zurück."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["list", "rotate", "export", "revoke"])
        parser.add_argument("number", nargs="?", type=int, help="with revoke: which key")

    def handle(self, *args: Any, act: str, number: int | None, **options: Any) -> None:
        try:
            self._act(act, number)
        except (keys.NoKeys, ValueError) as problem:
            raise CommandError(str(problem)) from problem

    def _act(self, act: str, number: int | None) -> None:
        if act == "rotate":
            new = keys.rotate()
            told = f"Ab jetzt unterschreibt Schlüssel {new}. Ältere gelten, solange ihre Datei hier liegt: {keys.folder()}"
            self.stdout.write(told)
        elif act == "export":
            self.stdout.write(json.dumps(keys.public_list(tariff().issuer), indent=2))
        elif act == "revoke":
            if number is None:
                raise CommandError("Welcher? Zum Beispiel: manage.py ticket_keys revoke 3")
            signs = keys.revoke(number)
            self.stdout.write(
                f"Schlüssel {number} ist zurückgezogen, {signs} unterschreibt. Handys holen ihre Fahrscheine beim nächsten "
                "Öffnen mit Netz neu, Prüfgeräte beim nächsten Laden der Listen; Gedrucktes muss neu gedruckt werden."
            )
        else:
            for place, one in enumerate(keys.ring()):
                mark = hashlib.sha256(one.point).hexdigest()[:16]
                self.stdout.write(f"{one.number:04}  {mark}  {'unterschreibt' if place == 0 else 'gilt noch'}")
            for gone in keys.revoked():
                self.stdout.write(f"{gone:04}  {'':16}  zurückgezogen")
