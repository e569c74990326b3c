"""Two clicks, two workers, at the same moment: one payment, one transaction, one settlement."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from stadtkern.kernel.events.models import Event
from stadtkern.kernel.payments import actions
from stadtkern.kernel.payments.adapters import TransactionStatus as Word
from stadtkern.kernel.payments.models import Payment

from .conftest import RETURN

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(function, count=6):
    def run(number):
        try:
            return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_six_submissions_open_one_payment(transactional_db, open_one, citizen, home):
    assert len({payment.pk for payment in all_at_once(lambda: open_one(citizen))}) == 1
    assert Payment.objects.count() == 1


def test_six_clicks_begin_one_transaction(transactional_db, payment, provider):
    urls = all_at_once(lambda: actions.begin(Payment.objects.get(), RETURN, "account:1"))
    assert len(set(urls)) == 1
    assert len(provider.transactions()) == 1
    assert Event.objects.filter(name="payment.started").count() == 1


def test_six_returns_settle_once(transactional_db, payment, provider):
    actions.begin(payment, RETURN, "account:1")
    provider.press(payment.transaction_id, Word.PAYED)
    Payment.objects.update(next_check_at=timezone.now())
    all_at_once(lambda: (actions.poll_due(), actions.refresh(Payment.objects.get())))
    assert Payment.objects.get().status == Payment.Status.PAID
    assert Event.objects.filter(name="payment.completed").count() == 1


def test_six_retries_open_one_attempt(transactional_db, payment, provider):
    actions.cancel(payment, "account:1")
    assert len({again.pk for again in all_at_once(lambda: actions.reopen(payment, "account:1"))}) == 1
    assert Payment.objects.count() == 2


def test_two_attempts_paid_at_once_pay_once(transactional_db, payment, provider):
    actions.begin(payment, RETURN, "account:1")
    actions.cancel(payment, "account:1")
    newer = actions.reopen(payment, "account:1")
    actions.begin(newer, RETURN, "account:1")
    for one in (payment, newer):
        provider.press(one.transaction_id, Word.PAYED)
    both = iter([payment.pk, newer.pk] * 3)
    all_at_once(lambda: actions.refresh(Payment.objects.get(pk=next(both))))
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["PAID", "SURPLUS"]
    assert Event.objects.filter(name="payment.completed").count() == 1
