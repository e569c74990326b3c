"""What counts while the rules are applied: answers, which of them are cleared, what is hidden and what is set."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from stadtkern.lib.forms.census import INDEX, LONGEST, Census
from stadtkern.lib.forms.census import plain as plain_path
from stadtkern.lib.forms.model import MOST_REPEATS, Group, Value

if TYPE_CHECKING:
    from stadtkern.lib.forms.rules.places import Place
    from stadtkern.lib.forms.rules.program import Program

Context = tuple[str, ...]


class Facts:
    """The answers the rules speak of, looked up by concrete path; only `evaluate` changes them."""

    def __init__(self, program: "Program", answers: Mapping[str, Any], today: date) -> None:
        self.program = program
        self.answers = answers
        self.today = today
        self.values: dict[str, Any] = {}  # what counts now
        self.base: dict[str, Any] = {}  # what was answered
        self.loose: dict[str, list[str]] = {}  # path without indexes -> concrete paths
        self.under: dict[str, list[str]] = {}  # target or group -> concrete paths of answers at or below
        self.dead: Counter[str] = Counter()
        self.hidden: set[str] = set()
        self.set: dict[str, Value] = {}
        self._contexts: dict[str, list[Context]] = {}
        for path, value in answers.items():
            if value is not None and value != "" and isinstance(value, str | int | float):
                self._enter(path, value)

    def _enter(self, path: str, value: Any) -> None:
        covers = self.program.covers.get(path)
        if covers is not None:  # nothing repeats here
            self.values[path] = self.base[path] = value
            for cover in covers:
                self.under.setdefault(cover, []).append(path)
        elif "[" in path and len(path) <= LONGEST:
            bare = plain_path(path)
            known = self.program.repeated.get(bare)
            if known and tuple([part[-1:] == "]" for part in path.split("/")]) == known.repeats:
                self.base[path] = self.values[path] = value
                self.register(path, bare)

    def register(self, path: str, bare: str) -> None:
        """Remember a concrete path below all that covers it."""
        self.loose.setdefault(bare, []).append(path)
        parts = path.split("/")
        under = self.under
        for level, static in self.program.repeated[bare].covers:
            head = "/".join(parts[:level])
            under.setdefault(head, []).append(path)
            if head != static:
                under.setdefault(static, []).append(path)
                if head[-1] == "]" and (container := head.rpartition("[")[0]) != static:
                    under.setdefault(container, []).append(path)

    @cached_property
    def census(self) -> Census:
        """Instances and groups there are according to the paths."""
        return Census(self.answers)

    def has_content(self, path: str) -> bool:
        """Whether anything that counts was answered at or below."""
        values = self.values
        return path in values or any(at in values for at in self.under.get(path, ()))

    def count(self, container: str) -> int:
        """How many instances of a repeatable element have an answer."""
        start = len(container)
        found = set()
        for path in self.under.get(container, ()):
            if path in self.values and (index := INDEX.match(path, start)):
                found.add(index.group(1))
        return len(found)

    def contexts(self, place: "Place") -> Iterable[Context]:
        """The target in every instance there is of what repeats above it; without index of its own."""
        if not any(place.repeats[:-1]):
            return self.program.fixed[place.path]
        above = place.path.rpartition("/")[0]
        found = self._contexts.get(above)
        if found is None:
            found = self._contexts[above] = self._instances(place, len(place.segments) - 1)
        key = place.segments[-1]
        return [(*context, f"{context[-1]}/{key}") for context in found]

    def _instances(self, place: "Place", levels: int) -> list[Context]:
        found: list[Context] = [()]
        for level in range(levels):
            grown: list[Context] = []
            for context in found:
                path = f"{context[-1]}/{place.segments[level]}" if context else place.segments[level]
                if place.repeats[level]:
                    grown.extend((*context, one) for one in self.instances(place, level, path))
                else:
                    grown.append((*context, path))
            found = grown
        return found

    def instances(self, place: "Place", level: int, path: str) -> list[str]:
        """The instances of a repeatable element, the first also where it has not been added yet."""
        least = min(max(place.chain[level].minimum, 1), MOST_REPEATS)
        wanted = self.census.indexes.get(path, set()) | set(range(least))
        return [f"{path}[{index}]" for index in sorted(wanted)[:MOST_REPEATS]]

    def exists(self, place: "Place", context: Context, levels: int, start: int = 0) -> bool:
        """Whether the groups above are there: added where optional, chosen where one has to choose."""
        for level in range(start, levels):
            element, path = place.chain[level], context[level]
            if path.endswith("]"):
                index = int(path.rpartition("[")[2][:-1])
                if index >= element.minimum and index not in self.census.indexes.get(path.rpartition("[")[0], ()):
                    return False
            elif element.minimum == 0 and path not in self.census.present:
                return False
            above = place.chain[level - 1] if level else None
            if isinstance(above, Group) and above.choice and self.chosen(above, context[level - 1]) != element.key:
                return False
        return True

    def chosen(self, group: Group, path: str) -> str | None:
        """The child of a choice group that is filled in, by what was answered."""
        said = self.answers.get(path)
        keys = [child.key for child in group.children]
        if isinstance(said, str) and said in keys:
            return said
        return next((key for key in keys if f"{path}/{key}" in self.census.present), None)

    def is_hidden(self, context: Context) -> bool:
        """Whether the target or something above it is hidden."""
        hidden = self.hidden
        return bool(hidden) and any(
            path in hidden or (path.endswith("]") and path.rpartition("[")[0] in hidden) for path in context
        )

    def hide(self, container: str) -> bool:
        """Hide it and clear what was answered there; whether that is news."""
        if container in self.hidden:
            return False
        self.hidden.add(container)
        for path in self.under.get(container, ()):
            self.dead[path] += 1
            self.values.pop(path, None)
        return True

    def show(self, container: str) -> bool:
        """Take back a hiding; whether that is news."""
        if container not in self.hidden:
            return False
        self.hidden.discard(container)
        for path in self.under.get(container, ()):
            self.dead[path] -= 1
            value = self.set.get(path, self.base.get(path))
            if not self.dead[path] and value is not None:
                self.values[path] = value
        return True

    def put(self, path: str, value: Value) -> bool:
        """Set a value; whether that is news."""
        if path in self.set and self.set[path] == value and type(self.set[path]) is type(value):
            return False
        self.set[path] = value
        if path not in self.base:
            self.carry(path, None)
        self.values[path] = value
        return True

    def carry(self, path: str, value: Value) -> None:
        """Take in a value nobody typed."""
        self.base[path] = value
        if value is not None:
            self.values[path] = value
        covers = self.program.covers.get(path)
        if covers is None:
            self.register(path, plain_path(path))
            return
        for cover in covers:
            self.under.setdefault(cover, []).append(path)

    def unset(self, path: str) -> bool:
        """Take a set value back; whether that is news."""
        if path not in self.set:
            return False
        del self.set[path]
        if self.base[path] is None:
            self.values.pop(path, None)
        elif not self.dead[path]:
            self.values[path] = self.base[path]
        return True
