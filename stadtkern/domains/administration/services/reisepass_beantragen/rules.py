"""Passport: what it costs by age, pages and speed, and who may apply for whom."""

from collections.abc import Mapping
from datetime import date
from typing import Any

ALONE_FROM = 18  # § 6 Abs. 1 PassG: minors are represented by those who have custody
REDUCED_UNDER = 24  # § 15 Abs. 1 PassV


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int], today: date) -> list[tuple[str, int]]:
    """The book by age on the day of the application, more pages, express, the picture where the city takes it."""
    age = age_on(answers.get("person/birth_date"), today)
    reduced = age is not None and age < REDUCED_UNDER
    lines = [("Reisepass, unter 24 Jahre", tariff["under_24"]) if reduced else ("Reisepass, ab 24 Jahre", tariff["from_24"])]
    if answers.get("pages") == "48":
        lines.append(("48 Seiten", tariff["pages_48"]))
    if answers.get("express") is True:
        lines.append(("Expressverfahren", tariff["express"]))
    if answers.get("photo") == "counter":
        lines.append(("Lichtbild im Bürgeramt", tariff["photo"]))
    return lines


def problems(answers: Mapping[str, Any], today: date) -> list[tuple[str, str]]:
    """The wrong person's data, a locker for a child."""
    found = []
    age, child = age_on(answers.get("person/birth_date"), today), answers.get("for_whom") == "child"
    if age is not None and child and age >= ALONE_FROM:
        text = "Ab 18 Jahren beantragt man den Pass selbst. Tragen Sie hier die Daten Ihres Kindes ein, nicht Ihre eigenen."
        found.append(("person/birth_date", text))
    if age is not None and not child and age < ALONE_FROM and answers.get("for_whom"):
        text = "Unter 18 Jahren beantragen die Eltern den Pass. Wählen Sie „Für mein Kind unter 18 Jahren“."
        found.append(("person/birth_date", text))
    if child and answers.get("pick_up") == "locker":
        found.append(("pick_up", "Den Pass eines Kindes geben wir nur am Schalter aus. Wählen Sie „Am Schalter“."))
    return found


def age_on(birth: object, day: date) -> int | None:
    """Years completed on this day; None for what is no whole date."""
    try:
        born = date.fromisoformat(birth) if isinstance(birth, str) else None
    except ValueError:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else None
