"""One amount, settled once, whatever happens between us and the provider."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.payments import actions
from stadtkern.kernel.payments.adapters import ProviderUnavailable
from stadtkern.kernel.payments.adapters import TransactionStatus as Word
from stadtkern.kernel.payments.models import Payment
from stadtkern.lib.money import valid_kassenzeichen

from .conftest import RETURN, Fee

S = Payment.Status


def events(about="case:17"):
    return list(Event.objects.filter(subject=about).values_list("name", flat=True))


def begun(payment):
    actions.begin(payment, RETURN, "account:1")
    return payment


def test_opening_twice_gives_the_same_payment(payment, open_one, citizen):
    again = open_one(citizen)
    assert again.pk == payment.pk
    assert payment.status == S.OPEN
    assert valid_kassenzeichen(payment.purpose)
    assert events() == ["payment.opened"]


def test_the_amount_is_fixed(payment, open_one, citizen):
    with pytest.raises(ValueError, match="fixed"):
        open_one(citizen, cents=1251)


@pytest.mark.parametrize("cents", [0, -1, 100_000_000])
def test_impossible_sums_are_not_asked_for(db, citizen, cents):
    with pytest.raises(ValueError, match="cannot be asked"):
        actions.open_payment(about="case:1", account=citizen, amount_cents=cents, description="x", items=[], actor_key="system")


def test_items_must_add_up(db, citizen):
    with pytest.raises(ValueError, match="add up"):
        actions.open_payment(
            about="case:1", account=citizen, amount_cents=100, description="x", items=[Fee("a", 99)], actor_key="system"
        )


def test_back_to_is_a_path_of_ours(db, citizen):
    with pytest.raises(ValueError, match="no path"):
        actions.open_payment(
            about="case:1", account=citizen, amount_cents=100, description="x", items=[], actor_key="system",
            back_to="//evil.example/",
        )  # fmt: skip


def test_paid_at_the_provider_is_paid_here_once(payment, provider):
    begun(payment)
    assert payment.status == S.STARTED
    provider.press(payment.transaction_id, Word.PAYED, "CREDITCARD")
    for _ in range(3):
        actions.refresh(payment, "account:1")
    assert (payment.status, payment.method) == (S.PAID, "CREDITCARD")
    assert events() == ["payment.opened", "payment.started", "payment.completed"]
    line = Event.objects.get(name="payment.completed")
    assert line.actor == "provider:demo"
    assert line.data == {"payment": payment.pk, "cents": 1250}
    assert [(said.raw["purpose"], said.grosAmount) for said in provider.transactions()] == [(payment.purpose, 12.5)]


def test_begin_twice_gives_one_pay_page(payment):
    first = actions.begin(payment, RETURN, "account:1")
    second = actions.begin(Payment.objects.get(), RETURN, "account:1")
    assert first == second
    assert "/zahlung/demo-anbieter/" in first


def test_a_finished_payment_cannot_be_begun(payment, provider):
    begun(payment)
    provider.press(payment.transaction_id, Word.FAILED)
    actions.refresh(payment)
    with pytest.raises(actions.Refused):
        actions.begin(payment, RETURN, "account:1")


def test_an_outage_at_the_start_loses_nothing(payment, outage):
    outage("")
    with pytest.raises(ProviderUnavailable):
        actions.begin(payment, RETURN, "account:1")
    assert list(Payment.objects.unanswered()) == [payment]
    outage(None)
    begun(payment)
    assert payment.status == S.STARTED
    assert not Payment.objects.unanswered().exists()


def test_a_lost_answer_does_not_make_a_second_transaction(payment, provider, outage):
    outage("lost")
    with pytest.raises(ProviderUnavailable):
        actions.begin(payment, RETURN, "account:1")
    outage(None)
    begun(payment)
    provider.press(payment.transaction_id, Word.PAYED)
    assert len(provider.transactions()) == 1


def test_payment_exists_begins_afresh(payment, provider):
    """Another return address makes it another request; a real provider says PAYMENT_EXISTS for any repetition."""
    begun(payment)
    shown_never = payment.transaction_id
    Payment.objects.update(status=S.OPEN, transaction_id="", redirect_url="")
    payment.refresh_from_db()
    actions.begin(payment, "http://testserver/anders/", "account:1")
    assert payment.transaction_id not in ("", shown_never)


def test_the_provider_remembers_what_we_rolled_back(payment, provider, monkeypatch):
    def crash(*args):
        raise RuntimeError("killed here")

    monkeypatch.setattr("stadtkern.kernel.payments.actions.asking._started", crash)
    with pytest.raises(RuntimeError):
        begun(payment)
    monkeypatch.undo()
    payment = Payment.objects.get(pk=payment.pk)
    assert payment.status == S.OPEN
    begun(payment)
    assert len(provider.transactions()) == 1


@pytest.mark.parametrize(("word", "status", "name"), [
    (Word.FAILED, S.FAILED, "payment.failed"), (Word.CANCELED, S.CANCELLED, "payment.cancelled"),
])  # fmt: skip
def test_after_a_failure_a_new_attempt(payment, provider, word, status, name):
    begun(payment)
    provider.press(payment.transaction_id, word)
    assert actions.refresh(payment).status == status
    assert events()[-1] == name
    again = actions.reopen(payment, "account:1")
    assert again.pk != payment.pk
    assert (again.amount_cents, again.items, again.status) == (1250, payment.items, S.OPEN)
    assert again.purpose != payment.purpose
    assert actions.reopen(payment, "account:1").pk == again.pk


def test_no_answer_expires_and_a_late_payment_is_still_taken(payment, provider):
    begun(payment)
    Payment.objects.update(started_at=timezone.now() - timedelta(hours=2))
    assert actions.refresh(payment).status == S.EXPIRED
    provider.press(payment.transaction_id, Word.PAYED)
    assert actions.refresh(payment).status == S.PAID
    assert events()[-2:] == ["payment.expired", "payment.completed"]


def test_an_outage_does_not_expire_a_payment(payment, outage):
    begun(payment)
    Payment.objects.update(started_at=timezone.now() - timedelta(days=9), next_check_at=timezone.now())
    outage("")
    assert actions.poll_due() == 0
    payment.refresh_from_db()
    assert payment.status == S.STARTED
    assert payment.next_check_at is not None, "the last word is still owed to us"


def test_late_money_pays_and_ends_the_newer_attempt(payment, provider):
    begun(payment)
    actions.cancel(payment, "account:1")
    newer = begun(actions.reopen(payment, "account:1"))
    provider.press(payment.transaction_id, Word.PAYED)
    actions.refresh(payment)
    newer.refresh_from_db()
    assert (payment.status, newer.status) == (S.PAID, S.CANCELLED)
    provider.press(newer.transaction_id, Word.PAYED)
    actions.refresh(newer)
    assert newer.status == S.SURPLUS
    assert list(Payment.objects.to_refund()) == [newer]
    assert events().count("payment.completed") == 1
    assert events()[-1] == "payment.doubled"


def test_cancel_finds_the_money_that_is_already_there(payment, provider):
    begun(payment)
    provider.press(payment.transaction_id, Word.PAYED)
    assert actions.cancel(payment, "account:1").status == S.PAID


def test_cancel_during_an_outage_is_still_watched(payment, provider, outage):
    begun(payment)
    outage("")
    assert actions.cancel(payment, "account:1").status == S.CANCELLED
    assert Payment.objects.due(timezone.now() + timedelta(minutes=2)).exists()


def test_money_after_withdrawal_goes_back(payment, provider, operator):
    begun(payment)
    actions.call_off("case:17", "account:1")
    payment.refresh_from_db()
    assert (payment.status, payment.wanted) == (S.CANCELLED, False)
    with pytest.raises(actions.Refused):
        actions.reopen(payment, "account:1")
    provider.press(payment.transaction_id, Word.PAYED)
    assert actions.refresh(payment).status == S.SURPLUS
    who = Actor(account=operator.account, staff=operator)
    actions.mark_refunded(who, payment)
    actions.mark_refunded(who, payment)
    assert not Payment.objects.to_refund().exists()
    assert events().count("payment.refunded") == 1


def test_cancelled_while_the_provider_was_slow(payment, provider, monkeypatch):
    """The payer gives up in another tab while begin() waits: no pay page, but the transaction is watched."""
    create = type(provider).create

    def slow(self, request):
        said = create(self, request)
        actions.cancel(Payment.objects.get(pk=payment.pk), "account:1")
        return said

    monkeypatch.setattr(type(provider), "create", slow)
    with pytest.raises(actions.Refused):
        begun(payment)
    payment.refresh_from_db()
    assert payment.status == S.CANCELLED
    assert payment.next_check_at is not None


def test_a_wrong_amount_is_not_settled(payment, provider, monkeypatch):
    begun(payment)
    provider.press(payment.transaction_id, Word.PAYED)
    file = provider._file(payment.transaction_id)
    file.write_text(file.read_text().replace('"grosAmount": 12.5', '"grosAmount": 1.0'))
    actions.refresh(payment)
    assert payment.status == S.STARTED
    assert "1.0 euros" in payment.last_error


def test_the_job_asks_for_everything_due(provider, open_one, citizen):
    payments = [begun(open_one(citizen, f"case:{n}")) for n in range(3)]
    for one in payments:
        provider.press(one.transaction_id, Word.PAYED)
    assert actions.poll_due() == 0, "nothing is due yet"
    Payment.objects.update(next_check_at=timezone.now())
    assert actions.poll_due() == 3
    assert Payment.objects.filter(status=S.PAID, next_check_at=None).count() == 3


def test_the_job_goes_on_behind_an_unknown_transaction(provider, open_one, citizen):
    lost, fine = (begun(open_one(citizen, f"case:{n}")) for n in range(2))
    Payment.objects.filter(pk=lost.pk).update(transaction_id="0000")
    provider.press(fine.transaction_id, Word.PAYED)
    Payment.objects.update(next_check_at=timezone.now())
    assert actions.poll_due() == 1
    lost.refresh_from_db()
    assert "VALIDATION_ERROR" in lost.last_error
