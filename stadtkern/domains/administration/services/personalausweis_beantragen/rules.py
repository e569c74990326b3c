"""Identity card: what it costs by age, and who may apply for whom."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from stadtkern.domains.administration.papers import applicant

ALONE_FROM = 16  # § 9 Abs. 1 PAuswG: from then on one applies for oneself
REDUCED_UNDER = 24  # § 1 Abs. 1 PAuswGebV


def fee(answers: Mapping[str, Any], tariff: Mapping[str, int], today: date) -> list[tuple[str, int]]:
    """The card by age, the picture."""
    card = applicant.price(answers, tariff, today, "Personalausweis", REDUCED_UNDER)
    return [card, *applicant.photo(answers, tariff)]


def problems(answers: Mapping[str, Any], today: date) -> list[tuple[str, str]]:
    """The wrong person's data, a locker for a child."""
    return applicant.problems(answers, today, "Ausweis", ALONE_FROM)
