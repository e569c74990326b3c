"""Values as people read them: 24.11.2026, 1.234,56 €, Ja."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from stadtkern.lib.forms.model import Field, Kind

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DECIMAL = re.compile(r"(-?)(\d+)(?:\.(\d+))?")


def date_text(value: str) -> str:
    """ISO text as 24.11.2026, partial dates as 11.2026 or 2026; other text as it is."""
    found = _ISO.fullmatch(value)
    return ".".join(part for part in reversed(found.groups()) if part) if found else value


def money_text(cents: int) -> str:
    """Cents as 1.234,56 €."""
    return f"{money_input(cents)} €"


def money_input(cents: int) -> str:
    """Cents as typed: 1.234,56."""
    euros, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{euros:,}".replace(",", ".") + f",{rest:02d}"


def decimal_text(value: str) -> str:
    """A decimal with a point as German text with a comma."""
    found = _DECIMAL.fullmatch(value)
    return value if found is None else f"{found.group(1)}{found.group(2)}" + (f",{found.group(3)}" if found.group(3) else "")


def iban_text(value: str) -> str:
    """An IBAN in blocks of four."""
    return " ".join(value[place : place + 4] for place in range(0, len(value), 4))


def _is_readable(value: Any) -> bool:
    """Nothing typed by people is a list or a number of twenty digits; programs may send both."""
    return isinstance(value, str) or (isinstance(value, int | float) and abs(value) < 10**18)


def text_of(field: Field, value: Any, files: Mapping[str, str] | None = None, translate: Callable[[str], str] = str) -> str:
    """One value as a person reads it in a summary; `files` = upload keys to file names."""
    if not _is_readable(value):
        return ""
    if isinstance(value, bool):
        return translate("Ja") if value else translate("Nein")
    if field.kind is Kind.CHOICE:
        return next((option.label for option in field.options if option.code == value), str(value))
    if field.kind is Kind.MONEY and isinstance(value, int):
        return money_text(value)
    if field.kind is Kind.FILE:
        return (files or {}).get(str(value)) or translate("Datei liegt vor")
    if field.kind is Kind.DATETIME and isinstance(value, str) and "T" in value:
        day, _, clock = value.partition("T")
        return f"{date_text(day)}, {clock}"
    return input_text(field, value)


def input_text(field: Field, value: Any) -> str:
    """One value as it stands in an input: what a person would have typed."""
    if not _is_readable(value):
        return ""
    if field.kind is Kind.MONEY and isinstance(value, int) and not isinstance(value, bool):
        return money_input(value)
    text = str(value)
    if field.kind is Kind.DECIMAL:
        return decimal_text(text)
    if field.kind is Kind.DATE:
        return date_text(text)
    if field.kind is Kind.IBAN:
        return iban_text(text)
    return text
