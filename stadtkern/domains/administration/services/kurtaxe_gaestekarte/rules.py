"""Visitor's tax: adults times nights; the card needs no judgement, so the rule may issue it."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

ADULT = 16
LONGEST = 60  # nights


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int]) -> list[tuple[str, int]]:
    """One line for all adults."""
    due = _nights(answers) * sum(_adult(answers, birth) for birth in _births(answers)) * tariff["adult_night"]
    return [("Kurtaxe für Erwachsene", due)] if due > 0 else []


def problems(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Departure before arrival, very long stays, children alone."""
    arrival, departure = _day(answers.get("arrival")), _day(answers.get("departure"))
    found: list[tuple[str, str]] = []
    if arrival and departure:
        if departure <= arrival:
            found.append(("departure", "Die Abreise muss nach der Anreise liegen. Bitte prüfen Sie beide Tage."))
        elif (departure - arrival).days > LONGEST:
            text = "Die Gästekarte gibt es für höchstens 60 Nächte. Bleiben Sie länger, rufen Sie uns bitte an."
            found.append(("departure", text))
    births = list(_births(answers))
    if arrival and births and not any(_adult(answers, birth) for birth in births):
        text = "Bitte nennen Sie mindestens eine Person, die 16 Jahre oder älter ist."
        found.append(("guest[0]/birth_date", text))
    return found


def decide(answers: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """Paid is paid: the card is issued."""
    return ("GRANTED", "") if facts.get("paid") and not problems(answers) else None


def _nights(answers: Mapping[str, Any]) -> int:
    arrival, departure = _day(answers.get("arrival")), _day(answers.get("departure"))
    return max(0, (departure - arrival).days) if arrival and departure else 0


def _births(answers: Mapping[str, Any]) -> Iterator[date]:
    for path, value in answers.items():
        if re.fullmatch(r"guest\[\d+\]/birth_date", path) and (birth := _day(value)):
            yield birth


def _adult(answers: Mapping[str, Any], birth: date) -> bool:
    arrival = _day(answers.get("arrival"))
    if arrival is None:
        return False
    return arrival.year - birth.year - ((arrival.month, arrival.day) < (birth.month, birth.day)) >= ADULT


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
