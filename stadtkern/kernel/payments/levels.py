"""The rules of reminders as data: levels with days and fees, the surcharge of the law; `[payments.dunning]` in city.toml."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from stadtkern.kernel.city.profile import city
from stadtkern.lib.calendar import add_months

ROUND_TO = 5000  # § 240 Abs. 1 AO: the amount is rounded down to what fifty euros divide
GRACE_DAYS = 3  # § 240 Abs. 3 AO: no surcharge for up to three days, where the money comes by transfer


@dataclass(frozen=True)
class Level:
    """One reminder: so many days after the due date, with a fee, and days to pay."""

    number: int
    title: str
    after: int
    fee: int
    until: int


@dataclass(frozen=True)
class Rules:
    """What this city's statute says."""

    levels: tuple[Level, ...]
    basis: str
    surcharge: str  # "" or "ao240"
    surcharge_basis: str
    smallest: int

    def level(self, number: int) -> Level | None:
        """The level of this number, from 1."""
        return self.levels[number - 1] if 0 < number <= len(self.levels) else None

    def surcharge_until(self, cents: int, due: date, today: date) -> int:
        """All Säumniszuschläge on a principal of so many cents that was due on a day."""
        return surcharge(cents, due, today) if self.surcharge == "ao240" else 0


def rules() -> Rules:
    """Read from city.toml; without levels nobody is reminded."""
    raw: dict[str, Any] = city().raw.get("payments", {}).get("dunning", {})
    levels = tuple(
        Level(number, str(one["title"]), int(one["after"]), int(one.get("fee", 0)), int(one.get("until", 10)))
        for number, one in enumerate(raw.get("levels", ()), 1)
    )
    return Rules(
        levels, str(raw.get("basis", "")), str(raw.get("surcharge", "")), str(raw.get("surcharge_basis", "")),
        int(raw.get("smallest", 0)),
    )  # fmt: skip


def surcharge(cents: int, due: date, today: date) -> int:
    """§ 240 AO: one per cent of the rounded amount for every month begun after the due date."""
    base = max(0, cents) // ROUND_TO * ROUND_TO
    if not base or (today - due).days <= GRACE_DAYS:
        return 0
    months = 0
    while add_months(due, months) < today:  # the month that begins after this day has begun
        months += 1
    return base // 100 * months
