"""Sending: once, checked again on the server, with fee, due date and payment, however often and from wherever it is clicked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.services import catalogue

from .factories import ANSWERS, actor_for, city_with, clerk_actor, draft


def at_once(count, do):
    """Run `do(n)` in threads of their own connections; returns results and exceptions."""

    def run(number):
        try:
            return do(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_a_free_application_goes_straight_to_the_desk(probe, citizen):
    case = actions.submit(actor_for(citizen), draft(citizen))
    case.refresh_from_db()
    assert (case.status, case.fee_cents, case.office.key) == (Status.IN_REVIEW, 0, "buergeramt")
    assert case.due_date == timezone.localdate() + timedelta(days=10)
    assert case.applicant == "Zoë Çelik-Müller"
    assert case.keep_until.year == timezone.localdate().year + 3
    assert case.trust == Trust.BASIC
    assert not Payment.objects.exists()
    line = Event.objects.get(name="case.submitted")
    assert line.data == {"service": "probe", "fee_cents": 0, "trust": 1, "assisted": False}


def test_a_fee_opens_one_payment(costly, citizen):
    case = actions.submit(actor_for(citizen), draft(citizen, "costly"))
    assert case.status == Status.AWAITING_PAYMENT
    payment = Payment.objects.get()
    assert (payment.about, payment.amount_cents, payment.account) == (str(case), 1200, citizen)


def test_a_second_submit_changes_nothing(costly, citizen):
    case = draft(citizen, "costly")
    first = actions.submit(actor_for(citizen), case)
    lines = Event.objects.count()
    again = actions.submit(actor_for(citizen), case)
    assert (again.pk, again.submitted_at) == (first.pk, first.submitted_at)
    assert Event.objects.count() == lines
    assert Payment.objects.count() == 1


def test_eight_tabs_submit_one_application(transactional_db, costly, citizen):
    case = draft(citizen, "costly")
    results = at_once(8, lambda n: actions.submit(actor_for(citizen), case))
    assert {getattr(result, "pk", result) for result in results} == {case.pk}
    assert Case.objects.count() == 1
    assert Payment.objects.count() == 1
    assert Event.objects.filter(name="case.submitted").count() == 1


def test_the_whole_form_is_checked_again(probe, citizen):
    case = draft(citizen, answers={**ANSWERS, "wish": ""}, steps_done=["sie", "sache"])
    with pytest.raises(actions.Incomplete) as incomplete:
        actions.submit(actor_for(citizen), case)
    assert [problem.path for problem in incomplete.value.problems] == ["wish"]
    assert Case.objects.get().status == Status.DRAFT


def test_what_is_hidden_is_dropped(probe, citizen):
    case = draft(citizen, answers={**ANSWERS, "extra": "alt", "unknown": "x", "things[4]/what": "Rad"})
    case = actions.submit(actor_for(citizen), case)
    assert Case.objects.get().answers == {**ANSWERS, "things[0]/what": "Rad"}


def test_too_little_trust_keeps_the_draft(settings, tmp_path, offices, citizen):
    settings.CITY_FOLDER = city_with(tmp_path, "strict", trust="substantial")
    case = draft(citizen, "strict")
    with pytest.raises(actions.MoreTrustNeeded):
        actions.submit(actor_for(citizen), case)
    assert Case.objects.get().status == Status.DRAFT
    assert actions.submit(actor_for(citizen, Trust.SUBSTANTIAL), case).trust == Trust.SUBSTANTIAL


def test_at_the_counter_the_clerk_has_seen_the_card(settings, tmp_path, offices, clerk, other_clerk):
    settings.CITY_FOLDER = city_with(tmp_path, "strict", trust="high")
    case, secret = actions.start(clerk_actor(clerk), catalogue.find("strict"), assisted=True)
    assert secret is None and case.account is None
    actions.fill(clerk_actor(clerk), case, ANSWERS)
    with pytest.raises(Case.DoesNotExist):
        actions.submit(clerk_actor(other_clerk), case)
    case = actions.submit(clerk_actor(clerk), case)
    assert (case.status, case.trust) == (Status.IN_REVIEW, Trust.HIGH)


def test_nobody_submits_for_somebody_else(probe, citizen, other_citizen, clerk):
    case = draft(citizen)
    for stranger in (actor_for(other_citizen), clerk_actor(clerk), Actor(), Actor(draft_keys=("x" * 64,))):
        with pytest.raises(Case.DoesNotExist):
            actions.submit(stranger, case)
    assert Case.objects.get().status == Status.DRAFT


def test_a_failed_payment_leaves_a_draft(costly, citizen, monkeypatch):
    """All or nothing: no sent case without its payment."""

    def broken(**_facts):
        raise ValueError("no number")

    monkeypatch.setattr("stadtkern.kernel.payments.actions.open_payment", broken)
    case = draft(citizen, "costly")
    with pytest.raises(ValueError, match="no number"):
        actions.submit(actor_for(citizen), case)
    case.refresh_from_db()
    assert case.status == Status.DRAFT and case.submitted_at is None
    assert not Event.objects.filter(name="case.submitted").exists()


# BEGIN, lock, UPDATE, diary, job, COMMIT; with a fee seven more by payments (number, claim, entry, postings, position,
# attempt, diary) and a savepoint of its own.
@pytest.mark.parametrize(("service", "limit"), [("probe", 6), ("costly", 15)])
def test_submitting_takes_few_statements(transactional_db, service, limit, settings, tmp_path, offices, citizen):
    settings.CITY_FOLDER = city_with(tmp_path, service, fee=1200 if service == "costly" else 0)
    case = draft(citizen, service)
    actor = actor_for(citizen)
    assert actor.account.person  # as the sign-in loads it
    with CaptureQueriesContext(connection) as queries:
        actions.submit(actor, case)
    statements = [query["sql"] for query in queries]
    assert len(statements) <= limit, "\n".join(statements)
