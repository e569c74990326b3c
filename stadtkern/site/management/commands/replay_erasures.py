"""Do every erasure of the journal again: after a backup was restored by other means than `manage.py restore`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from stadtkern.kernel.privacy import erasure


class Command(BaseCommand):
    help = "Erase again what was erased before; harmless to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("journal", type=Path, nargs="*", default=[], help="copies of the journal kept elsewhere")

    def handle(self, *args: Any, journal: list[Path], **options: Any) -> None:
        self.stdout.write(f"{erasure.replay(journal)} erasures done again")
