"""No voice of our own: the operator's telephone system reads the text."""

from .. import NotConnected


def problem() -> str:
    """Always the same."""
    return "Eine Sprachausgabe ist nicht verbunden."


def say(text: str) -> bytes:
    """Never."""
    raise NotConnected(problem())
