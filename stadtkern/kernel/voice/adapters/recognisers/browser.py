"""The browser's own recognition, on the device only; the server hears nothing."""

from collections.abc import Sequence

from .. import NotConnected

SERVER, BROWSER = False, True


def problem() -> str:
    """For files and calls there is nothing here."""
    return "Aufnahmen können wir hier nicht anhören. Bitte schreiben Sie Ihren Wunsch."


def hear(sound: bytes, words: Sequence[str]) -> str:
    """Never: sound does not come to us."""
    raise NotConnected(problem())
