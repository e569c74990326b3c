"""Back the database up: data and keys apart, both encrypted, so that an erased person is gone from old archives too."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from stadtkern.kernel.privacy.erasing import journal
from stadtkern.site import archive


class Command(BaseCommand):
    help = "Write data-….skb, keys-….skb and erasures-….jsonl into a folder; old archives there are deleted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keep-data", type=int, default=30, metavar="DAYS", help="delete older archives of data (30)")
        parser.add_argument("--keep-keys", type=int, default=7, metavar="DAYS", help="delete older archives of keys (7)")

    def handle(self, *args: Any, folder: Path, keep_data: int, keep_keys: int, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        now = timezone.now()
        stamp = now.strftime("%Y%m%dT%H%M%SZ")
        # Data first: whatever is sealed in them, its key is in the archive made afterwards, unless it was destroyed meanwhile.
        for name, what in (("data", archive.DATA), ("keys", archive.ONLY_KEYS)):
            size = archive.dump(folder / f"{name}-{stamp}.skb", what)
            self.stdout.write(f"{name}-{stamp}.skb: {size} bytes")
        if journal.place().exists():
            shutil.copyfile(journal.place(), folder / f"erasures-{stamp}.jsonl")
        for name, days in (("data", keep_data), ("keys", keep_keys)):
            for old in folder.glob(f"{name}-*.skb"):
                if old.name < f"{name}-{(now - timedelta(days=days)).strftime('%Y%m%dT%H%M%SZ')}.skb":
                    old.unlink()
                    self.stdout.write(f"{old.name} deleted")
