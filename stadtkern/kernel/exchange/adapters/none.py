"""No delivery service: what belongs elsewhere waits, and says so."""

from . import Connection, NotConnected


def connect() -> Connection:
    """Always NotConnected."""
    raise NotConnected("Diese Stadt ist nicht mit FIT-Connect verbunden.")


def callback_secret() -> str:
    """Nobody may call."""
    return ""


def state() -> str:
    """What is missing."""
    return "Diese Stadt ist nicht mit FIT-Connect verbunden. Was anderswo entschieden wird, wartet."


def heartbeat() -> None:
    """Nothing to do."""
