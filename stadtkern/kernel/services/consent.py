"""[consent] of service.toml: a second person must agree, from their own account, before the application can be sent.

[consent]
who       = "Ihre Partnerin oder Ihr Partner"
statement = "Ich melde mit … die Eheschließung an."   # what the second person declares, word for word
person    = "partner"                                  # optional: the person block of the form that must be them
"""

from dataclasses import dataclass

from .table import Table


@dataclass(frozen=True)
class ConsentRule:
    """Who else must agree, and to which sentence; they see all answers."""

    who: str
    statement: str
    person: str = ""  # path of a person block; "" = whoever has the number


def read_consent(table: Table) -> ConsentRule | None:
    """The table as far as it can be understood; None where there is none."""
    if not table.raw:
        return None
    rule = ConsentRule(table.text("who", required=True), table.text("statement", required=True), table.text("person"))
    table.done()
    return rule


def faults(rule: ConsentRule | None, paths: frozenset[str] | set[str]) -> list[str]:
    """Who must be recognised by name and birthday needs both in the form."""
    if rule is None or not rule.person:
        return []
    needed = [f"{rule.person}/{part}" for part in ("given_names", "family_name", "birth_date")]
    return [f"[consent] person: das Feld „{path}“ gibt es im Formular nicht." for path in needed if path not in paths]
