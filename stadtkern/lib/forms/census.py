"""Which instances and groups the paths of answers speak of."""

import re
from collections.abc import Iterable

LONGEST = 1_000  # characters of a path; no form is that deep
INDEX = re.compile(r"\[([0-9]{1,9})\]")


class Census:
    """One pass over paths: which instances stand below each repeatable element, and which groups are there at all."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.indexes: dict[str, set[int]] = {}
        self.present: set[str] = set()
        self._known: set[str] = set()
        for path in paths:
            if len(path) <= LONGEST:
                self.present.add(path)
                self._count(path)

    def _count(self, path: str) -> None:
        """Note the element at this path and all above it; what is above is mostly known from another path."""
        while path and path not in self._known:
            self._known.add(path)
            self.present.add(path)
            if path[-1] == "]":
                container, _bracket, index = path[:-1].rpartition("[")
                if index.isdecimal() and index.isascii() and len(index) < 10:
                    self.indexes.setdefault(container, set()).add(int(index))
                self.present.add(container)
            path = path.rpartition("/")[0]


def plain(path: str) -> str:
    """The path without indexes."""
    return INDEX.sub("", path) if "[" in path else path
