"""`manage.py events`: the table of who reacts to what."""

from typing import Any

from django.core.management.base import BaseCommand

from stadtkern.kernel.events import queue


class Command(BaseCommand):
    help = "Zeigt, wer auf welches Ereignis reagiert."

    def handle(self, *args: Any, **options: Any) -> None:
        table = {**dict(sorted(queue.REACTIONS.items())), "* (solange ein Webhook aktiv ist)": queue.EVERY}
        width = max(map(len, table))
        for name, reactions in table.items():
            for number, reaction in enumerate(reactions):
                self.stdout.write(f"{name if number == 0 else '':<{width}}  {_place(queue.name_of(reaction))}")


def _place(name: str) -> str:
    return name.removeprefix("stadtkern.").removeprefix("kernel.")
