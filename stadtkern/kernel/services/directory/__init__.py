"""The directory: every administrative service Germany knows by name and key, found, explained and led to the right office."""

from .books import bundles, entries, fields, situations
from .entry import Entry, Field, Situation

__all__ = ["Entry", "Field", "Situation", "UnknownEntry", "bundles", "entries", "fields", "find", "situations"]


class UnknownEntry(KeyError):
    """There is no entry with this key."""


def find(key: str) -> Entry:
    """The entry with this key (LeiKa key, OZG id, or `<OZG id>-<nn>`); raises UnknownEntry."""
    entry = entries().get(key)
    if entry is None:
        raise UnknownEntry(key)
    return entry
