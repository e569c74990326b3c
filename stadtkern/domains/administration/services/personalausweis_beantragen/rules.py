"""Identity card: what it costs by age, and who may apply for whom."""

from collections.abc import Mapping
from datetime import date
from typing import Any

ALONE_FROM = 16  # § 9 Abs. 1 PAuswG: from then on one applies for oneself
REDUCED_UNDER = 24  # § 1 Abs. 1 PAuswGebV


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int], today: date) -> list[tuple[str, int]]:
    """The card by age on the day of the application; the picture where the city takes it."""
    age = age_on(answers.get("person/birth_date"), today)
    reduced = age is not None and age < REDUCED_UNDER
    card = (
        ("Personalausweis, unter 24 Jahre", tariff["under_24"])
        if reduced
        else ("Personalausweis, ab 24 Jahre", tariff["from_24"])
    )
    return [card] + ([("Lichtbild im Bürgeramt", tariff["photo"])] if answers.get("photo") == "counter" else [])


def problems(answers: Mapping[str, Any], today: date) -> list[tuple[str, str]]:
    """The wrong person's data, a locker for a child."""
    found = []
    age, child = age_on(answers.get("person/birth_date"), today), answers.get("for_whom") == "child"
    if age is not None and child and age >= ALONE_FROM:
        text = "Ab 16 Jahren beantragt man den Ausweis selbst. Tragen Sie hier die Daten Ihres Kindes ein, nicht Ihre eigenen."
        found.append(("person/birth_date", text))
    if age is not None and not child and age < ALONE_FROM and answers.get("for_whom"):
        text = "Unter 16 Jahren beantragen die Eltern den Ausweis. Wählen Sie „Für mein Kind unter 16 Jahren“."
        found.append(("person/birth_date", text))
    if child and answers.get("pick_up") == "locker":
        found.append(("pick_up", "Den Ausweis eines Kindes geben wir nur am Schalter aus. Wählen Sie „Am Schalter“."))
    return found


def age_on(birth: object, day: date) -> int | None:
    """Years completed on this day; None for what is no whole date."""
    try:
        born = date.fromisoformat(birth) if isinstance(birth, str) else None
    except ValueError:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else None
