"""Money of the city for somebody: decided by two, booked once, in the bank's file, back when the bank cannot credit it."""

import pytest
from django.db.models import Sum

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.payments import actions, chart
from stadtkern.kernel.payments.actions.collecting import file_of
from stadtkern.kernel.payments.models import Disbursement, Payout, Posting
from stadtkern.kernel.payments.report import report

IBAN = "DE02 1203 0000 0000 2020 51"
PRIZE = {"about": "prize:1", "key": "prize", "cents": 50_000, "holder": "Zoë Łucja Çelik-Müller", "iban": IBAN,
         "label": "1. Preis Ideenwettbewerb", "decided_by": ["staff:1", "staff:2"], "actor_key": "account:1"}  # fmt: skip


def balance(account: str) -> int:
    return Posting.objects.filter(account=account).aggregate(sum=Sum("cents"))["sum"] or 0


def test_a_prize_is_booked_once_and_goes_out_with_the_next_file(citizen):
    row = actions.pay_out(account=citizen, **PRIZE)
    again = actions.pay_out(account=citizen, **{**PRIZE, "iban": "DE89 3704 0044 0532 0130 00"})
    assert again == row and again.shown == "DE89 … 3000" and actions.disbursement_state(row) == "WAITING"
    assert (balance("expense:prize"), balance(chart.PAYOUTS)) == (50_000, -50_000)
    assert report(Actor(citizen))[-1]["iban"] == "DE89370400440532013000"
    order = actions.order_refunds("staff:9")
    data = file_of(order)
    assert b"Zoe Lucja Celik-Mueller" in data and b"DE89370400440532013000" in data and b"1. Preis Ideenwettbewerb" in data
    assert b"500.00" in data and (order.count, order.cents, order.fetched_at) == (1, 50_000, None)
    with pytest.raises(actions.Refused):
        actions.order_refunds("staff:9")  # a second file does not carry it
    kept = actions.pay_out(account=citizen, **PRIZE)
    assert kept == row and kept.shown == "DE89 … 3000"  # what is on its way does not change any more


def test_what_the_bank_sends_back_is_owed_again(citizen):
    from stadtkern.kernel.payments.actions.returned import payout

    row = actions.pay_out(account=citizen, **PRIZE)
    actions.order_refunds("staff:9")
    payout(Payout.objects.get(), "staff:9")
    assert actions.disbursement_of("prize:1") is None and actions.disbursement_state(row) == "RETURNED"
    assert balance("expense:prize") == 0
    second = actions.pay_out(account=citizen, **PRIZE)
    assert second != row and balance("expense:prize") == 50_000


def test_one_person_alone_or_a_wrong_account_is_refused(citizen):
    for wrong in ({"decided_by": ["staff:1", "staff:1"]}, {"iban": "DE03 1203 0000 0000 2020 51"}, {"holder": " "}):
        with pytest.raises(actions.Refused):
            actions.pay_out(account=citizen, **{**PRIZE, **wrong})
    assert not Disbursement.objects.exists() and not Posting.objects.exists()


def test_who_goes_before_the_transfer_gets_no_money_and_the_books_say_so(citizen):
    actions.pay_out(account=citizen, **PRIZE)
    actions.forget_disbursements(citizen.pk)
    assert (balance("expense:prize"), balance(chart.PAYOUTS)) == (0, 0)
    assert Disbursement.objects.get().account is None and Disbursement.objects.get().shown == ""
