"""A new key of the city: the keys of people are wrapped anew, what they sealed stays as it is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from stadtkern.kernel.privacy.models import Key
from stadtkern.kernel.privacy.sealing import actions, kek


class Command(BaseCommand):
    help = "Make a new city key (HOME/keys/kek, or the one you put first into STADTKERN_KEK) and wrap all keys with it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--first", action="store_true", help="make the first key of a new installation and stop")
        parser.add_argument("--only-rewrap", action="store_true", help="the new key is already there (STADTKERN_KEK)")
        parser.add_argument("--forget-old", action="store_true", help="take old keys out of the file when nothing needs them")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["first"]:
            kek.make_first()
            self.stdout.write(f"The key of this city lies in {kek.place()}. Keep a copy in a safe, apart from the backups.")
            return
        if not options["only_rewrap"]:
            kek.add_new()
        done = 0
        while wrapped := actions.rewrap():
            done += wrapped
        self.stdout.write(f"{done} keys wrapped with {kek.names()[0]}")
        if options["forget_old"]:
            used = set(Key.objects.filter(shredded_at=None).values_list("kek", flat=True).distinct())
            for name in [name for name in kek.names()[1:] if name not in used]:
                kek.forget(name)
                self.stdout.write(f"{name} forgotten: archives of keys made before can no longer be opened")
