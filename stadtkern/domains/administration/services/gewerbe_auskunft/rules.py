"""Information from the trade register: two prices."""

from collections.abc import Mapping
from typing import Any


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int]) -> list[tuple[str, int]]:
    """The extended information costs more."""
    extended = answers.get("kind") == "extended"
    return [("Erweiterte Auskunft", tariff["extended"])] if extended else [("Einfache Auskunft", tariff["simple"])]
