"""Take in bank statements: files named on the command line, or everything the feed of the city has."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.payments import actions, feeds


class Command(BaseCommand):
    help = "Take in bank statements (camt.053, XML or ZIP); without FILE whatever the feed in city.toml has."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        taken, problems = ([], []) if files else feeds.take_all(SYSTEM)
        for file in files:
            try:
                taken.append(actions.take_in(file.name, file.read_bytes(), actor_key=SYSTEM, way="command"))
            except (actions.Refused, OSError) as problem:
                problems.append(f"{file.name}: {problem}")
        for one in taken:
            self.stdout.write(f"{one.file.name}: {one.lines} lines, {one.assigned} assigned, {one.asked} to look at")
        if problems:
            raise CommandError("\n".join(problems))
