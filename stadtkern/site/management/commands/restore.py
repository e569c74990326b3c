"""Restore an archive of data; the keys of today are used unless others are named, and every erasure since is done again."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from stadtkern.kernel.privacy import erasure, keys
from stadtkern.site import archive


class Command(BaseCommand):
    help = "Replace the database by an archive. Stop the platform and its workers first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("data", type=Path, help="data-….skb")
        parser.add_argument("--keys", type=Path, help="keys-….skb; without it the keys of the present database are kept")
        parser.add_argument("--journal", type=Path, nargs="*", default=[], help="copies of the journal of erasures")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, data: Path, journal: list[Path], yes: bool, **options: Any) -> None:
        name = connection.settings_dict["NAME"]
        if not yes and input(f"Everything in database {name} is replaced. Type its name: ") != name:
            raise CommandError("Nothing was changed.")
        try:
            with tempfile.TemporaryDirectory() as folder:
                restored = options["keys"] or _keys_of_today(Path(folder))
                archive.check(data)
                archive.check(restored)
                _empty()
                archive.load(data)
                archive.load(restored, "--data-only")
        except (archive.BrokenArchive, OSError) as error:
            raise CommandError(str(error)) from error
        keys.forget()
        done = erasure.replay(journal)
        self.stdout.write(f"{data.name} restored; {done} erasures of the journal done again")


def _keys_of_today(folder: Path) -> Path:
    if archive.KEYS not in connection.introspection.table_names():
        raise CommandError("This database holds no keys: name an archive of keys with --keys.")
    archive.dump(folder / "keys.skb", archive.ONLY_KEYS)
    return folder / "keys.skb"


def _empty() -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
