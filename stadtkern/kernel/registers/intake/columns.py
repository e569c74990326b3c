"""From text to the fields of a table: which columns there may be is read off the table itself."""

import re
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models

from stadtkern.lib import plates

YES, NO = {"ja", "j", "true", "1", "wahr", "x"}, {"nein", "n", "false", "0", "falsch", ""}


class Wrong(ValueError):
    """What is wrong with a value, as a German sentence."""


def columns(table: type[models.Model]) -> dict[str, Any]:
    """Column -> field, without the row's own number and what points to other tables."""
    return {
        field.name: field
        for field in table._meta.concrete_fields
        if not field.primary_key and not isinstance(field, models.ForeignKey)
    }


def clean(table: type[models.Model], given: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    """Values as the table keeps them; columns in `known` are somebody else's. Raises Wrong."""
    fields = columns(table)
    if unknown := sorted(set(given) - set(fields) - known):
        raise Wrong(f"Die Spalte „{unknown[0][:60]}“ gibt es nicht.")
    found = {}
    for name, field in fields.items():
        if name in known:
            continue
        told = given.get(name)
        silent = told is None or (told == "" and not isinstance(field, models.BooleanField))  # an empty cell says no
        found[name] = field.get_default() if silent and field.has_default() else value(field, "" if told is None else told)
    return found


def value(field: Any, given: Any) -> Any:
    """One value. Raises Wrong."""
    if isinstance(field, models.JSONField):
        return given if isinstance(given, dict) else {}
    text = " ".join(str(given).split()) if isinstance(given, (str, int, float)) else ""
    if isinstance(given, bool):
        text = "ja" if given else "nein"
    if not text and not isinstance(field, models.BooleanField):
        if field.null:
            return None
        if field.blank:
            return ""
        raise Wrong(f"„{field.name}“ fehlt.")
    if isinstance(field, models.BooleanField):
        return _yes_no(field.name, text)
    if isinstance(field, models.DateField):
        return day(field.name, text)
    if isinstance(field, models.UUIDField):
        return key(field.name, text)
    if isinstance(field, models.IntegerField):
        return _number(field.name, text)
    if field.name == "plate":
        return _plate(text)
    return _words(field, text)


def _yes_no(name: str, text: str) -> bool:
    if text.casefold() in YES | NO:
        return text.casefold() in YES
    raise Wrong(f"„{name}“: „{text[:30]}“ heißt weder ja noch nein.")


def day(name: str, text: str) -> date:
    """ISO or as Germans write it."""
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise Wrong(f"„{name}“: „{text[:30]}“ ist kein Datum.") from wrong


def key(name: str, text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as wrong:
        raise Wrong(f"„{name}“: „{text[:40]}“ ist kein Schlüssel des Melderegisters.") from wrong


def _number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text[:9]) > 32_767 or len(text) > 9:
        raise Wrong(f"„{name}“: „{text[:30]}“ ist keine Zahl bis 32767.")
    return int(text)


def _plate(text: str) -> str:
    if (plate := plates.normal(text)) is None:
        raise Wrong(f"„{text[:30]}“ ist kein Kennzeichen.")
    return plate


def _words(field: Any, text: str) -> str:
    if field.choices:
        folded = text.casefold()
        codes = {str(said).casefold(): code for code, label in field.choices for said in (code, label)}
        if folded not in codes:
            raise Wrong(f"„{field.name}“: „{text[:30]}“ kennt das Register nicht.")
        return str(codes[folded])
    if field.max_length and len(text) > field.max_length:
        raise Wrong(f"„{field.name}“ ist länger als {field.max_length} Zeichen.")
    return text
