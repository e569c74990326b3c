"""Certificate of residence: what it costs, and when the register alone may answer."""

import re
from collections.abc import Mapping
from typing import Any

FREE = {"pension", "benefits"}  # § 151 SGB VI, § 64 SGB X
ASKED = {"kind", "purpose", "language", "copies"}  # everything else on the form is a fact of the register
NEEDED = ("person/given_names", "person/family_name", "person/birth_date", "address/street", "address/town")
SUBSTANTIAL = 3


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int]) -> list[tuple[str, int]]:
    """Per copy, nothing for pensions and social benefits."""
    if answers.get("purpose") in FREE:
        return []
    copies = answers.get("copies")
    count = copies if isinstance(copies, int) else 1
    first = [("Meldebescheinigung", tariff["per_copy"])]
    return first + ([("Meldebescheinigung, weitere Ausfertigungen", tariff["per_copy"] * (count - 1))] if count > 1 else [])


def decide(answers: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """Granted when every stated fact came from the residents register and nobody changed it; otherwise a person looks."""
    sources = facts.get("sources") or {}
    data = {path: value for path, value in answers.items() if re.split(r"[/\[]", path)[0] not in ASKED}
    stated = [path for path, value in data.items() if value and value is not True]
    if not set(NEEDED) <= set(stated) or int(facts.get("trust") or 0) < SUBSTANTIAL:
        return None
    if any(sources.get(path) != "residents" for path in stated):
        return None
    return "GRANTED", "Ihre Angaben stimmen mit dem Melderegister überein."
