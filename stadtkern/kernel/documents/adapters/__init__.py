"""The plug to a virus scanner."""

from typing import Protocol


class ScannerUnavailable(Exception):
    """The scanner does not answer now; the file waits and is looked at again."""


class Scanner(Protocol):
    """What a module in this folder offers."""

    def scan(self, data: bytes) -> str | None:
        """Name of the malware found, or None. Raises ScannerUnavailable; never passes a file it could not look at."""
        ...
