"""`manage.py import_fim FILE…`: federal form schemas (XDatenfelder 3 or 2) become services of this city, unchanged."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.city.profile import city as this_city
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.adapters import FimPortal, NotInPortal, PortalUnavailable
from stadtkern.kernel.services.fim import Imported, import_schema
from stadtkern.kernel.services.fim_sources import PortalLists, Shelf, Source, of_address, of_path, of_portal
from stadtkern.lib.forms.xml import SchemaError

MOST_TOLD = 10  # changes and open rules of one schema on the screen; all of them are on the page of the service


class Command(BaseCommand):
    help = "Turn XDatenfelder files (.xml, .xml.gz; folders; https addresses; the FIM portal) into services of a city."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", help="file, folder or https address")
        parser.add_argument("--portal", nargs="+", default=[], metavar="ID[:VERSION]", help="schemas of the FIM portal")
        parser.add_argument("--search", default="", metavar="WORDS", help="only list the released schemas the portal finds")
        parser.add_argument("--office", default="buergeramt", help="key of the office that decides")
        parser.add_argument("--key", default="", help="name of the folder; by default fim_ and the title (one schema only)")
        parser.add_argument("--city", default="", help="folder below cities/; by default the city of this installation")
        parser.add_argument("--trust", default="basic", choices=[name.lower() for name in Trust.names])
        parser.add_argument("--codelists", type=Path, help="folder with code lists in genericode, copied where they are named")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["search"]:
            return self._search(options["search"])
        city = settings.ROOT / "cities" / options["city"] if options["city"] else settings.CITY_FOLDER
        if not (city / "city.toml").is_file():
            raise CommandError(f"{city} ist kein Ordner einer Stadt: city.toml fehlt.")
        sources = self._sources(options)
        if not sources:
            raise CommandError("Bitte nennen Sie Dateien, Ordner, Adressen oder mit --portal Schemata des FIM-Portals.")
        if options["key"] and len(sources) > 1:
            raise CommandError("--key gilt für eine einzelne Datei.")
        refused = 0
        for number, source in enumerate(sources, 1):
            try:
                done = import_schema(
                    source.read(),
                    city / "services",
                    office=options["office"],
                    key=options["key"],
                    trust=options["trust"],
                    find_lists=source.find_lists,
                    origin=source.origin,
                )
            except (SchemaError, NotInPortal, PortalUnavailable, OSError) as error:
                refused += 1
                self.stderr.write(f"✗ {source.name}{_counted(number, sources)}: {error}")
            except Exception as error:  # one bad file does not stop the folder
                refused += 1
                self.stderr.write(
                    f"✗ {source.name}{_counted(number, sources)}: unerwarteter Fehler ({type(error).__name__}: {error})"
                )
            else:
                self._tell(done, _counted(number, sources), own=city == settings.CITY_FOLDER)
        if refused:
            raise CommandError(f"{refused} von {len(sources)} Dateien nicht übernommen.")
        return None

    def _sources(self, options: dict[str, Any]) -> list[Source]:
        given = [str(each) for each in options["files"]]
        paths = [Path(each) for each in given if "://" not in each]
        named = [options["codelists"]] if options["codelists"] else []
        shelf = Shelf([*named, *(path for path in paths if path.is_dir())], self._warn)
        sources = [source for path in paths for source in of_path(path, shelf)]
        sources += [of_address(each, shelf) for each in given if "://" in each]
        if options["portal"]:
            portal = self._portal()
            lists = PortalLists(portal, self._warn)
            sources += [of_portal(portal, lists, each, shelf) for each in options["portal"]]
        return sources

    def _portal(self) -> FimPortal:
        """The plug of this city; `[services] adapter = "fim_portal"` in city.toml is the real one."""
        portal: FimPortal = this_city().adapter("services").portal()
        return portal

    def _search(self, words: str) -> None:
        try:
            for number, record in enumerate(self._portal().search(words), 1):
                self.stdout.write(f"{record.id}:{record.version}  XDatenfelder {record.standard}  {record.title}")
                if number == 1:
                    self.stdout.flush()
        except (PortalUnavailable, NotInPortal, SchemaError) as error:
            raise CommandError(str(error)) from error

    def _warn(self, text: str) -> None:
        self.stderr.write(f"  {text}")

    def _tell(self, done: Imported, counted: str, *, own: bool) -> None:
        verb = "erneuert" if done.renewed else "angelegt"
        self.stdout.write(f"✓ {done.title} ({done.info.id} {done.info.version}): {verb} in {done.folder}{counted}")
        told = "alle verstanden" if not done.open_rules else f"{len(done.open_rules)} nicht verstanden"
        rules = f"{done.rules} Regeln, {told}" if done.rules else "keine Regeln"
        self.stdout.write(f"  {done.steps} Schritte, {done.questions} Fragen, {rules}")
        lines = [f"Offene Regel {each}" for each in done.open_rules[:MOST_TOLD]]
        lines += [f"Geändert: {each}" for each in done.changes[:MOST_TOLD]]
        lines += [f"… und {rest} weitere Änderungen"] if (rest := len(done.changes) - MOST_TOLD) > 0 else []
        lines += [f"Codeliste fehlt, bis dahin freie Eingabe: {uri}" for uri in done.missing_code_lists]
        for line in (*lines, *done.warnings):
            self.stdout.write(f"  {line}")
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


def _counted(number: int, sources: list[Source]) -> str:
    return f" [{number}/{len(sources)}]" if len(sources) > 1 else ""
