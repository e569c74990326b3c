"""Dog tax: the share of the year that is due with the registration, and what the form alone cannot see."""

from collections.abc import Iterator, Mapping
from typing import Any

Answers = Mapping[str, Any]


def fee(answers: Answers, tariff: Mapping[str, int]) -> list[tuple[str, int]]:
    """One line per dog; assistance dogs are free. Twelfths from the month the dog came until December, in whole cents."""
    lines: list[tuple[str, int]] = []
    others = answers.get("other_dogs")
    taxed = others if isinstance(others, int) else 0
    for dog in _dogs(answers):
        if answers.get(f"{dog}/assistance") is True:
            continue
        taxed += 1
        months = 13 - _month(answers.get(f"{dog}/since"))
        if answers.get(f"{dog}/dangerous") is True:
            lines.append(("Hundesteuer bis Jahresende, gefährlicher Hund", tariff["dangerous_dog"] * months // 12))
        elif taxed == 1:
            due = tariff["first_dog"] * months // 12
            if answers.get("benefits") is True:
                due = due * (100 - tariff["reduced_percent"]) // 100
            lines.append(("Hundesteuer bis Jahresende, erster Hund", due))
        else:
            lines.append(("Hundesteuer bis Jahresende, weiterer Hund", tariff["further_dog"] * months // 12))
    return lines


def problems(answers: Answers) -> list[tuple[str, str]]:
    """The same chip twice; a dog that came before it was born."""
    found: list[tuple[str, str]] = []
    chips: set[str] = set()
    for dog in _dogs(answers):
        chip = str(answers.get(f"{dog}/chip") or "").replace(" ", "")
        if chip in chips:
            text = "Diese Chipnummer haben Sie schon bei einem anderen Hund angegeben. Bitte prüfen Sie beide Nummern."
            found.append((f"{dog}/chip", text))
        chips |= {chip} - {""}
        born, since = answers.get(f"{dog}/born"), answers.get(f"{dog}/since")
        if isinstance(born, str) and isinstance(since, str) and born and since[: len(born)] < born:
            found.append(
                (f"{dog}/since", "Der Hund kann nicht bei Ihnen sein, bevor er geboren ist. Bitte prüfen Sie beide Daten.")
            )
    return found


def _dogs(answers: Answers) -> Iterator[str]:
    return iter(
        sorted({path.partition("/")[0] for path in answers if path.startswith("dog[")}, key=lambda name: int(name[4:-1]))
    )


def _month(since: object) -> int:
    """Months 1 to 12; what cannot be read counts as January: the full year."""
    text = since[5:7] if isinstance(since, str) else ""
    return min(12, max(1, int(text))) if text.isdigit() else 1
