"""The chart of accounts: where money can be, few accounts on purpose. Debit is positive, credit negative."""

import re

from django.utils.translation import gettext_lazy

from stadtkern.ui import words

RECEIVABLES = "receivables"  # what people owe the city
REFUNDS = "refunds"  # what the city owes people: over-payments, money for nothing
SUSPENSE = "suspense"  # money nobody knows the reason of (ungeklärt)
BANK = "bank"
DEBIT_TRANSIT = "debit_transit"  # direct debits sent to the bank and not yet on its statement
PAYOUTS = "payouts"  # refunds ordered by transfer and not yet on the statement
COUNTER = "counter"  # taken at the counter (card), not yet on the statement
WRITE_OFFS = "write_offs"
DUNNING = "dunning"  # dunning fees, a revenue
CHARGEBACK_COSTS = "chargeback_costs"  # what the bank takes for returned debits, less what debtors replaced
BANK_COSTS = "bank_costs"

FIXED = {
    RECEIVABLES: ("1000", gettext_lazy("Forderungen")),
    BANK: ("1100", gettext_lazy("Bank")),
    COUNTER: ("1200", gettext_lazy("Kartenzahlungen am Schalter, unterwegs")),
    DEBIT_TRANSIT: ("1300", gettext_lazy("Lastschriften, unterwegs")),
    PAYOUTS: ("1400", gettext_lazy("Erstattungen, unterwegs")),
    SUSPENSE: ("3000", gettext_lazy("Ungeklärte Einzahlungen")),
    REFUNDS: ("3100", gettext_lazy("Zu erstatten")),
    DUNNING: ("4900", gettext_lazy("Mahngebühren")),
    WRITE_OFFS: ("5000", gettext_lazy("Niederschlagung und Erlass")),
    CHARGEBACK_COSTS: ("5100", gettext_lazy("Kosten für Rücklastschriften")),
    BANK_COSTS: ("5200", gettext_lazy("Kosten des Geldverkehrs")),
}
# Families: one account per provider, tax rate and key of the fee.
FAMILIES = {
    "provider": ("1500", gettext_lazy("Bezahldienst %s, unterwegs")),
    "tax": ("3200", gettext_lazy("Umsatzsteuer %s")),
    "revenue": ("4000", gettext_lazy("Erträge %s")),
    "expense": ("6000", gettext_lazy("Aufwendungen %s")),
}
KNOWN = rf"^({'|'.join(FIXED)}|({'|'.join(FAMILIES)}):[a-z0-9_]{{1,60}})$"
MONEY = (BANK, COUNTER, DEBIT_TRANSIT, "provider")  # where money comes in


def revenue(key: str) -> str:
    """The revenue account of a fee: the key of the service, or "donation", "ticket" …"""
    return f"revenue:{re.sub(r'[^a-z0-9_]', '_', key.lower())[:60] or 'other'}"


def expense(key: str) -> str:
    """What the city pays out of its own: "prize" …"""
    return f"expense:{re.sub(r'[^a-z0-9_]', '_', key.lower())[:60] or 'other'}"


def tax(basis_points: int) -> str:
    """The account of one tax rate: 1900 is 19 %."""
    return f"tax:{basis_points}"


def provider(key: str) -> str:
    """What one payment provider has taken for the city and not yet paid out."""
    return f"provider:{re.sub(r'[^a-z0-9_]', '_', key.lower())[:60] or 'unknown'}"


def number(account: str) -> str:
    """The number of an account, for lists in the order of the chart."""
    return (FIXED.get(account) or FAMILIES[account.partition(":")[0]])[0]


def title(account: str) -> str:
    """An account in words."""
    if account in FIXED:
        return str(FIXED[account][1])
    family, _colon, key = account.partition(":")
    return str(FAMILIES[family][1]) % (words.percent(int(key)) if family == "tax" else key)
