"""The cash office and the debtor in a real browser: every page accessible, narrow and wide."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.payments import actions
from stadtkern.kernel.payments.models import BankLine, Collection, Dunning, Intake, Statement

from .test_statements import claim, file, movement, statement, take  # noqa: F401 - claim is a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TODAY = timezone.localdate()
GOOD = "DE89370400440532013000"


@pytest.fixture
def town(transactional_db, claim, citizen, home):  # noqa: F811
    """A day of the cash office with something on every page."""
    item = actions.Item
    parts = actions.raise_claim(
        about="case:1", items=[item("Ferienlager", 36_000, 700), item("Ermäßigung", -3_000, 700, "Stadtpass")],
        description="Ferienlager am See", actor_key="system", account=citizen, instalments={"most": 4, "least_cents": 5000},
    )  # fmt: skip
    late = claim("case:2", 18_000, account=citizen, due=TODAY - timedelta(days=40))
    plan = actions.raise_claim(
        about="case:3", items=[item("Hundesteuer", 12_000)], description="Hundesteuer", actor_key="system", account=citizen,
        instalments={"most": 4, "least_cents": 1000},
    )  # fmt: skip
    actions.agree_instalments(plan, 3, TODAY, "staff:1", by_office=True)
    over, stopped = claim("case:4", account=citizen), claim("case:5", 20_000, account=citizen, due=TODAY - timedelta(days=40))
    paper = claim("case:8", 18_000, debtor_name="Otto Weiß", debtor_address="Gasse 1", due=TODAY - timedelta(days=40))
    actions.dun(paper, 1, "staff:1")
    actions.send_letter(Dunning.objects.get())
    actions.stop_dunning(stopped, "OBJECTION", "staff:1")
    returned, announced = claim("case:6", 2500, account=citizen), claim("case:7", 900, account=citizen)
    mandate = actions.give_mandate(Actor(citizen), holder="Zoë Çelik-Müller", iban=GOOD, agreed=True)
    actions.announce(returned, mandate, 2500, "staff:1")
    Collection.objects.update(due_date=TODAY)
    actions.order_debits("staff:1")
    out = Collection.objects.get()
    actions.announce(announced, mandate, 900, "staff:1")
    take(
        movement(5000, over.reference, "Zoë Çelik-Müller", iban=GOOD),
        movement(4200, f"Rechnung {late.reference[:-1]}{(int(late.reference[-1]) + 1) % 10}", "Gerda Hoffmann"),
        movement(-690, "Kontoführung", code="PMNT.MDOP.CHRG"),
        movement(-9900, "Lastschrift Stadtwerke", "Stadtwerke"),
        movement(2500, batch=out.batch, code="PMNT.IDDT.ESDD"),
        movement(-2800, end_to_end=out.end_to_end, reason="AM04", original_cents=2500, charge_cents=300, code="PMNT.IDDT.UPDD"),
    )
    actions.hand_in("morgen.xml", file(statement(movement(1, "x"), number=2)), actor_key="staff:1")
    actions.take_handed_in(actions.hand_in("leer.xml", b"<a/>", actor_key="staff:1").pk)
    return {"parts": parts, "late": late, "paper": paper, "plan": plan, "over": over}


def pages(town):
    """(of whom, path) of everything somebody sees about money."""
    for name in ("list", "debit", "bill", "offers"):
        yield "citizen", reverse(f"payments:{name}")
    for row in (one for one in town.values() if one.account_id):
        yield "citizen", reverse("payments:claim", args=[row.pk])
    yield "citizen", reverse("payments:claim_receipt", args=[town["over"].pk])
    for name in ("", "_statements", "_asked", "_debits", "_refunds", "_dunning"):
        yield "cashier", reverse(f"payments:cash{name}")
    yield "cashier", reverse("payments:cash_statement", args=[Statement.objects.get().pk])
    for line in BankLine.objects.filter(cents__in=[5000, 4200, -9900]):
        yield "cashier", reverse("payments:cash_line", args=[line.pk])
    for row in Intake.objects.all():
        yield "cashier", reverse("payments:cash_intake", args=[row.pk])
    yield "cashier", reverse("payments:cash_stop", args=[town["late"].pk])
    for name in ("ledger", "ledger_new", "ledger_days"):
        yield "cashier", reverse(f"payments:{name}")
    yield "cashier", reverse("payments:ledger_day", args=[TODAY.isoformat()])
    for row in town.values():
        yield "cashier", reverse("payments:ledger_claim", args=[row.pk])


def test_no_violations_and_no_sideways_scrolling(open_tab, town, citizen, cashier):
    tabs = {
        "citizen": open_tab(account=citizen),
        "cashier": open_tab(account=cashier.account),
    }
    for who, path in pages(town):
        tab = tabs[who]
        assert (path, tab.go(path).status) == (path, 200)
        assert (path, tab.everywhere(390)) == (path, [])
