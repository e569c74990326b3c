"""Whether two conditions can hold at once, whether one is the opposite of the other: tried over all kinds of answers."""

from collections.abc import Callable, Mapping
from itertools import combinations, product
from typing import Any

from stadtkern.lib.forms.model import Field, Kind
from stadtkern.lib.forms.rules.model import Node
from stadtkern.lib.forms.rules.references import Index

_MOST_CASES = 4096
_OTHER = "\uffff"  # an answer that no condition names, behind all that they name
_FIRST = "\x01"  # another one, before all of them
Answer = str | int | float | bool | frozenset[Any] | None
Case = Mapping[str, Answer]


class Logic:
    """Tries conditions of one form over every kind of answer that makes a difference to them."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def cases(self, *nodes: Node) -> list[Case] | None:
        """Answers that tell the nodes apart; None when there are too many to try."""
        samples: dict[str, list[Answer]] = {}
        for node in nodes:
            self._collect(node, samples)
        domains, size = {}, 1
        for name, found in samples.items():
            place = self.index.by_path.get(name)
            domain = self._domain(name, found)
            if place is not None and isinstance(place.element, Field) and place.element.maximum != 1:
                domain = _subsets(domain)  # several answers at once
            domains[name] = domain
            size *= len(domain)
            if size > _MOST_CASES:
                return None
        return [dict(zip(domains, values, strict=True)) for values in product(*domains.values())]

    def together(self, a: Node, b: Node) -> bool | None:
        """Whether both can hold at once; None when it cannot be told."""
        if a == {"not": b} or b == {"not": a}:
            return False
        cases = self.cases(a, b)
        return None if cases is None else any(holds(a, case) and holds(b, case) for case in cases)

    def opposite(self, a: Node, b: Node) -> bool:
        """Whether exactly one of them holds as soon as everything they ask is answered, and never both."""
        if a == {"not": b} or b == {"not": a}:
            return True
        cases = self.cases(a, b)
        if cases is None:
            return False
        full = [case for case in cases if None not in case.values()]
        return not any(holds(a, case) and holds(b, case) for case in cases) and all(
            holds(a, case) != holds(b, case) for case in full
        )

    def constant(self, node: Node) -> bool | None:
        """True or False when the condition comes out the same for all answers, otherwise None."""
        if _is_plain(node):
            return None
        cases = self.cases(node)
        if not cases or len(cases) == 1:
            return None
        seen = {holds(node, case) for case in cases}
        return seen.pop() if len(seen) == 1 else None

    def _collect(self, node: Node, samples: dict[str, list[Answer]]) -> None:
        for word, below in node.items():
            if word in ("and", "or", "xor"):
                for each in below:
                    self._collect(each, samples)
            elif word == "not":
                self._collect(below, samples)
            elif word == "always":
                continue
            elif word in ("is_empty", "true"):
                samples.setdefault(_name(below), [])
            elif (pair := self._simple(node)) is not None:
                samples.setdefault(pair[0], []).extend(pair[1])
            else:
                samples.setdefault(_name(node), [])

    def _simple(self, node: Node) -> tuple[str, list[Answer]] | None:
        """The one variable of a comparison and the answers next to its bounds; None: taken as a whole."""
        (word, below), *_ = node.items()
        if word == "one_of":
            return _name(below[0]), list(below[1])
        if word == "within":
            return _name(below[0]), [end for pair in below[1] for end in pair]
        if word in ("equal", "less", "at_most"):
            variables = [each for each in below if "value" not in each]
            values = [each["value"] for each in below if "value" in each]
            if len(variables) == 1 and len(values) == 1 and "today" not in variables[0]:
                value = values[0]
                near = (
                    [value - 1, value, value + 1] if isinstance(value, int | float) and not isinstance(value, bool) else [value]
                )
                return _name(variables[0]), near
        return None

    def _domain(self, name: str, samples: list[Answer]) -> list[Answer]:
        place = self.index.by_path.get(name)
        element = place.element if place is not None else None
        if element is None and not samples:
            return [True, False]  # a comparison taken as a whole
        if isinstance(element, Field) and element.kind is Kind.YES_NO:
            return [True, False, None]
        values = _thin(list(dict.fromkeys(samples)))
        if any(isinstance(value, int | float) for value in values):
            return [*values, None]
        if isinstance(element, Field) and element.kind is Kind.CHOICE and samples:
            known = [o.code for o in element.options]
            values = [value for value in values if value in known] or values
            return [*values, *([_OTHER] if set(known) - set(values) else []), None]
        return [_FIRST, *values, _OTHER, None]


def _is_plain(node: Node) -> bool:
    """One comparison or its opposite: some answers meet it and some do not."""
    (word, below), *_ = node.items()
    return _is_plain(below) if word == "not" else word not in ("and", "or", "xor")


def _subsets(domain: list[Answer]) -> list[Answer]:
    values = [value for value in domain if value is not None]
    if len(values) > 12:
        return [*values, None]
    some = [frozenset(c) for size in range(1, min(len(values), 3) + 1) for c in combinations(values, size)]
    return [*some, None]


def _thin(values: list[Answer]) -> list[Answer]:
    """All of a short list; of a long one its ends and a few between."""
    return values if len(values) <= 24 else [*values[:12], *values[-12:]]


def _name(operand: Any) -> str:
    return str(operand["path"]) if isinstance(operand, Mapping) and "path" in operand else repr(operand)


def holds(node: Node, case: Case) -> bool:
    """Whether the condition holds for these answers."""
    (word, below), *_ = node.items()
    return _HOLDS[word](below, case, node)


def _value(operand: Any, case: Case) -> Answer:
    if isinstance(operand, Mapping) and "value" in operand:
        known: Answer = operand["value"]
        return known
    return case.get(_name(operand))


def _each(answer: Answer) -> frozenset[Any] | tuple[Any, ...]:
    if isinstance(answer, frozenset):
        return answer
    return () if answer is None else (answer,)


def _among(operand: Any, case: Case, test: Callable[[Any], bool]) -> bool:
    return any(map(test, _each(case.get(_name(operand)))))


def _two(test: Callable[[Any, Any], bool]) -> Callable[[Any, Case, Node], bool]:
    def run(below: Any, case: Case, node: Node) -> bool:
        if _name(node) in case:
            return bool(case[_name(node)])
        first, second = _each(_value(below[0], case)), _each(_value(below[1], case))
        return any(isinstance(a, str) == isinstance(b, str) and test(a, b) for a in first for b in second)

    return run


_HOLDS: dict[str, Callable[[Any, Case, Node], bool]] = {
    "always": lambda below, case, node: True,
    "not": lambda below, case, node: not holds(below, case),
    "and": lambda below, case, node: all(holds(each, case) for each in below),
    "or": lambda below, case, node: any(holds(each, case) for each in below),
    "xor": lambda below, case, node: sum(holds(each, case) for each in below) == 1,
    "is_empty": lambda below, case, node: case.get(_name(below)) is None,
    "true": lambda below, case, node: _among(below, case, lambda one: one is True),
    "one_of": lambda below, case, node: _among(below[0], case, lambda one: one in below[1]),
    "within": lambda below, case, node: _among(
        below[0], case, lambda one: any(low <= str(one) <= high for low, high in below[1])
    ),
    "equal": _two(lambda a, b: a == b),
    "less": _two(lambda a, b: a < b),
    "at_most": _two(lambda a, b: a <= b),
    "real_date": lambda below, case, node: bool(case.get(_name(node))),
}
