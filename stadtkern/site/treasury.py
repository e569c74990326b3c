"""The cash office of the demo: claims of some weeks, a mandate, and a bank statement with the mistakes people make."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.payments import actions as payments
from stadtkern.kernel.payments import bank, feeds


@dataclass(frozen=True)
class Bill:
    """What somebody owes: for what, how much, due so many days ago (below zero: still to come)."""

    name: str
    what: str
    key: str
    cents: int
    days: int


BILLS = [
    Bill("Gerda Hoffmann", "Sondernutzung Gehweg, Baugerüst Rosenweg 4", "sondernutzung", 18_400, 3),
    Bill("Ioana Popescu", "Musikschule, Klavier, November", "musikschule", 6_450, 12),
    Bill("Tischlerei Brinkmann GmbH", "Abfall, Container 1100 Liter", "abfall", 23_190, 2),
    Bill("Nguyễn Thị Lan", "Gebühr Marktstand, Wochenmarkt", "markt", 4_200, 1),
    Bill("Karl-Heinz Schäfer", "Hundesteuer 2026, 4. Quartal", "hundesteuer", 3_000, 14),
    Bill("Đorđe Petrović", "Bibliothek, Ersatz für ein Buch", "bibliothek", 2_395, 30),
    Bill("Bäckerei Yıldız", "Außengastronomie, sechs Tische", "sondernutzung", 31_200, 25),
    Bill("Søren Jørgensen", "Feuerwehr, kostenpflichtiger Einsatz", "feuerwehr", 48_750, 50),
    Bill("Anneliese Groß", "Friedhof, Nutzungsrecht Verlängerung", "friedhof", 52_000, 6),
    Bill("Mehdi Rahmani", "Kita, Essensgeld Oktober", "kita", 7_800, 9),
    Bill("Fahrschule Krause", "Sondernutzung, Übungsplatz", "sondernutzung", 9_600, 4),
    Bill("Ewa Nowák", "Volkshochschule, Deutsch B1", "vhs", 14_500, -5),
]
OWN = [
    ("juergen.weiss", "Hundesteuer 2026, 4. Quartal", "hundesteuer", 3_000),
    ("zoe.celik", "Musikschule, Geige, Dezember", "musikschule", 6_450),
]


def play() -> int:
    """Claims, a mandate, a statement; returns how many claims. A second time changes nothing."""
    today = timezone.localdate()
    for at, bill in enumerate(BILLS):
        payments.raise_claim(
            about=f"bill:demo-{at}", items=[payments.Item(bill.what, bill.cents)], description=bill.what, actor_key=SYSTEM,
            key=bill.key, debtor_name=bill.name, debtor_address=f"Rosenweg {at + 1}\n{_town()}",
            due=today - timedelta(days=bill.days),
        )  # fmt: skip
    for at, (who, what, key, cents) in enumerate(OWN):
        account = Account.objects.filter(email__startswith=who).first()
        if account:
            payments.raise_claim(
                about=f"bill:own-{at}", items=[payments.Item(what, cents)], description=what, actor_key=SYSTEM, key=key,
                account=account, due=today + timedelta(days=9),
            )  # fmt: skip
            if at == 0 and bank.account():
                _mandate(account)
    if feeds.chosen().key == "demo":
        feeds.take_all(SYSTEM)
    return len(BILLS) + len(OWN)


def _mandate(account: Account) -> None:
    try:
        payments.give_mandate(Actor(account), holder=account.name, iban="DE89370400440532013000", agreed=True)
    except payments.Refused:
        return


def _town() -> str:
    return f"{city().contact['postcode']} {city().contact['town']}"
