"""Birth certificate: the first and the further ones have different prices."""

from collections.abc import Mapping
from typing import Any

FREE = {"pension", "benefits"}


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int]) -> list[tuple[str, int]]:
    """Nothing for pensions and social benefits."""
    if answers.get("purpose") in FREE:
        return []
    copies = answers.get("copies")
    further = copies - 1 if isinstance(copies, int) and copies > 1 else 0
    lines = [("Geburtsurkunde", tariff["first"])]
    return lines + ([("Geburtsurkunde, weitere Ausfertigungen", tariff["further"] * further)] if further else [])
