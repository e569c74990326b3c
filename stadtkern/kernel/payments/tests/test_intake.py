"""A file handed in: kept, read by a job with a progress others can see, lost with no worker, booked once."""

from contextlib import contextmanager, nullcontext

import pytest
from django.db import connection
from django.urls import reverse

from stadtkern.kernel.payments import actions, chart
from stadtkern.kernel.payments.actions import intake
from stadtkern.kernel.payments.models import BankFile, BankLine, Intake

from .test_statements import balance, file, movement, statement


def data(count=5):
    return file(statement(*(movement(100 + at, "Danke") for at in range(count))))


def test_the_bytes_are_sealed_and_go_when_it_is_read(db):
    row = actions.hand_in("a.xml", data(), actor_key="staff:1")
    assert b"Danke" not in bytes(row.sealed) and not BankFile.objects.exists()
    row = actions.take_handed_in(row.pk)
    assert (row.state, row.done, row.total, bytes(row.sealed)) == ("TAKEN", 5, 5, b"")
    assert actions.take_handed_in(row.pk).file == row.file and BankLine.objects.count() == 5


def test_clicked_twice_is_handed_in_once_and_later_refused_with_the_reason(db):
    one, two = (actions.hand_in("a.xml", data(), actor_key="staff:1") for _ in range(2))
    assert one == two
    actions.take_handed_in(one.pk)
    again = actions.take_handed_in(actions.hand_in("b.xml", data(), actor_key="staff:1").pk)
    assert again.state == "REFUSED" and "schon eingelesen" in again.problem and bytes(again.sealed) == b""


def test_a_worker_that_dies_in_the_middle_leaves_it_waiting(db, monkeypatch):
    row = actions.hand_in("a.xml", data(), actor_key="staff:1")

    def die(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(intake, "_told", lambda pk: nullcontext(die))
        actions.take_handed_in(row.pk)
    row.refresh_from_db()
    assert row.state == "WAITING" and balance(chart.BANK) == 0 and not BankFile.objects.exists()
    assert actions.take_handed_in(row.pk).state == "TAKEN" and balance(chart.BANK) == 100 + 101 + 102 + 103 + 104


@pytest.mark.django_db(transaction=True)
def test_others_see_how_far_it_is(transactional_db, cashier, login, monkeypatch):
    """The booking is one transaction; its progress is told aside."""
    monkeypatch.setattr(intake, "PAUSE", 0)
    row = actions.hand_in("a.xml", data(3), actor_key="staff:1")
    seen = []
    real = intake._told

    def watched(pk):
        with real(pk) as told:

            def tell(done, total):
                told(done, total)
                other = connection.copy()
                with other.cursor() as cursor:
                    cursor.execute("SELECT done, total, (SELECT count(*) FROM payments_bankline) FROM payments_intake")
                    seen.append(cursor.fetchone())
                other.close()

            yield tell

    monkeypatch.setattr(intake, "_told", contextmanager(watched))
    Intake.objects.filter(pk=row.pk).update(done=1, total=3)
    page = login(cashier.account).get(reverse("payments:cash_intake", args=[row.pk])).text
    assert "1 von 3 Umsätzen" in page and "hx-get" in page
    actions.take_handed_in(row.pk)
    assert seen == [(0, 3, 0), (1, 3, 0), (2, 3, 0)]
    page = login(cashier.account).get(reverse("payments:cash_intake", args=[row.pk])).text
    assert "3 Umsätze eingelesen, 0 von selbst zugeordnet, 3 zu klären." in page and "hx-get" not in page


def test_it_runs_by_the_queue(run_jobs):
    row = actions.hand_in("a.xml", data(2), actor_key="staff:1")
    run_jobs()
    row.refresh_from_db()
    assert row.state == "TAKEN" and BankLine.objects.count() == 2
