"""A file that could not be scanned is looked at again until the scanner answers."""

from stadtkern.kernel.events.models import Event

from . import actions


def scan_again(event: Event) -> None:
    """Raises while the scanner is away; the queue tries again, for ever, and shows that it waits."""
    actions.check_again(event.data["upload"])


REACTIONS = {"upload.waiting": [scan_again]}
