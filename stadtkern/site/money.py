"""More of the demo's cash office: bills with tax, a reduction, instalments, gifts, tickets, too much money, closed days."""

from datetime import timedelta

from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.payments import actions
from stadtkern.kernel.payments.actions import Item
from stadtkern.kernel.payments.adapters import TransactionStatus
from stadtkern.kernel.payments.adapters.demo import connect
from stadtkern.kernel.payments.models import Receivable
from stadtkern.kernel.payments.payables import payables

from .rehearsal import days_ago

# (days ago, due after days, what, key, cents, tax, debtor): bills on paper, as a town sends them
BILLS = [
    (38, 14, "Hallenmiete Turnhalle Nordring, Oktober", "hallenmiete", 21_420, 1900, "TuS Nordviertel 1911 e. V."),
    (30, 14, "Verwarnungsgeld, Parken ohne Parkschein", "verwarnung", 2_000, 0, "Saša Jović"),
    (19, 14, "Standgeld Weihnachtsmarkt", "marktgebuehr", 119_000, 1900, "Käsehof Averbeck GbR"),
]


def play() -> int:
    """Returns how many claims there are now."""
    for number, (days, due, what, key, cents, tax, debtor) in enumerate(BILLS, 1):
        with days_ago(days):
            actions.raise_claim(
                about=f"manual:demo{number}", items=[Item(what, cents, tax)], description=what, key=key, debtor_name=debtor,
                debtor_address="Lindenstraße 3\n49999 Musterstadt", actor_key=SYSTEM,
                due=timezone.localdate() + timedelta(days=due),
            )  # fmt: skip
    _of_zoe()
    _gifts()
    with days_ago(1):
        actions.receive(_named("Verwarnungsgeld"), cents=2_500, by="counter", source_key="demo:counter:1")
        twice = _named("Standgeld Weihnachtsmarkt")  # paid twice: a refund that needs a second person
        for number in (1, 2):
            actions.receive(twice, cents=119_000, by="transfer", source_key=f"demo:transfer:{number}")
    actions.close_day(timezone.localdate() - timedelta(days=2), SYSTEM)
    return Receivable.objects.count()


def _of_zoe() -> None:
    """What a resident finds: something open, something in instalments, something reduced."""
    zoe = Account.objects.filter(email__startswith="zoe.celik").first()
    if zoe is None:
        return
    with days_ago(8):
        music = actions.raise_claim(
            about="manual:zoe1", items=[Item("Musikschule, Klavier, Quartal IV", 21_600)], key="musikschule", account=zoe,
            description="Musikschule, Klavier, Quartal IV", instalments={"most": 3, "least_cents": 5000}, actor_key=SYSTEM,
        )  # fmt: skip
        actions.reduce(music, 5_400, "Geschwisterermäßigung", SYSTEM)
    with days_ago(2):
        actions.raise_claim(
            about="manual:zoe2", items=[Item("Ferienspiele im Januar", 4_500)], key="ferienspiele", account=zoe,
            description="Ferienspiele im Januar", instalments={"most": 2, "least_cents": 2000}, actor_key=SYSTEM,
        )  # fmt: skip


def _gifts() -> None:
    for number, (days, key, typed) in enumerate([
        (5, "stadtwald", {"betrag": "50"}), (4, "stadtfuehrung", {"erwachsene": "2", "kinder": "1"}),
        (2, "schulessen", {"betrag": "20", "angabe": "40012345"}),
    ]):  # fmt: skip
        if (offer := payables().get(key)) is None:
            continue
        with days_ago(days):
            items = offer.bill(typed)
            payment = actions.open_payment(
                about=f"{offer.kind}:{key}:demo{number}", account=None, amount_cents=sum(item.cents for item in items),
                description=offer.title, items=items, actor_key=SYSTEM, key=offer.kind, voluntary=True,
            )  # fmt: skip
            actions.begin(payment, "http://localhost/", SYSTEM)
            payment.refresh_from_db()
            connect().press(payment.transaction_id, TransactionStatus.PAYED, "girocard")
            actions.refresh(payment)


def _named(start: str) -> Receivable:
    return Receivable.objects.get(description__startswith=start)
