"""Passport: what it costs by age, pages and speed, and who may apply for whom."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from stadtkern.domains.administration.papers import applicant

ALONE_FROM = 18  # § 6 Abs. 1 PassG: minors are represented by those who have custody
REDUCED_UNDER = 24  # § 15 Abs. 1 PassV


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int], today: date) -> list[tuple[str, int]]:
    """The book by age, more pages, express, the picture."""
    lines = [applicant.price(answers, tariff, today, "Reisepass", REDUCED_UNDER)]
    if answers.get("pages") == "48":
        lines.append(("48 Seiten", tariff["pages_48"]))
    if answers.get("express") is True:
        lines.append(("Expressverfahren", tariff["express"]))
    return [*lines, *applicant.photo(answers, tariff)]


def problems(answers: Mapping[str, Any], today: date) -> list[tuple[str, str]]:
    """The wrong person's data, a locker for a child."""
    return applicant.problems(answers, today, "Pass", ALONE_FROM)
