"""No recognition: wishes are typed."""

from collections.abc import Sequence

from .. import NotConnected

SERVER = BROWSER = False


def problem() -> str:
    """Always the same."""
    return "Spracherkennung ist hier nicht verbunden. Bitte schreiben Sie Ihren Wunsch."


def hear(sound: bytes, words: Sequence[str]) -> str:
    """Never."""
    raise NotConnected(problem())
