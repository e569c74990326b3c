"""Bulky waste: four cubic metres are free, collection is on working days."""

from collections.abc import Mapping
from datetime import date
from typing import Any

FREE_CUBIC_METRES = 4
SATURDAY = 5


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int]) -> list[tuple[str, int]]:
    """Per cubic metre above the free ones."""
    volume = answers.get("volume")
    over = volume - FREE_CUBIC_METRES if isinstance(volume, int) else 0
    return [("Sperrmüll über 4 Kubikmeter", over * tariff["per_cubic_metre"])] if over > 0 else []


def problems(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Not on Saturdays and Sundays."""
    try:
        day = date.fromisoformat(str(answers.get("date")))
    except ValueError:
        return []
    text = "Am Wochenende holen wir nicht ab. Bitte nennen Sie einen Tag von Montag bis Freitag."
    return [("date", text)] if day.weekday() >= SATURDAY else []
