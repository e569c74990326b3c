"""Days out of parts and full years since a day; parts may be numbers or texts, the month and the day may be unknown."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from stadtkern.lib.forms.rules.compare import number


def exists(parts: Sequence[Any]) -> bool:
    """Whether day, month and year name a day of the calendar; where one is missing or no number there is nothing to check."""
    known = [number(part) for part in parts]
    if any(each is None or each != int(each) for each in known):
        return True
    day, month, year = (int(each) for each in known if each is not None)
    try:
        date(year, month, day)
    except (ValueError, OverflowError):
        return False
    return True


def years_since(parts: Sequence[Any], today: date) -> int | None:
    """Full years from day, month, year until today; unknown parts count as the last possible day; None without a year."""
    day, month, year = (number(part) for part in parts)
    if year is None or not 1 <= year <= 9999:
        return None
    born = (int(month) if month is not None else 12, int(day) if day is not None else 31)
    return today.year - int(year) - ((today.month, today.day) < born)


def parts_of(value: Any) -> tuple[Any, Any, Any]:
    """Day, month, year of an ISO date, also of a partial one ("2026-11", "2026")."""
    texts = [*str(value or "")[:10].split("-"), "", ""]
    year, month, day = (text or None for text in texts[:3])
    return day, month, year
