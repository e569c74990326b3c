"""Building works on the street: by weeks begun, and dearer for a full closure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

LONGEST = 366  # days


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int]) -> list[tuple[str, int]]:
    """Basic fee, surcharge, weeks."""
    lines = [("Grundgebühr", tariff["basic"])]
    if answers.get("kind") == "full":
        lines.append(("Zuschlag für Vollsperrung", tariff["full_closure"]))
    start, end = _day(answers.get("from")), _day(answers.get("to"))
    weeks = -(-((end - start).days + 1) // 7) if start and end and end >= start else 0
    return [*lines, ("Sondernutzung je Woche", weeks * tariff["per_week"])]


def problems(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The end before the beginning, or too far away."""
    start, end = _day(answers.get("from")), _day(answers.get("to"))
    if not start or not end:
        return []
    if end < start:
        return [("to", "Das Ende liegt vor dem Anfang. Bitte prüfen Sie beide Tage.")]
    if (end - start).days > LONGEST:
        return [("to", "Eine Erlaubnis gilt höchstens ein Jahr. Bitte wählen Sie ein früheres Ende.")]
    return []


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
