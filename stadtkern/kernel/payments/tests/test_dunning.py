"""Reminders: by the rules, once a level, never for what is paid, held back or in doubt."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments import actions, chart
from stadtkern.kernel.payments.actions import Refused
from stadtkern.kernel.payments.levels import surcharge
from stadtkern.kernel.payments.models import Dunning, DunningStop, Receivable

from .test_statements import balance, claim, movement, take  # noqa: F401 - claim is a fixture

TODAY = timezone.localdate()


@pytest.fixture
def overdue(claim, citizen):  # noqa: F811
    def make(days=30, about="case:17", cents=12_345, **more):
        return claim(about, cents, due=TODAY - timedelta(days=days), **{"account": citizen} | more)

    return make


def steps():
    return [(step.claim.pk, step.level.number, step.held) for step in actions.next_steps(TODAY)]


@pytest.mark.parametrize(("cents", "days", "wanted"), [
    (12_345, 0, 0), (12_345, 3, 0), (12_345, 4, 100), (12_345, 30, 100), (12_345, 31, 200), (4_999, 400, 0), (5_000, 4, 50),
    (100_000, 365, 12_000), (-5, 10, 0),
])  # fmt: skip
def test_surcharge_of_the_fiscal_code(cents, days, wanted):
    """§ 240 AO: 1 % per month begun of what is divisible by 50 euros; nothing in the first three days."""
    due = date(2026, 3, 31)
    assert surcharge(cents, due, due + timedelta(days=days)) == wanted


def test_short_months_begin_on_the_day_after(db):
    due = date(2027, 1, 31)
    assert [surcharge(5_000, due, day) for day in (date(2027, 2, 28), date(2027, 3, 1), date(2027, 4, 1))] == [50, 100, 150]


@pytest.mark.parametrize(("days", "found"), [(0, False), (6, False), (7, True), (100, True)])
def test_who_is_due(overdue, days, found):
    row = overdue(days)
    assert steps() == ([(row.pk, 1, "")] if found else [])


def test_levels_follow_each_other_with_fee_and_surcharge(overdue):
    row = overdue(30)
    actions.dun(row, 1, "staff:1")
    assert steps() == [] and Receivable.objects.get().open_cents == 12_345 + 100
    Dunning.objects.update(pay_until=TODAY - timedelta(days=1))
    (step,) = actions.next_steps(TODAY)
    assert (step.level.number, step.fee, step.surcharge, step.cents) == (2, 500, 0, 12_445)
    actions.dun(row, 2, "staff:1")
    assert Receivable.objects.get().open_cents == 12_345 + 100 + 500 and balance(chart.DUNNING) == -600
    with pytest.raises(Refused):
        actions.dun(row, 2, "staff:1")
    with pytest.raises(Refused):
        actions.dun(row, 3, "staff:1")


def test_the_fee_itself_bears_no_surcharge(overdue):
    row = overdue(30)
    actions.dun(row, 1, "staff:1")
    actions.receive(row, cents=12_345, by="transfer", source_key="x")
    Dunning.objects.update(pay_until=TODAY - timedelta(days=1))
    assert [(step.surcharge, step.held) for step in actions.next_steps(TODAY)] == [(0, "small")]
    assert Receivable.objects.get().open_cents == 100


@pytest.mark.parametrize("why", ["paid", "cancelled", "small", "stop:OBJECTION", "unexplained", "nobody", "debit"])
def test_nobody_is_reminded_of_what_is_settled_or_in_doubt(overdue, citizen, why):
    from stadtkern.kernel.accounts.access import Actor

    row = overdue(cents=400) if why == "small" else overdue(account=None) if why == "nobody" else overdue()
    if why == "paid":
        actions.receive(row, cents=12_345, by="transfer", source_key="x")
    elif why == "cancelled":
        actions.cancel_claim(row, "Irrtum", "staff:1")
    elif why.startswith("stop"):
        actions.stop_dunning(row, "OBJECTION", "staff:1")
    elif why == "unexplained":
        take(movement(12_345, "Danke", "Zoe Lucja Celik-Mueller"))
    elif why == "debit":
        mandate = actions.give_mandate(Actor(citizen), holder="Zoë", iban="DE89370400440532013000", agreed=True)
        actions.announce(row, mandate, 12_345, "staff:1")
    assert steps() == ([] if why in ("paid", "cancelled") else [(row.pk, 1, why)])
    with pytest.raises(Refused):
        actions.dun(row, 1, "staff:1")
    assert not Dunning.objects.exists() and balance(chart.DUNNING) == 0


def test_a_pause_ends_by_its_day_or_by_hand(overdue):
    row = overdue()
    stop = actions.stop_dunning(row, "DEFERRAL", "staff:1", until=TODAY)
    assert steps() == [(row.pk, 1, "stop:DEFERRAL")]
    DunningStop.objects.update(until=TODAY - timedelta(days=1))
    assert steps() == [(row.pk, 1, "")]
    DunningStop.objects.update(until=None)
    actions.lift_stop(stop, "staff:1")
    assert steps() == [(row.pk, 1, "")]


def test_insolvency_holds_everything_of_a_debtor(overdue):
    first, second = overdue(), overdue(about="case:18")
    actions.stop_dunning(first, "INSOLVENCY", "staff:1", everything=True)
    assert {held for _pk, _level, held in steps()} == {"stop:INSOLVENCY"} and second


def test_the_letter_is_a_paper_in_the_post_box_once(overdue, citizen):
    row = overdue()
    made = actions.dun(row, 1, "staff:1")
    for _ in range(2):
        actions.send_letter(Dunning.objects.get())
    letter = Message.objects.get(account=citizen)
    paper = Document.objects.get()
    assert "124,45" in letter.body and paper.kind == "Zahlungserinnerung" and list(letter.documents.all()) == [paper]
    assert Dunning.objects.get().document == paper and made.pay_until == TODAY + timedelta(days=10)


def test_a_debtor_without_account_gets_paper_only(overdue):
    overdue(account=None, debtor_name="Otto Weiß", debtor_address="Gasse 1\n49999 Musterstadt")
    actions.dun(Receivable.objects.get(), 1, "staff:1")
    actions.send_letter(Dunning.objects.get())
    assert Document.objects.count() == 1 and not Message.objects.exists()


def test_preview_run_and_stop_on_the_page(overdue, cashier, login):
    row, other = overdue(), overdue(about="case:18")
    desk = login(cashier.account)
    page = desk.get(reverse("payments:cash_dunning")).text
    assert row.reference in page and other.reference in page and "Zahlungserinnerung" in page
    answer = desk.post(reverse("payments:cash_stop", args=[other.pk]), {"grund": "", "bis": ""})
    assert answer.status_code == 422
    desk.post(
        reverse("payments:cash_stop", args=[other.pk]), {"grund": "OBJECTION", "bis": (TODAY + timedelta(30)).isoformat()}
    )
    chosen = [f"{row.pk}:1", f"{other.pk}:1", "x:y", f"{10**30}:1", "1:1:1"]
    page = desk.post(reverse("payments:cash_dunning"), {"mahnen": chosen}, follow=True).text
    assert "1 Mahnungen sind auf dem Weg" in page and Dunning.objects.get().receivable == row


@pytest.mark.django_db(transaction=True)
def test_a_payment_at_the_same_moment(transactional_db, overdue):
    """Whoever is first: never a reminder booked after the money."""
    row = overdue()

    def dun(_):
        try:
            return actions.dun(row, 1, "x").pk
        except Refused:
            return None
        finally:
            connection.close()

    def pay(_):
        try:
            return actions.receive(row, cents=12_345, by="transfer", source_key="pay").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(pay, 0)] + [pool.submit(dun, at) for at in range(5)]
        came = [job.result() for job in jobs][1:]
    left = Receivable.objects.get().open_cents
    assert len([pk for pk in came if pk]) <= 1 and left == (100 if any(came) else 0)
    if any(came):
        assert Dunning.objects.get().receivable.positions.filter(kind="DUNNING").count() == 1


def test_a_letter_without_post_box_is_printed_by_the_cash_office(overdue, cashier, clerk, login):
    row = overdue(account=None, debtor_name="Otto Weiß", debtor_address="Gasse 1\n49999 Musterstadt")
    actions.dun(row, 1, "staff:1")
    actions.send_letter(made := Dunning.objects.get())
    path, desk = reverse("payments:cash_letter", args=[made.pk]), login(cashier.account)
    assert path in desk.get(reverse("payments:cash_dunning")).text
    assert path in desk.get(reverse("payments:ledger_claim", args=[row.pk])).text
    assert desk.get(path).content.startswith(b"%PDF")
    assert login(clerk.account).get(path).status_code == 403
    assert desk.get(reverse("payments:cash_letter", args=[made.pk + 1])).status_code == 404
