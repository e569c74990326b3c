"""Text to speech, for the telephone; pages let the device speak."""

from typing import Protocol

from .. import module

MOST = 1500  # letters


class Speech(Protocol):
    """What an adapter offers, as functions of its module."""

    def problem(self) -> str:
        """Why it does not work here; empty where it does."""

    def say(self, text: str) -> bytes:
        """A WAV file. Raises NotConnected."""


def speech() -> Speech:
    """The one this city has chosen."""
    return module("speech")
