"""`manage.py credential_keys list|rotate`: the keys with which the city signs proofs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stadtkern.kernel.credentials import actions, keys, metadata


class Command(BaseCommand):
    help = "Zeigt die Schlüssel für Nachweise oder fügt einen neuen hinzu."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["list", "rotate"])

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        if act == "rotate":
            key = actions.rotate()
            self.stdout.write(f"Ab jetzt unterschreibt {key.kid} ({key.file}). Ältere bleiben veröffentlicht, solange nötig.")
            return
        try:
            ring = keys.ring()
        except keys.NoKeys as problem:
            raise CommandError(str(problem)) from problem
        published = {jwk["kid"] for jwk in metadata.jwks()["keys"]}
        for number, key in enumerate(ring):
            state = "unterschreibt" if number == 0 else "veröffentlicht" if key.kid in published else "nicht mehr gebraucht"
            self.stdout.write(f"{key.kid}  seit {key.since:%d.%m.%Y %H:%M} UTC  {state}")
