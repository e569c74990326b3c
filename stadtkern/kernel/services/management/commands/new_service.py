"""`make new-service NAME=hund_anmelden`: a service folder that passes the tests and is online after the next click."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.folders import general_template, roots
from stadtkern.kernel.services.scaffold import write_service
from stadtkern.kernel.services.service import key_error


class Command(BaseCommand):
    help = "Write the folder of a new service."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", nargs="?", default="", help="German, small letters: hund_anmelden")
        parser.add_argument("--domain", default="administration", help="department; empty = the city's own folder")
        parser.add_argument("--title", default="")
        parser.add_argument("--office", default="buergeramt", help="key of the office that decides")

    def handle(self, *args: Any, **options: Any) -> None:
        key, places = options["key"], dict(roots())
        if reason := key_error(key):
            raise CommandError(f"Bitte einen Namen angeben, zum Beispiel hund_anmelden ({reason}).")
        if options["domain"] not in places:
            known = ", ".join(name for name in places if name)
            raise CommandError(f"Den Fachbereich „{options['domain']}“ hat die Stadt nicht eingeschaltet (es gibt: {known}).")
        if any((root / key).exists() for root in places.values()):
            raise CommandError(f"Eine Leistung „{key}“ gibt es schon.")
        folder = places[options["domain"]] / key
        title = options["title"] or key.replace("_", " ").capitalize()
        write_service(folder, title, options["office"], general_template())
        try:
            catalogue.find(key)
        except catalogue.UnknownService as error:
            raise CommandError("\n".join(catalogue.broken().get(key, ["nicht im Katalog"]))) from error
        self.stdout.write(f"Angelegt: {folder}\nÖffnen: {settings.BASE_URL.rstrip('/')}/leistungen/{key}/")
