"""The journal balances, is final, and says of every claim what is open."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from stadtkern.kernel.events.models import Event
from stadtkern.kernel.payments import actions, chart
from stadtkern.kernel.payments.actions import Item
from stadtkern.kernel.payments.models import Entry, Payment, Position, Posting, Receivable

S = Receivable.Status
BILL = (Item("Gebühr", 8000),)


@pytest.fixture
def claim(db):
    def make(about="case:17", items=BILL, **more):
        return actions.raise_claim(about=about, items=items, description="Sperrmüll", actor_key="system", **more)

    return make


def fresh(row):
    return Receivable.objects.get(pk=row.pk)


def balances():
    """Account -> sum, from the raw rows."""
    return {row["account"]: row["sum"] for row in Posting.objects.values("account").annotate(sum=Sum("cents")) if row["sum"]}


def paid(row, cents, by="transfer", key=None):
    return actions.receive(row, cents=cents, by=by, source_key=key or f"{by}:{row}:{cents}:{Entry.objects.count()}")


def test_a_claim_is_booked_per_revenue_and_tax(claim):
    less = Item("Ermäßigung", -119, 1900, "Stadtpass")
    row = claim(items=[Item("Fahrrad-Codierung", 1190, 1900), less, Item("Auskunft", 700)])
    assert (row.claimed_cents, row.open_cents, fresh(row).open_cents) == (1771, 1771, 1771)
    assert balances() == {"receivables": 1771, "revenue:case": -1600, "tax:1900": -171}
    told = list(Position.objects.values_list("kind", "net_cents", "tax_cents", "cents"))
    assert told == [("FEE", 1000, 190, 1190), ("REDUCTION", -100, -19, -119), ("FEE", 700, 0, 700)]


def test_raising_twice_is_one_claim_of_one_sum(claim):
    first = claim()
    assert claim().pk == first.pk
    with pytest.raises(ValueError, match="fixed at 8000"):
        claim(items=[Item("Gebühr", 8001)])
    assert list(Event.objects.values_list("name", flat=True)) == ["payment.claimed"]


@pytest.mark.parametrize("cents", [0, -1, 10**30])
def test_impossible_money_is_not_booked(claim, cents):
    with pytest.raises(ValueError, match=r"cannot be (booked|asked)"):
        paid(claim(), cents)
    with pytest.raises(ValueError, match="cannot be asked"):
        claim("case:18", [Item("x", cents)])


def test_partial_full_and_too_much(claim):
    row = claim()
    paid(row, 3000)
    assert (fresh(row).status, fresh(row).open_cents) == (S.PARTLY, 5000)
    paid(row, 9000)
    row = fresh(row)
    assert (row.status, row.open_cents, row.refund_cents, row.received_cents) == (S.OVERPAID, 0, 4000, 12000)
    assert Event.objects.filter(name="payment.completed", subject="case:17").count() == 1
    actions.refund(row, by="transfer", actor_key="staff:1")
    assert (fresh(row).status, fresh(row).received_cents) == (S.PAID, 8000)
    assert balances() == {"bank": 12000, "payouts": -4000, "revenue:case": -8000}


def test_the_same_money_twice_is_booked_once(claim):
    row = claim()
    first = paid(row, 8000, key="camt:1:1")
    again = paid(row, 8000, key="camt:1:1")
    assert first.pk == again.pk
    assert fresh(row).status == S.PAID
    assert balances()["bank"] == 8000


def test_unexplained_money_finds_its_claim(claim):
    row = claim()
    entry = actions.receive(None, cents=9000, by="transfer", source_key="camt:1:2", memo="Rechnung\x00 17\udcff")
    assert [(e.pk, e.rest_cents) for e in Entry.objects.unexplained()] == [(entry.pk, 9000)]
    assert entry.memo.text == "Rechnung 17?"
    actions.assign(entry, row, "staff:1", 8000)
    assert fresh(row).status == S.PAID
    assert [e.rest_cents for e in Entry.objects.unexplained()] == [1000]
    with pytest.raises(actions.Refused):
        actions.assign(entry, row, "staff:1", 1001)
    actions.send_back(entry, "staff:1")
    assert not Entry.objects.unexplained().exists()
    with pytest.raises(actions.Refused):
        actions.send_back(entry, "staff:1")


def test_a_wrong_assignment_is_taken_back_once(claim):
    row = claim()
    entry = actions.receive(None, cents=9000, by="transfer", source_key="camt:1:2")
    wrong = actions.assign(entry, row, "staff:1")
    actions.reverse(wrong, "staff:1")
    assert actions.reverse(wrong, "staff:1").kind == Entry.Kind.REVERSAL
    assert (fresh(row).open_cents, fresh(row).refund_cents) == (8000, 0)
    assert [e.rest_cents for e in Entry.objects.unexplained()] == [9000]


def test_a_returned_debit_opens_the_claim_again(claim):
    row = claim()
    entry = paid(row, 8000, "debit", "pain:1")
    actions.clear(chart.DEBIT_TRANSIT, cents=8000, source_key="camt:1:3")
    assert fresh(row).status == S.PAID
    for _twice in range(2):
        actions.return_debit(entry, source_key="camt:2:1", cost_cents=350, reason="AM04")
    with pytest.raises(actions.Refused):
        actions.return_debit(entry, source_key="camt:2:2")
    actions.add_position(row, Item("Rücklastschrift", 350, kind="CHARGEBACK"), "system", source_key="return:1")
    actions.add_position(row, Item("Rücklastschrift", 350, kind="CHARGEBACK"), "system", source_key="return:1")
    row = fresh(row)
    assert (row.status, row.open_cents, row.claimed_cents) == (S.OPEN, 8350, 8350)
    assert balances() == {"receivables": 8350, "bank": -350, "revenue:case": -8000}


def test_reduced_after_payment_is_refunded(claim):
    row = claim(items=[Item("A", 1190, 1900), Item("B", 500)])
    paid(row, 1690)
    actions.reduce(row, 1000, "Härtefall", "staff:1")
    row = fresh(row)
    assert (row.status, row.refund_cents, row.claimed_cents) == (S.OVERPAID, 1000, 690)
    assert balances() == {"bank": 1690, "refunds": -1000, "revenue:case": -660, "tax:1900": -30}
    with pytest.raises(actions.Refused):
        actions.reduce(row, 691, "zu viel", "staff:1")


def test_cancelling_undoes_every_cent_of_tax(claim):
    row = claim(items=[Item(f"Ding {n}", cents, bp) for n, (cents, bp) in enumerate([(3, 1900), (7, 1900), (11, 700), (5, 0)])])
    paid(row, 20)
    actions.write_off(row, "small", "staff:1")
    assert fresh(row).status == S.WRITTEN_OFF
    actions.cancel_claim(row, "", "staff:1")
    actions.cancel_claim(row, "", "staff:1")
    row = fresh(row)
    assert (row.status, row.claimed_cents, row.refund_cents, row.written_off_cents) == (S.CANCELLED, 0, 20, 0)
    assert balances() == {"bank": 20, "refunds": -20}


def test_money_after_writing_off_undoes_it(claim):
    row = claim()
    off = actions.write_off(row, "hopeless", "staff:1")
    paid(row, 9000)
    row = fresh(row)
    assert (row.status, row.written_off_cents, row.refund_cents) == (S.OVERPAID, 0, 1000)
    with pytest.raises(actions.Refused):
        actions.reverse(off, "staff:1")


def test_instalments(claim):
    row = claim(items=[Item("Gebühr", 10001)], instalments={"most": 3, "least_cents": 3000})
    today = timezone.localdate()
    with pytest.raises(actions.Refused):
        actions.agree_instalments(row, 4, today, "account:1")
    row = actions.agree_instalments(row, 3, today, "account:1")
    assert [part.cents for part in row.instalments.all()] == [3333, 3333, 3335]
    assert row.due_cents(today) == 0
    one = actions.attempt(row, "account:1")
    assert one.amount_cents == 3333
    paid(row, 3333)
    one.refresh_from_db()
    assert Event.objects.filter(name="payment.on_plan").count() == 1
    assert actions.attempt(fresh(row), "account:1").amount_cents == 3333
    assert fresh(row).due_cents(today.replace(year=today.year + 1)) == 6668


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)


@pytest.mark.parametrize("text", [
    "UPDATE payments_entry SET reason = 'x'",
    "DELETE FROM payments_posting",
    "UPDATE payments_posting SET cents = cents + 1",
    "DELETE FROM payments_position",
    "UPDATE payments_receivable SET open_cents = 0",
    "UPDATE payments_receivable SET claimed_cents = claimed_cents + 1",
    "INSERT INTO payments_posting (entry_id, account, cents) SELECT id, 'bank', 1 FROM payments_entry LIMIT 1",
])  # fmt: skip
def test_the_database_refuses_every_later_change(transactional_db, text):
    actions.raise_claim(about="case:17", items=[Item("Gebühr", 8000)], description="x", actor_key="system")
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(text)


@pytest.mark.parametrize("cents", [(), (1,), (1, -2), (5, -5, 1)])
def test_the_database_refuses_what_does_not_balance(transactional_db, cents):
    with pytest.raises(DatabaseError, match="out of balance"), transaction.atomic():
        entry = Entry.objects.create(
            kind="CLEARING", day="2026-11-29", booked_on="2026-11-29", source_key="x", actor="system", transaction=0
        )
        Posting.objects.bulk_create(Posting(entry=entry, account="bank", cents=one) for one in cents)
    assert not Entry.objects.exists()


def test_the_database_knows_its_accounts(db, claim):
    row = claim()
    for account, receivable in (("somewhere", None), ("receivables", None), ("suspense", None)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Posting.objects.create(entry=Entry.objects.get(), account=account, cents=1, receivable=receivable)
    assert fresh(row).open_cents == 8000


def test_an_attempt_from_before_the_ledger_finds_its_claim(claim, citizen):
    Payment.objects.create(
        about="case:17", account=citizen, amount_cents=8000, purpose="0000-0001-95", description="x",
        items=[{"label": "Gebühr", "cents": 8000}],
    )  # fmt: skip
    row = claim()
    old = actions.attempt(row, "account:1")
    assert (old.purpose, old.receivable) == ("0000-0001-95", row)
