"""From the author to the page: a contribution is a case, and the moderator's decision is the decision of the case."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.models import Contribution, Process
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases.models import Case, Decision

IDEA = {"title": "Mehr Bänke im Stadtpark", "text": "Auf dem ganzen Weg gibt es keine Bank.", "category": "gruen"}


def test_an_idea_is_a_case_and_is_published_by_a_moderator(process, citizen, moderator):
    actor = Actor(citizen)
    row = actions.contribute(actor, process, {**IDEA, "author": "name", "state": "PUBLISHED", "supports": 999})
    assert (row.state, row.supports, row.author_shown, row.category.key) == ("SUBMITTED", 0, citizen.name, "gruen")
    case = Case.objects.get(pk=row.case_id)
    assert (case.status, case.office.key, case.reference) == ("IN_REVIEW", "beteiligung", row.reference)
    actions.publish(Actor(moderator.account, moderator), row)
    row.refresh_from_db()
    assert row.state == "PUBLISHED" and row.published_at and row.checked_at
    assert Decision.objects.get(case=case).outcome == "GRANTED"


def test_who_has_no_account_contributes_where_the_phase_allows_it(make_process):
    nobody = Actor(draft_keys=("d" * 64,))
    with pytest.raises(actions.Refused, match="melden Sie sich dafür an"):
        actions.contribute(nobody, make_process("zu"), IDEA, draft_key="d" * 64)
    row = actions.contribute(nobody, make_process("offen", who={"account": False}), IDEA, draft_key="d" * 64)
    assert row.account is None and row.author_shown == ""
    assert Contribution.objects.of_author(nobody).get() == row
    assert Case.objects.of_citizen(nobody).get().reference == row.reference


def test_a_rejection_needs_a_reason_and_somebody_else(process, citizen, moderator, clerk):
    row = actions.contribute(Actor(citizen), process, IDEA)
    moderating = Actor(moderator.account, moderator)
    with pytest.raises(actions.Refused, match="Grund"):
        actions.reject(moderating, row, "weil", "")
    with pytest.raises(Contribution.DoesNotExist):
        actions.reject(Actor(clerk.account, clerk), row, "spam", "")
    own = actions.contribute(moderating, process, IDEA)
    with pytest.raises(actions.Refused, match="eigener Beitrag"):
        actions.publish(moderating, own)
    made = actions.reject(moderating, row, "off_topic", "Bitte im Verfahren „Verkehr“ einreichen.")
    assert (made.what, Decision.objects.get(case=row.case_id).outcome) == ("REJECTED", "REJECTED")


def test_the_processes_of_staff_do_not_exist_for_others(make_process, citizen, clerk):
    inside = make_process("intern", audience="staff")
    assert not Process.objects.visible_to(Actor(citizen)).exists()
    assert Process.objects.visible_to(Actor(clerk.account, clerk)).get() == inside
    with pytest.raises(Process.DoesNotExist):
        actions.contribute(Actor(citizen), inside, IDEA)
    assert actions.contribute(Actor(clerk.account, clerk), inside, IDEA).reference


def test_a_double_click_is_one_contribution_and_a_draft_is_used_up(process, citizen, other_citizen):
    actor = Actor(citizen)
    draft = actions.save_draft(actor, process, IDEA)
    assert actions.save_draft(actor, process, {**IDEA, "title": "Noch mehr Bänke"}) == draft
    first = actions.contribute(actor, process, IDEA, draft=draft)
    assert first == draft
    assert [actions.contribute(actor, process, IDEA, draft=draft), actions.contribute(actor, process, IDEA)] == [first, first]
    assert actions.contribute(Actor(other_citizen), process, IDEA, draft=draft) != first  # the draft of somebody else is none
    assert Case.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_four_requests_at_once_are_one_contribution(process, citizen):
    def send(_number: int) -> int:
        try:
            return actions.contribute(Actor(citizen), process, IDEA).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(send, range(4)))) == 1
    assert Contribution.objects.count() == Case.objects.count() == 1
