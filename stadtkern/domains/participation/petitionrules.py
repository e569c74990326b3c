"""The numbers of a petition, from the settings of its process; pure. Which numbers hold is data (processes/*.toml)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from stadtkern.lib.calendar import add_months

MOST_REPRESENTATIVES = 3
_STEP = re.compile(r"(?:(\d{1,9})\s*:\s*)?(\d{1,3}(?:[.,]\d{1,3})?)\s*%?")


class SharesBroken(ValueError):
    """The line of shares cannot be read; the message is the part that is wrong."""


@dataclass(frozen=True)
class Threshold:
    """How many are needed, and how that was found: percent of base (both None where the number is fixed)."""

    needed: int
    percent: Decimal | None = None
    base: int | None = None
    capped: bool = False


def shares_of(text: str) -> list[tuple[int | None, Decimal]]:
    """ "20000: 5; 4" -> up to 20,000 people 5 percent, above 4. Raises SharesBroken."""
    steps: list[tuple[int | None, Decimal]] = []
    for part in (one.strip() for one in text.split(";")):
        if not part:
            continue
        found = _STEP.fullmatch(part)
        if found is None or not 0 < Decimal(found[2].replace(",", ".")) <= 100:
            raise SharesBroken(part[:40])
        limit = int(found[1]) if found[1] else None
        if steps and (steps[-1][0] is None or (limit is not None and limit <= (steps[-1][0] or 0))):
            raise SharesBroken(part[:40])
        steps.append((limit, Decimal(found[2].replace(",", "."))))
    if steps and steps[-1][0] is not None:
        raise SharesBroken(text[-40:])  # nobody would know what holds above the last limit
    return steps


def threshold(settings: Mapping[str, Any], base: int) -> Threshold:
    """Signatures needed in a town of so many; a part of a person counts as one."""
    fixed = int(settings.get("threshold") or 0)
    steps = shares_of(str(settings.get("shares") or ""))
    if not steps:
        return Threshold(max(fixed, 1))
    percent = next(share for limit, share in steps if limit is None or base <= limit)
    needed = max(-(-Fraction(percent) * base // 100), 1)
    return Threshold(min(needed, fixed) if fixed else needed, percent, base, bool(fixed) and needed > fixed)


def council_day(reached: date, settings: Mapping[str, Any]) -> date | None:
    """Until when the council must deal with it; None without a clock."""
    months = int(settings.get("council_months") or 0)
    return add_months(reached, months) if months else None


def checks_of(settings: Mapping[str, Any]) -> list[str]:
    """What is asked before a petition is admitted."""
    return [line.strip()[:300] for line in str(settings.get("checks") or "").splitlines() if line.strip()][:20]


def representatives_of(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and addresses, as far as there are any."""
    pairs = [(str(details.get(f"name{n}") or ""), str(details.get(f"address{n}") or "")) for n in (1, 2, 3)]
    return [pair for pair in pairs if pair[0]]


REMINDERS = {"collect": (14, 3), "council": (60, 30, 7, 0)}  # days before the end of a clock


def reminder_due(what: str, days_left: int, sent: list[str]) -> str:
    """The key of the reminder that is due and was not sent; "" where there is none. Only the latest, never all at once."""
    due = [days for days in REMINDERS[what] if days_left <= days]
    key = f"{what}:{min(due)}" if due else ""
    return key if key and key not in sent else ""
