"""Who applies for an identity card or a passport; what both have in common. Pure: the rules of both services call it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from stadtkern.lib.ages import age_on


def price(
    answers: Mapping[str, Any], tariff: Mapping[str, int], today: date, title: str, reduced_under: int
) -> tuple[str, int]:
    """The paper by age on the day of the application."""
    years = age_on(answers.get("person/birth_date"), today)
    if years is not None and years < reduced_under:
        return f"{title}, unter {reduced_under} Jahre", tariff[f"under_{reduced_under}"]
    return f"{title}, ab {reduced_under} Jahre", tariff[f"from_{reduced_under}"]


def photo(answers: Mapping[str, Any], tariff: Mapping[str, int]) -> list[tuple[str, int]]:
    """The picture, where the city takes it."""
    return [("Lichtbild im Bürgeramt", tariff["photo"])] if answers.get("photo") == "counter" else []


def problems(answers: Mapping[str, Any], today: date, paper: str, alone_from: int) -> list[tuple[str, str]]:
    """The wrong person's data, a locker for a child; `paper` as in "den Pass"."""
    found = []
    years, child = age_on(answers.get("person/birth_date"), today), answers.get("for_whom") == "child"
    if years is not None and child and years >= alone_from:
        text = (
            f"Ab {alone_from} Jahren beantragt man den {paper} selbst. "
            "Tragen Sie hier die Daten Ihres Kindes ein, nicht Ihre eigenen."
        )
        found.append(("person/birth_date", text))
    if years is not None and not child and years < alone_from and answers.get("for_whom"):
        text = (
            f"Unter {alone_from} Jahren beantragen die Eltern den {paper}. "
            f"Wählen Sie „Für mein Kind unter {alone_from} Jahren“."
        )
        found.append(("person/birth_date", text))
    if child and answers.get("pick_up") == "locker":
        found.append(("pick_up", f"Den {paper} eines Kindes geben wir nur am Schalter aus. Wählen Sie „Am Schalter“."))
    return found
