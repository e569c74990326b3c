"""`manage.py export_xzufi > FILE`: this city's services, entries and offices as one message in XZuFi 2.2."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stadtkern.kernel.services.modules import outgoing


class Command(BaseCommand):
    help = "Write services, texts of the directory and offices of this city in XZuFi 2.2."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--key", default="", help="only this service, entry of the directory, or “stellen” (offices)")
        parser.add_argument("--folder", type=Path, help="one file each and index.txt, as collectors read it")
        parser.add_argument(
            "--portal", action="store_true", help="as the federal portal collects it: only what is ours, in German and English"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["folder"]:
            self._folder(options["folder"], portal=options["portal"])
            return
        packets = self._packets(options["key"], portal=options["portal"])
        operations = (operation for packet in packets for operation in packet.operations)
        self.stdout.write(outgoing.message(operations, portal=options["portal"]).decode())

    def _packets(self, key: str, *, portal: bool) -> list[outgoing.Packet]:
        if not key:
            return list(outgoing.packets(portal=portal))
        found = outgoing.find(key, portal=portal) or outgoing.find(f"leistung-{key}", portal=portal)
        if found is None:
            raise CommandError(f"Für „{key}“ gibt es weder eine Leistung noch Texte im Verzeichnis.")
        return [found]

    def _folder(self, folder: Path, *, portal: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        names = []
        for packet in outgoing.packets(portal=portal):
            (folder / f"{packet.name}.xml").write_bytes(outgoing.message(packet.operations, portal=portal))
            names.append(f"{packet.name}.xml")
        (folder / "index.txt").write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        self.stdout.write(f"{len(names)} Dateien und index.txt in {folder}")
