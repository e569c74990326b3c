"""Any order of clicks, provider events, outages and retries settles exactly one amount and loses no money."""

import uuid
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadtkern.kernel.events.models import Event
from stadtkern.kernel.payments import actions
from stadtkern.kernel.payments.adapters import ProviderUnavailable
from stadtkern.kernel.payments.adapters import TransactionStatus as Word
from stadtkern.kernel.payments.models import Payment

from .conftest import RETURN

S = Payment.Status
WHICH = st.integers(0, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), WHICH),
        st.tuples(st.just("begin"), WHICH),
        st.tuples(st.just("refresh"), WHICH),
        st.tuples(st.just("reopen"), WHICH),
        st.tuples(st.just("cancel"), WHICH),
        st.tuples(st.just("poll"), WHICH),
        st.tuples(st.just("age"), WHICH),
        st.tuples(st.sampled_from(["PAYED", "PAYED", "FAILED", "CANCELED"]), WHICH),
        st.tuples(st.sampled_from(["away", "lost", "back"]), WHICH),
    ),
    min_size=3,
    max_size=30,
)


class World:
    """One thing to pay for, its attempts, the provider, and everything that may happen to them."""

    def __init__(self, open_one, citizen, provider, outage):
        self.about = f"case:{uuid.uuid4().hex[:8]}"
        self.provider, self.outage = provider, outage
        self.open = lambda: open_one(citizen, self.about)
        self.open()

    def attempts(self):
        return list(Payment.objects.filter(about=self.about).order_by("pk"))

    def step(self, name, which):
        rows = self.attempts()
        payment = rows[which % len(rows)]
        with suppress(ProviderUnavailable, actions.Refused):
            self._do(name, payment)
        assert sum(row.status in (S.OPEN, S.STARTED, S.PAID) for row in self.attempts()) <= 1
        assert {row.amount_cents for row in self.attempts()} == {1250}

    def _do(self, name, payment):
        match name:
            case "open":
                self.open()
            case "begin":
                actions.begin(payment, RETURN, "account:1")
            case "refresh":
                actions.refresh(payment)
            case "reopen":
                actions.reopen(payment, "account:1")
            case "cancel":
                actions.cancel(payment, "account:1")
            case "poll":
                Payment.objects.filter(next_check_at__isnull=False).update(next_check_at=timezone.now())
                actions.poll_due()
            case "age":
                Payment.objects.filter(started_at__isnull=False).update(started_at=timezone.now() - timedelta(hours=2))
            case "away" | "lost" | "back":
                self.outage({"away": "", "lost": "lost", "back": None}[name])
            case word if payment.transaction_id:
                self.provider.press(payment.transaction_id, Word(word))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_exactly_one_amount_is_settled(db, citizen, provider, open_one, outage, steps):
    with transaction.atomic():
        outage(None)
        world = World(open_one, citizen, provider, outage)
        for name, which in steps:
            world.step(name, which)
        outage(None)
        for payment in world.attempts():
            actions.refresh(payment)
        rows = world.attempts()
        ours = [provider.look(row.transaction_id) for row in rows if row.transaction_id]
        cashed = [said.raw["purpose"] for said in ours if said.status == Word.PAYED]
        booked = [row.purpose for row in rows if row.status in (S.PAID, S.SURPLUS)]
        assert sorted(booked) == sorted(cashed), "money at the provider and money booked are the same"
        assert sum(row.status == S.PAID for row in rows) == min(1, len(cashed))
        names = list(Event.objects.filter(subject=world.about).values_list("name", flat=True))
        assert names.count("payment.completed") == min(1, len(cashed))
        assert names.count("payment.doubled") == max(0, len(cashed) - 1)
        transaction.set_rollback(True)
