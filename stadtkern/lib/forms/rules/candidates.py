"""Values worth trying where rules decide: those they name, and those next to other answers."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from stadtkern.lib.forms.model import Field, Form, Kind, Value
from stadtkern.lib.forms.rules import compare
from stadtkern.lib.forms.rules.program import program_of


def literals(form: Form) -> dict[str, list[Value]]:
    """For each field (path without indexes) the values that conditions of the rules name."""
    found: dict[str, list[Value]] = {}
    program = program_of(form)
    if program is None:
        return found
    for rule in form.rules:
        for clause in rule.clauses:
            for path, value in _named(clause.condition):
                place = program.places.get(path)
                if place is not None and isinstance(place.element, Field):
                    found.setdefault(path, []).append(_fitting(place.element, value))
    return found


def _named(node: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(node, list | tuple):
        for each in node:
            yield from _named(each)
    if not isinstance(node, Mapping):
        return
    for word, inner in node.items():
        if word == "true" and isinstance(inner, Mapping):
            yield from ((path, True) for path in _paths(inner))
        elif word in ("equal", "less", "at_most") and isinstance(inner, list | tuple) and len(inner) == 2:
            values = [each["value"] for each in inner if isinstance(each, Mapping) and "value" in each]
            yield from ((path, value) for path in _paths(inner) for value in values)
        elif word in ("one_of", "within") and isinstance(inner, list | tuple) and len(inner) == 2:
            flat = [one for each in inner[1] for one in (each if isinstance(each, list | tuple) else (each,))]
            yield from ((path, value) for path in _paths(inner[0]) for value in flat)
        elif word in ("not", "and", "or", "xor"):
            yield from _named(inner)


def _paths(node: Any) -> list[str]:
    found = node if isinstance(node, list | tuple) else [node]
    return [each["path"] for each in found if isinstance(each, Mapping) and isinstance(each.get("path"), str)]


def _fitting(field: Field, value: Any) -> Value:
    if field.kind is Kind.YES_NO and isinstance(value, str):
        return {"true": True, "wahr": True, "ja": True, "false": False, "falsch": False, "nein": False}.get(value.lower())
    if field.kind in (Kind.NUMBER, Kind.MONEY) and isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) < 18:
        return int(value)
    return str(value) if isinstance(value, int) and field.kind in (Kind.TEXT, Kind.CHOICE, Kind.DECIMAL) else value


def neighbours(field: Field, others: Iterable[Any]) -> list[Value]:
    """Values equal to, just below and just above other answers (for days also around today)."""
    found: list[Value] = []
    if field.kind is Kind.DATE:
        days = [date.today(), *(day for value in others if (day := _day(value)))]
        for day in days:
            for shift in (0, 1, -1, 30, -30, 400, -400, 9000, -9000):
                try:
                    found.append((day + timedelta(days=shift)).isoformat())
                except OverflowError:
                    continue
        return found
    for value in others:
        number = compare.number(value)
        if number is not None and field.kind in (Kind.NUMBER, Kind.MONEY):
            found.extend(int(number) + shift for shift in (0, 1, -1))
        elif number is not None and field.kind is Kind.DECIMAL:
            found.extend(str(int(number) + shift) for shift in (0, 1, -1))
        elif isinstance(value, str):
            found.append(value)
    return found


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
