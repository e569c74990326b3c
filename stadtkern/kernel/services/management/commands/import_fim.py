"""`manage.py import_fim FILE…`: federal form schemas (XDatenfelder 3) become services of this city, unchanged."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.fim import Imported, import_schema
from stadtkern.lib.forms.xdf3 import SchemaError


class Command(BaseCommand):
    help = "Turn XDatenfelder 3 files (.xml, .xml.gz) into services of a city."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--office", default="buergeramt", help="key of the office that decides")
        parser.add_argument("--key", default="", help="name of the folder; by default fim_ and the title (one file only)")
        parser.add_argument("--city", default="", help="folder below cities/; by default the city of this installation")
        parser.add_argument("--trust", default="basic", choices=[name.lower() for name in Trust.names])
        parser.add_argument("--codelists", type=Path, help="folder with code lists in genericode, copied where they are named")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["key"] and len(options["files"]) > 1:
            raise CommandError("--key gilt für eine einzelne Datei.")
        city = settings.ROOT / "cities" / options["city"] if options["city"] else settings.CITY_FOLDER
        if not (city / "city.toml").is_file():
            raise CommandError(f"{city} ist kein Ordner einer Stadt: city.toml fehlt.")
        refused = 0
        for file in options["files"]:
            try:
                done = import_schema(
                    file,
                    city / "services",
                    office=options["office"],
                    key=options["key"],
                    trust=options["trust"],
                    code_lists=options["codelists"],
                )
            except (SchemaError, OSError) as error:
                refused += 1
                self.stderr.write(f"✗ {file.name}: {error}")
            else:
                self._tell(done, own=city == settings.CITY_FOLDER)
        if refused:
            raise CommandError(f"{refused} von {len(options['files'])} Dateien nicht übernommen.")

    def _tell(self, done: Imported, *, own: bool) -> None:
        verb = "erneuert" if done.renewed else "angelegt"
        self.stdout.write(f"✓ {done.title} ({done.info.id} {done.info.version}): {verb} in {done.folder}")
        self.stdout.write(
            f"  {done.steps} Schritte, {done.questions} Fragen, {done.notes} Regeln stehen als Text für das Amt dabei"
        )
        for uri in done.missing_code_lists:
            self.stdout.write(f"  Codeliste fehlt, bis dahin freie Eingabe: {uri}")
        for warning in done.warnings:
            self.stdout.write(f"  {warning}")
        if own:
            self._try(done.key)

    def _try(self, key: str) -> None:
        try:
            catalogue.find(key)
        except catalogue.UnknownService:
            for sentence in catalogue.broken().get(key, ["nicht im Katalog"]):
                self.stdout.write(f"  Noch zu tun: {sentence}")
        else:
            self.stdout.write(f"  Öffnen: {settings.BASE_URL.rstrip('/')}/leistungen/{key}/")
