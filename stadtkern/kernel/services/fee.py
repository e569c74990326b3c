"""What an application costs, line by line: tax, reductions and instalments as [fee] of service.toml says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .table import Table

TABLES = ("tax", "reductions", "instalments")  # keys of [fee] that are no amounts


@dataclass(frozen=True)
class FeeLine:
    """One line of what it costs; integer cents with the tax they contain; below zero with a reason it is a reduction."""

    label: str
    cents: int
    tax_bp: int = 0  # basis points: 1900 is 19 %
    reason: str = ""


@dataclass(frozen=True)
class Reduction:
    """Less for some people: `percent` of the whole where the answers fit `when`."""

    label: str
    percent: int
    when: Mapping[str, Any]
    because: str


@dataclass(frozen=True)
class FeeTerms:
    """Besides the amounts: tax of all lines that name none, reductions, and how many instalments one may choose."""

    tax_bp: int = 0
    reductions: tuple[Reduction, ...] = ()
    instalments: Mapping[str, int] | None = None  # {"most": 6, "least_cents": 5000}


FREE = FeeTerms()  # no tax, no reductions, all at once


def read_terms(table: Table) -> FeeTerms:
    """[fee.tax], [[fee.reductions]] and [fee.instalments] of the table [fee]."""
    tax = table.table("tax")
    bp = basis_points(tax.any("rate") or 0)
    if bp is None:
        tax.complain("rate", "muss ein Steuersatz in Prozent sein, zum Beispiel 19 oder 5.5.")
    tax.done()
    parts = table.table("instalments")
    rule = {"most": parts.number("most", least=2) or 0, "least_cents": parts.number("least_cents", least=1) or 1}
    parts.done()
    return FeeTerms(bp or 0, tuple(_reduction(one) for one in table.tables("reductions")), rule if rule["most"] else None)


def _reduction(table: Table) -> Reduction:
    percent = table.number("percent", required=True, least=1) or 0
    if percent > 100:
        table.complain("percent", "kann höchstens 100 sein.")
    found = Reduction(
        table.text("label", required=True), min(percent, 100), dict(table.table("when", required=True).raw),
        table.text("because", required=True),
    )  # fmt: skip
    table.done()
    return found


def basis_points(percent: object) -> int | None:
    """19 as 1900, 5.5 as 550; None for what is no rate of tax."""
    if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 <= percent <= 100:
        return None
    return round(percent * 100)


def line(found: tuple[Any, ...], tax_bp: int) -> FeeLine:
    """(label, cents) or (label, cents, {"tax": 7, "reason": "…"}) as a rule returns it. ValueError for anything else."""
    label, cents, *more = found
    facts = dict(more[0]) if more else {}
    bp = basis_points(facts.pop("tax")) if "tax" in facts else tax_bp
    reason = str(facts.pop("reason", ""))
    if bp is None or facts or len(more) > 1 or isinstance(cents, bool) or not isinstance(cents, int):
        raise ValueError(f"{found!r}")
    return FeeLine(str(label), cents, bp, reason)


def reduced(lines: list[FeeLine], terms: FeeTerms, answers: Mapping[str, Any]) -> list[FeeLine]:
    """With the reductions that fit, one line per tax rate, each of what the bill came to before it; half a cent goes up."""
    for rule in terms.reductions:
        if not fits(answers, rule.when):
            continue
        rates: dict[int, int] = {}
        for one in lines:
            rates[one.tax_bp] = rates.get(one.tax_bp, 0) + one.cents
        cuts = [(bp, (2 * cents * rule.percent + 100) // 200) for bp, cents in rates.items() if cents > 0]
        lines = [*lines, *(FeeLine(rule.label, -cut, bp, rule.because) for bp, cut in cuts if cut)]
    return lines


def fits(answers: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
    """Whether the answers, in any entry of a repetition, are what the condition names."""
    plain = [(re.sub(r"\[\d+\]", "", path), value) for path, value in answers.items()]
    return all((path, value) in plain for path, value in condition.items())


def total(lines: Iterable[FeeLine]) -> int:
    return sum(one.cents for one in lines)
