"""The answers of an application as nested JSON by the schema of its form, and back into flat answers without loss.

Numbers are numbers (money in euros, decimals with every digit that was given), yes and no are true and false, dates are
ISO, times carry seconds, a file is the id of its attachment, a choice group holds the chosen child alone.
"""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from stadtkern.lib.forms.export.tree import Keys, hideable, name_of, whole
from stadtkern.lib.forms.model import MOST_REPEATS, Answers, Element, Field, Form, Group, Kind, Value
from stadtkern.lib.forms.text import storable
from stadtkern.lib.forms.walk import Census

MOST_MISTAKES = 50
_DECIMAL = re.compile(r"-?\d{1,18}(?:\.\d{1,9})?")
_CLOCK = re.compile(r"(?:\d{4}-\d{2}-\d{2}T)?\d{2}:\d{2}")
_MOST_DIGITS = 40  # of a number from outside: what is longer stays a text, and the check refuses it


class NotThisForm(ValueError):
    """Data that do not belong to the form; `mistakes` = (path, what is wrong) in German, for the person who sends them."""

    def __init__(self, mistakes: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path or '/'}: {text}" for path, text in mistakes[:5]))
        self.mistakes = tuple(mistakes)


def to_data(form: Form, answers: Mapping[str, Any], keys: Keys = Keys.ID) -> dict[str, Any]:
    """The nested data of answers that were cleaned (`shape.clean`); numbers with a point are Decimal, see `dumps`."""
    return _Writer(form, answers, keys).write(whole(form), "", "")


def from_data(form: Form, data: object) -> Answers:
    """The flat answers of nested data, in either style of keys; NotThisForm where it is other data than the form asks for.

    Values are taken over as they are: whether they are right, `check.problems` says.
    """
    reader = _Reader()
    reader.read(whole(form), data, "")
    if reader.mistakes:
        raise NotThisForm(reader.mistakes)
    return reader.answers


def dumps(data: object) -> str:
    """JSON text; a Decimal is written as a number with all its digits."""
    if isinstance(data, dict):
        return (
            "{" + ", ".join(f"{json.dumps(str(key), ensure_ascii=False)}: {dumps(value)}" for key, value in data.items()) + "}"
        )
    if isinstance(data, list | tuple):
        return "[" + ", ".join(map(dumps, data)) + "]"
    if isinstance(data, Decimal):
        return format(data, "f")
    return json.dumps(data, ensure_ascii=False, allow_nan=False)


def loads(text: str | bytes) -> Any:
    """JSON from outside; numbers with a point as Decimal. NotThisForm for anything that is no JSON."""
    try:
        return json.loads(text, parse_float=Decimal, parse_int=_integer, parse_constant=_no_number)
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise NotThisForm([("", "Das ist kein lesbares JSON.")]) from error


def _integer(text: str) -> int | Decimal:
    return Decimal(text) if len(text) > _MOST_DIGITS or text == "-0" else int(text)


def _no_number(text: str) -> None:
    raise ValueError(text)


class _Writer:
    def __init__(self, form: Form, answers: Mapping[str, Any], keys: Keys) -> None:
        self.answers = {path: value for path, value in answers.items() if value is not None and value != ""}
        self.census = Census(self.answers)
        self.hidden = hideable(form)
        self.keys = keys

    def write(self, children: tuple[Element, ...], prefix: str, plain: str) -> dict[str, Any]:
        """`prefix` with indexes, `plain` without."""
        found: dict[str, Any] = {}
        for child in children:
            path, place = f"{prefix}{child.key}", f"{plain}{child.key}"
            if child.maximum == 1:
                value = self.one(child, path, place)
            else:
                indexes = sorted(self.census.indexes.get(path, ()))
                items = [self.one(child, f"{path}[{index}]", place) for index in indexes]
                value = [item for item in items if item is not None] or None
            if value is not None:
                found[name_of(child, self.keys)] = value
        return found

    def one(self, element: Element, path: str, place: str) -> Any:
        if isinstance(element, Field):
            value = self.answers.get(path)
            return None if value is None or element.kind is Kind.LABEL else _WRITTEN.get(element.kind, _as_is)(value)
        always = element.minimum > 0 and element.maximum == 1 and place not in self.hidden and not element.choice
        if path not in self.census.present and not always:
            return None
        children = element.children
        if element.choice:
            chosen = self.answers.get(path)
            children = tuple(child for child in children if child.key == chosen) or children
        inside = self.write(children, f"{path}/", f"{place}/")
        if element.choice and not inside and len(children) == 1 and isinstance(children[0], Group):
            inside = {name_of(children[0], self.keys): {}}
        return inside


def _as_is(value: Any) -> Any:
    return value


def _written_money(value: Any) -> Any:
    return Decimal(value).scaleb(-2) if isinstance(value, int) and not isinstance(value, bool) else value


def _written_decimal(value: Any) -> Any:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return value


def _written_time(value: Any) -> Any:
    return f"{value}:00" if isinstance(value, str) and _CLOCK.fullmatch(value) else value


_WRITTEN: dict[Kind, Callable[[Any], Any]] = {
    Kind.MONEY: _written_money, Kind.DECIMAL: _written_decimal, Kind.TIME: _written_time, Kind.DATETIME: _written_time,
}  # fmt: skip


class _Reader:
    def __init__(self) -> None:
        self.answers: Answers = {}
        self.mistakes: list[tuple[str, str]] = []

    def wrong(self, path: str, text: str) -> None:
        if len(self.mistakes) < MOST_MISTAKES:
            self.mistakes.append((path, text))

    def read(self, children: tuple[Element, ...], data: object, prefix: str) -> list[Element]:
        """Everything below; returns the elements that were there."""
        if not isinstance(data, Mapping):
            self.wrong(prefix.rstrip("/"), "Hier wird ein Objekt mit Angaben erwartet.")
            return []
        names = {name_of(child, keys): child for keys in Keys for child in children}
        there = []
        for name, value in data.items():
            child = names.get(name)
            if child is None or (isinstance(child, Field) and child.kind is Kind.LABEL):
                self.wrong(f"{prefix}{str(name)[:100]}", "Diese Angabe kennt das Formular nicht.")
            elif value is not None:
                there.append(child)
                self.element(child, value, f"{prefix}{child.key}")
        return there

    def element(self, child: Element, value: object, path: str) -> None:
        if child.maximum == 1:
            self.one(child, value, path)
        elif not isinstance(value, list):
            self.wrong(path, "Hier wird eine Liste erwartet.")
        elif len(value) > MOST_REPEATS:
            self.wrong(path, f"Hier stehen mehr als {MOST_REPEATS} Einträge.")
        else:
            for index, item in enumerate(value):
                self.one(child, item, f"{path}[{index}]")

    def one(self, element: Element, value: object, path: str) -> None:
        if isinstance(element, Group):
            before = len(self.answers)
            there = self.read(element.children, value, f"{path}/")
            if element.choice:
                if len(there) == 1:
                    self.answers[path] = there[0].key
                elif there:
                    self.wrong(path, "Hier ist nur eine der Angaben möglich.")
            elif before == len(self.answers) and (element.minimum == 0 or element.maximum != 1):
                self.answers[path] = True
        elif isinstance(value, Mapping | list):
            self.wrong(path, "Hier wird ein einzelner Wert erwartet.")
        elif (read := value_from(element, value)) is not None:
            self.answers[path] = read


def value_from(field: Field, value: object) -> Value:
    """One value of JSON as the field keeps it; what does not fit stays a text, and the check says what is wrong with it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return _number_from(field.kind, value)
    text = storable(str(value))
    if field.kind in (Kind.TIME, Kind.DATETIME) and text.endswith(":00") and _CLOCK.fullmatch(text[:-3]):
        return text[:-3]
    return text or None


def _number_from(kind: Kind, value: int | float | Decimal) -> Value:
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not exact.is_finite() or abs(exact.adjusted()) > _MOST_DIGITS or len(exact.as_tuple().digits) > _MOST_DIGITS:
        return str(exact)[:100]
    if kind is Kind.MONEY:
        cents = exact.scaleb(2)
        return int(cents) if cents == cents.to_integral_value() else format(exact, "f")
    if kind is Kind.DECIMAL:
        return format(exact, "f")
    return int(exact) if exact == exact.to_integral_value() else format(exact, "f")
