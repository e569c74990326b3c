"""[credential] of service.toml: which proof a granted application gives for the wallet, and what it says.

    [credential]
    type  = "meldebescheinigung"        # part of the address of the type; a new meaning needs a new word
    title = "Meldebescheinigung"        # optional: the title of the decision
    valid = "6 months"                  # or the path of a date in the form, or "terms.valid_until"; missing: no end
    [credential.claims]
    given_name = "person/given_names"   # name of the claim -> path of the answer, a fact (FACTS), or "terms.zone"
    "address.locality" = "address/town"

"terms.…" is what the rule granted (`grant` in rules.py).
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from stadtkern.lib.sdjwt.issue import OPEN

from . import rulebook
from .table import Table

if TYPE_CHECKING:
    from .service import Service

FACTS = ("case.reference", "document.number", "decision.date")
TERMS = "terms."
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}(\.[a-z][a-z0-9_]{0,40}){0,3}")
_DURATION = re.compile(r"(\d{1,3}) (day|week|month|year)s?")


@dataclass(frozen=True)
class CredentialRule:
    """What is attested: claim -> path, fact or "rule"."""

    type: str
    title: str
    valid: str
    claims: Mapping[str, str]

    def titles(self, service: "Service") -> dict[str, str]:
        """By language; only German where the service has no other words for its document."""
        english = service.texts["en"].document if "en" in service.texts else ""
        return {"de": self.title, **({"en": english} if english else {})}


def read_credential(table: Table, title: str) -> CredentialRule | None:
    """The table as far as it can be understood; None where there is none."""
    if not table.raw:
        return None
    rule = CredentialRule(
        type=table.text("type", required=True),
        title=table.text("title", title),
        valid=table.text("valid"),
        claims=_claims(table.table("claims", required=True)),
    )
    if rule.type and not re.fullmatch(r"[a-z][a-z0-9_]{1,58}", rule.type):
        table.complain("type", "nur a-z, 0-9 und _, am Anfang ein Buchstabe.")
    table.done()
    return rule


def _claims(table: Table) -> Mapping[str, str]:
    found = {name: table.text(name, required=True) for name in table.raw}
    for name in found:
        if not _NAME.fullmatch(name) or name in OPEN:
            table.complain(
                name, "kann keine Angabe eines Nachweises heißen (nur a-z, 0-9, _ und Punkte; nicht iss, exp, vct …)."
            )
        if any(other.startswith(f"{name}.") for other in found):
            table.complain(name, "ist zugleich eine Angabe und eine Gruppe von Angaben.")
    return MappingProxyType(found)


def faults(service: "Service", paths: set[str]) -> list[str]:
    """Sentences about paths the form does not have, and rules nobody wrote."""
    rule = service.credential
    if rule is None:
        return []
    known = {*paths, *FACTS}
    found = [
        f"[credential.claims] {name}: „{source}“ gibt es im Formular nicht."
        for name, source in rule.claims.items()
        if source and not source.startswith(TERMS) and source not in known
    ]
    valid = rule.valid
    if valid and not valid.startswith(TERMS) and not _DURATION.fullmatch(valid) and valid not in paths:
        found.append(f"[credential] valid: „{valid}“ ist weder eine Dauer wie „6 months“ noch ein Feld des Formulars.")
    by_rule = any(source.startswith(TERMS) for source in (valid, *rule.claims.values()))
    if by_rule and rulebook.function(service.key, "grant") is None:
        found.append("[credential] „terms.…“: rules.py hat keine Funktion grant.")
    return found


def attested(
    service: "Service", answers: Mapping[str, Any], facts: Mapping[str, str], terms: Mapping[str, Any], today: date
) -> tuple[dict[str, Any], date | None]:
    """The claims of this application and the last day they hold (None: no end). `terms`: what the rule granted."""
    rule = service.credential
    if rule is None:
        return {}, None
    claims = {name: _value(source, answers, facts, terms) for name, source in rule.claims.items()}
    return claims, _last_day(rule.valid, answers, terms, today)


def _value(source: str, answers: Mapping[str, Any], facts: Mapping[str, str], terms: Mapping[str, Any]) -> Any:
    if source.startswith(TERMS):
        return terms.get(source.removeprefix(TERMS))
    return facts.get(source) if source in FACTS else answers.get(source)


def _last_day(valid: str, answers: Mapping[str, Any], terms: Mapping[str, Any], today: date) -> date | None:
    if not valid:
        return None
    if found := _DURATION.fullmatch(valid):
        return after(today, int(found[1]), found[2])
    told = _value(valid, answers, {}, terms)
    return date.fromisoformat(str(told)) if told else None


def after(day: date, count: int, unit: str) -> date:
    """So many days, weeks, months or years later; the last day of a month where there is no such day."""
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
