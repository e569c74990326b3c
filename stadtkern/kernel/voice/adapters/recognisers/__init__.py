"""Speech to text. The sound comes as a file's bytes, is decoded only here, and is gone when `hear` returns."""

from collections.abc import Sequence
from typing import Protocol

from .. import module

LONGEST = 30  # seconds that are listened to


class Recogniser(Protocol):
    """What an adapter offers, as functions of its module."""

    SERVER: bool  # recognises on this machine; else only the browser can
    BROWSER: bool  # the page may use the browser's own recognition, on the device only

    def problem(self) -> str:
        """Why it does not work here; empty where it does. Costs nothing."""

    def hear(self, sound: bytes, words: Sequence[str]) -> str:
        """The words spoken; `words` are likely ones. Raises NotConnected, Unheard."""


class Unheard(Exception):
    """Nothing could be made of it; the message is German."""


def recogniser() -> Recogniser:
    """The one this city has chosen."""
    return module("recogniser")
