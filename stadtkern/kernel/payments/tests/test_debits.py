"""Direct debits from the tick under the text to the returned money; refunds by transfer; never the same twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Company, Mandate
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments import actions, bank, chart
from stadtkern.kernel.payments.actions import Refused
from stadtkern.kernel.payments.models import BankLine, BankOrder, Collection, DebitMandate, Payout, Receivable
from stadtkern.lib.sepa.xml import check

from .test_statements import balance, claim, movement, take  # noqa: F401 - claim is a fixture

GOOD = "DE89 3704 0044 0532 0130 00"
TODAY = timezone.localdate()
S = Collection.Status


@pytest.fixture
def mandate(citizen):
    return actions.give_mandate(Actor(citizen), holder="Zoë Çelik-Müller", iban=GOOD, agreed=True)


@pytest.fixture
def announced(mandate, claim, citizen):  # noqa: F811
    row = claim(account=citizen, due=TODAY)
    return actions.announce(row, mandate, row.open_cents, "staff:1")


@pytest.fixture
def ordered(announced):
    Collection.objects.update(due_date=TODAY)
    return actions.order_debits("staff:1")


def one():
    return Collection.objects.select_related("receivable", "mandate").get()


def test_the_account_is_sealed_and_shown_masked(mandate, citizen, login):
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(m)::text FROM payments_debitmandate m")
        assert "0532013000" not in cursor.fetchone()[0]
    page = login(citizen).get(reverse("payments:debit")).text
    assert "DE89 … 3000" in page and "0532013000" not in page and "Mandat widerrufen" in page


def test_the_account_of_an_ended_mandate_goes_after_fourteen_months(mandate, announced, citizen):
    now = timezone.now()
    DebitMandate.objects.update(ended_at=now - timedelta(days=500), used_at=now - timedelta(days=420), ending="REVOKED")
    assert actions.forget_mandates_ended(now) == 0  # used less than 14 months ago
    DebitMandate.objects.update(used_at=now - timedelta(days=430))
    assert actions.forget_mandates_ended(now) == 0  # something is announced
    Collection.objects.update(status=S.DROPPED)
    actions.give_mandate(Actor(citizen), holder="Zoë", iban=GOOD, agreed=True)
    assert actions.forget_mandates_ended(now) == 1 and actions.forget_mandates_ended(now) == 0
    gone = DebitMandate.objects.get(pk=mandate.pk)
    assert not gone.sealed and not gone.account_id and not gone.shown and gone.reference
    assert bank.opened((row.sealed, f"mandate:{row.reference}") for row in DebitMandate.objects.order_by("pk"))[0] == {}


@pytest.mark.parametrize(("iban", "agreed", "holder", "word"), [
    ("DE89 3704 0044 0532 0130 01", True, "Zoë", "Tippfehler"),
    ("", True, "Zoë", "vollständig"),
    (GOOD, False, "Zoë", "Zustimmung"),
    (GOOD, True, " \x00", "wem das Konto"),
    ("US64SVBKUS6S3300958879", True, "Zoë", "IBAN|Land"),
    (GOOD, True, "x" * 71, "70 Zeichen"),
])  # fmt: skip
def test_no_mandate_without_account_name_and_tick(citizen, iban, agreed, holder, word):
    with pytest.raises(Refused, match=word):
        actions.give_mandate(Actor(citizen), holder=holder, iban=iban, agreed=agreed)
    assert not DebitMandate.objects.exists()


def test_a_new_one_replaces_and_the_database_allows_one(mandate, citizen):
    again = actions.give_mandate(Actor(citizen), holder="Zoë", iban="AT611904300234573201", agreed=True)
    assert list(DebitMandate.objects.live()) == [again]
    with pytest.raises(IntegrityError), transaction.atomic():
        DebitMandate.objects.filter(pk=mandate.pk).update(ended_at=None)


def test_nobody_gives_a_mandate_for_somebody_else(citizen, other_citizen):
    facts = {"kind": "PERSON", "proof": "OWN", "title": "x", "accepted_at": timezone.now()}
    under = Mandate.objects.create(agent=citizen, principal=other_citizen, **facts)
    with pytest.raises(Refused, match="wem das Konto gehört"):
        actions.give_mandate(Actor(citizen, mandate=under), holder="x", iban=GOOD, agreed=True)


def test_others_neither_see_nor_revoke_it(mandate, other_citizen, login):
    browser = login(other_citizen)
    assert browser.post(reverse("payments:debit_revoke", args=[mandate.pk])).status_code == 404
    assert mandate.reference not in browser.get(reverse("payments:debit")).text


def test_a_company_has_its_own(citizen, claim):  # noqa: F811
    firm = Company.objects.create(name="Nordlicht GmbH")
    given = actions.give_mandate(Actor(citizen, company=firm), holder="Nordlicht GmbH", iban=GOOD, agreed=True)
    row, own = claim(company=firm, account=citizen), claim("case:18", account=citizen)
    assert [(c.pk, m.pk) for c, m, _ in actions.to_announce(TODAY)] == [(row.pk, given.pk)] and own


def test_the_debtor_is_told_day_amount_and_references(announced, citizen):
    letter = Message.objects.get(account=citizen)
    for word in (announced.mandate.reference, "12,00", "DE98ZZZ09999999999", announced.receivable.reference, "DE89 … 3000"):
        assert word in letter.body
    assert announced.due_date >= TODAY + timedelta(days=5) and announced.sequence == "FRST"


def test_one_under_way_per_claim(announced, mandate):
    with pytest.raises(Refused, match="läuft schon"):
        actions.announce(announced.receivable, mandate, 1200, "staff:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Collection.objects.create(
            mandate=mandate, receivable=announced.receivable, end_to_end="X", cents=1, due_date=TODAY, sequence="RCUR"
        )
    assert actions.to_announce(TODAY) == []


def test_the_file_is_valid_and_the_money_in_transit(ordered):
    data = actions.fetched(ordered, "staff:1")
    check(data, "pain.008.001.08")
    read = etree.fromstring(data)
    assert read.findtext(".//{*}IBAN") == "DE05990500000000123456"
    assert [node.text for node in read.iter("{*}MndtId")] == [one().mandate.reference]
    assert read.findtext(".//{*}DrctDbtTxInf//{*}IBAN") == "DE89370400440532013000"
    assert (one().status, balance(chart.DEBIT_TRANSIT), Receivable.objects.get().open_cents) == (S.ORDERED, 1200, 0)
    assert b"0532013000" not in bytes(ordered.sealed)


def test_the_statement_clears_the_batch(ordered):
    taken = take(movement(1200, batch=one().batch, code="PMNT.IDDT.ESDD"))
    assert (taken.asked, one().status, balance(chart.DEBIT_TRANSIT), balance(chart.BANK)) == (0, S.CLEARED, 0, 1200)
    assert BankLine.objects.get().kind == "DEBITS"


def test_a_batch_of_another_sum_is_for_a_clerk(ordered):
    take(movement(1100, batch=one().batch))
    assert one().status == S.ORDERED and BankLine.objects.get().why == "none"


@pytest.mark.parametrize(
    ("reason", "owes", "ended"), [("AM04", 1500, False), ("MD06", 1500, False), ("AC04", 1500, True), ("MD01", 1200, True)]
)
def test_a_return_opens_the_claim_with_the_charge(ordered, reason, owes, ended):
    row = one()
    take(
        movement(1200, batch=row.batch),
        movement(-1500, end_to_end=row.end_to_end, reason=reason, original_cents=1200, charge_cents=300, code="PMNT.IDDT.UPDD"),
    )
    assert one().status == S.RETURNED and Receivable.objects.get().open_cents == owes
    assert bool(DebitMandate.objects.get().ended_at) is ended
    assert balance(chart.BANK) == -300 and balance(chart.DEBIT_TRANSIT) == 0
    assert actions.to_announce(TODAY) == []  # not again by itself


def test_a_return_is_taken_once(ordered):
    row = one()
    back = {"end_to_end": row.end_to_end, "reason": "AM04", "code": "PMNT.IDDT.UPDD"}
    take(movement(1200, batch=row.batch), movement(-1200, **back), movement(-1200, **back))
    assert BankLine.objects.filter(kind="UNKNOWN_DEBIT").count() == 1 and Receivable.objects.get().open_cents == 1200


@pytest.mark.parametrize("meanwhile", ["paid", "cancelled", "revoked", "stopped"])
def test_what_ended_meanwhile_is_not_collected(announced, citizen, meanwhile):
    Collection.objects.update(due_date=TODAY)
    row = announced.receivable
    if meanwhile == "paid":
        actions.receive(row, cents=1200, by="transfer", source_key="x")
    elif meanwhile == "cancelled":
        actions.cancel_claim(row, "Irrtum", "staff:1")
    elif meanwhile == "revoked":
        actions.revoke_mandate(Actor(citizen), announced.mandate)
    else:
        actions.stop_dunning(row, "INSOLVENCY", "staff:1", everything=True)
    with pytest.raises(Refused):
        actions.order_debits("staff:1")
    assert one().status == S.DROPPED and balance(chart.DEBIT_TRANSIT) == 0


def test_a_shredded_key_collects_nothing(announced, citizen):
    from stadtkern.kernel.privacy import keys
    from stadtkern.kernel.privacy.sealing import actions as sealing

    Collection.objects.update(due_date=TODAY)
    sealing.shred(f"account:{citizen.pk}", actor_key="system")
    keys.forget()
    with pytest.raises(Refused):
        actions.order_debits("staff:1")
    assert not BankOrder.objects.exists()


def test_over_payment_goes_back_to_where_it_came_from(claim):  # noqa: F811
    row = claim(debtor_name="Anna Groß")
    take(
        movement(2000, row.reference, "Anna Groß", iban="DE89370400440532013000"),
        movement(500, "?", "X", iban="AT611904300234573201"),
    )
    actions.send_line_back(BankLine.objects.get(cents=500), "staff:1")
    order = actions.order_refunds("staff:1")
    data = actions.fetched(order, "staff:1")
    check(data, "pain.001.001.09")
    assert (order.count, order.cents, balance(chart.REFUNDS), balance(chart.PAYOUTS)) == (2, 1300, 0, -1300)
    with pytest.raises(Refused):
        actions.order_refunds("staff:1")
    payouts = {one.cents: one.end_to_end for one in Payout.objects.all()}
    opening = 100_000 + 2500
    gone = [movement(-cents, end_to_end=name) for cents, name in payouts.items()]
    take(*gone, opening=opening, number=2)
    assert balance(chart.PAYOUTS) == 0 and set(Payout.objects.values_list("status", flat=True)) == {"CLEARED"}
    back = movement(800, end_to_end=payouts[800], reason="AC04", code="PMNT.ICDT.RRTN")
    take(back, opening=opening - 1300, number=3)
    assert Receivable.objects.get().refund_cents == 800 and balance(chart.PAYOUTS) == 0


@pytest.mark.django_db(transaction=True)
def test_two_clerks_order_at_once(transactional_db, announced):
    Collection.objects.update(due_date=TODAY)

    def run(_):
        try:
            return actions.order_debits("x").count
        except Refused:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, range(4))) == [0, 0, 0, 1]
    assert BankOrder.objects.count() == 1 and balance(chart.DEBIT_TRANSIT) == 1200


def test_who_goes_takes_the_mandate_along(announced, citizen):
    from stadtkern.kernel.payments import erasure

    assert "Ihr Lastschriftmandat mit dem Konto" in erasure.preview(citizen.pk, None).goes
    erasure.erase(citizen.pk, None)
    row = DebitMandate.objects.get()
    assert (row.account, row.shown, row.ending, one().status) == (None, "", "REVOKED", S.DROPPED)
