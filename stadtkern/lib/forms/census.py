"""Which instances and groups the paths of answers speak of."""

import re
from collections.abc import Iterable

LONGEST = 1_000  # characters of a path; no form is that deep
INDEX = re.compile(r"\[([0-9]{1,9})\]")
_STEP_MARK = re.compile(r"[/\[]")


class Census:
    """One pass over paths: which instances stand below each repeatable element, and which groups are there at all."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.indexes: dict[str, set[int]] = {}
        self.present: set[str] = set()
        for path in paths:
            if len(path) <= LONGEST:
                self._count(path)

    def _count(self, path: str) -> None:
        present = self.present
        present.add(path)
        if "[" not in path:  # nearly always: the groups above, until one is known
            head = path.rpartition("/")[0]
            while head and head not in present:
                present.add(head)
                head = head.rpartition("/")[0]
            return
        for mark in _STEP_MARK.finditer(path):
            head = path[: mark.start()]
            present.add(head)
            if mark.group() == "[":
                found = INDEX.match(path, mark.start())
                if found:
                    self.indexes.setdefault(head, set()).add(int(found.group(1)))


def plain(path: str) -> str:
    """The path without indexes."""
    return INDEX.sub("", path) if "[" in path else path
