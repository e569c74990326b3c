"""The diary cannot be rewritten, and tells nobody outside unless somebody listens."""

import pytest
from django.db import DatabaseError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from stadtkern.kernel.events import queue
from stadtkern.kernel.events.actions import react, record, webhooks
from stadtkern.kernel.events.models import Event


def test_a_line_is_never_changed(db):
    with transaction.atomic():
        event = record("test.happened", subject="test:1", actor="system", data={"cents": 12})
    assert Event.objects.get(pk=event.pk).data == {"cents": 12}
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(name="test.forged")


def test_without_listeners_a_line_costs_one_query_and_no_job(db, django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(1):
        record("test.happened", subject="test:1", actor="system")
    assert not ProcrastinateJob.objects.exists()


def test_with_a_listener_one_job_is_queued_with_the_line(db, django_assert_num_queries):
    webhooks.register(actor_key="staff:1", title="Kreis", url="https://kreis.example/ein", names=["test.*"])
    before = ProcrastinateJob.objects.count()
    with transaction.atomic(), django_assert_num_queries(2):
        record("test.happened", subject="test:1", actor="system")
    assert ProcrastinateJob.objects.count() == before + 1


def test_a_reaction_this_version_lacks_is_not_dropped(db):
    with transaction.atomic():
        event = record("test.happened", subject="test:1", actor="system")
    with pytest.raises(queue.UnknownReaction):
        react(event.pk, "domains.future.reactions.greet")


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 10), (5, 160), (6, 300), (1000, 300)])
def test_patience_grows_to_five_minutes(attempts, seconds):
    assert queue.wait_seconds(attempts) == seconds
