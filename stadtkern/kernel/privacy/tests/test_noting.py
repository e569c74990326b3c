"""The same look is one line, whoever remembers it: the log or the process that wrote it. Never a look without a line."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.privacy import actions, lately
from stadtkern.kernel.privacy.models import Access


@pytest.fixture
def page(clerk):
    def show(*accounts, **more):
        facts = {"purpose": "desk", "legal_basis": "§ 1", "source": "cases", "fields": ["applicant"], "cases": [5]}
        return actions.note_accesses(actor=Actor(clerk.account, clerk), accounts=accounts, **{**facts, **more})

    return show


def queries(call):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = call()
    return answer, len(asked)


def test_the_same_look_is_one_line_but_a_new_person_is_another(page, clerk):
    """As another process sees it, which finds the line in the log."""
    assert page(101, 102, 103, clerk.account.pk, None) and Access.objects.latest("pk").accounts == [101, 102, 103]
    assert queries(lambda: page(101, 102, 103)) == (False, 1) and not page(103, 101)
    assert page(101, 102, 104) and Access.objects.latest("pk").accounts == [101, 102, 104]
    assert page(101, fields=["answers"]) and page(101, channel="api") and page(101, purpose="search")
    assert page(101, 102, again_after=timedelta(0))
    assert queries(lambda: page(clerk.account.pk, None, cases=[])) == (False, 0)


def test_what_the_process_committed_it_does_not_ask_for(page, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert page(101, 102)
        assert queries(lambda: page(101, 102)) == (False, 1)  # not yet committed
    assert queries(lambda: page(101, 102)) == (False, 0)
    for other in ({"fields": ["answers"]}, {"channel": "api"}, {"purpose": "search"}, {"about": "case:5"}, {"emergency": 3},
                  {"cases": [5, 6]}, {"again_after": timedelta(0)}, {"source": "inbox"}):  # fmt: skip
        assert page(101, 102, **other), other
    assert page(101, 102, 103)


def test_another_actor_is_another_look(page, second_clerk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert page(101)
    facts = {"purpose": "desk", "legal_basis": "§ 1", "source": "cases", "fields": ["applicant"], "cases": [5]}
    assert actions.note_accesses(actor=Actor(second_clerk.account, second_clerk), accounts=[101], **facts)


def test_what_was_rolled_back_is_not_remembered(page, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError), transaction.atomic():
        assert page(101)
        raise ZeroDivisionError
    assert page(101) and Access.objects.count() == 1


def test_it_is_remembered_no_longer_than_asked(page, django_capture_on_commit_callbacks, monkeypatch):
    with django_capture_on_commit_callbacks(execute=True):
        assert page(101)
    later = timezone.now() + actions.SAME_LOOK
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert not page(101, again_after=timedelta(hours=1)) and page(101)


def test_fifty_other_pages_later_there_is_one_line_more(page):
    """The search in the log is short; it errs towards a line too many."""
    assert page(101)
    for number in range(49):
        assert page(200 + number, again_after=timedelta(0))
    assert not page(101)
    assert page(300) and page(101)


def test_the_memory_is_small(monkeypatch):
    monkeypatch.setattr(lately, "MOST", 8)
    moment = datetime(2026, 1, 1, tzinfo=timezone.get_current_timezone())
    looks = [lately.look("staff:1", number) for number in range(20)]
    for look in looks:
        lately.remember(look, moment)
        assert lately.written(look, moment - timedelta(minutes=1)) and len(lately._moments) <= 8
    assert not lately.written(looks[0], moment - timedelta(minutes=1))
