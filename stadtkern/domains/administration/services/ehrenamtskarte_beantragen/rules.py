"""Volunteer card: five unpaid hours a week, from all activities together."""

import re
from collections.abc import Mapping
from typing import Any

ENOUGH = 5


def problems(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Too few hours in total; money for the work."""
    found: list[tuple[str, str]] = []
    hours = [value for path, value in answers.items() if re.fullmatch(r"work\[\d+\]/hours", path) and isinstance(value, int)]
    if hours and sum(hours) < ENOUGH:
        found.append(
            ("work[0]/hours", "Sie brauchen zusammen mindestens 5 Stunden in der Woche. Sie können Tätigkeiten hinzufügen.")
        )
    if answers.get("paid") is True:
        found.append(("paid", "Die Ehrenamtskarte ist für Menschen, die für ihr Engagement kein Geld bekommen."))
    return found
