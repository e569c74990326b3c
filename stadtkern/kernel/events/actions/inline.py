"""A diary line and the waking of those who react, inside somebody else's statement: for actions where each round trip counts.

The same line as `record` writes. Instead of one job per reaction, each of which locks the queue's notifications while it
commits, the line is put on a small list, and one job (there is never more than one waiting) enqueues the reactions of all
that is on it. Roll back and all of it is gone. A waking that gets lost, because two transactions crossed, is made up for by
the clock (site/jobs.py).
"""

from django.db import connection, transaction
from procrastinate.contrib.django import app

from stadtkern.kernel.events import queue
from stadtkern.kernel.events.models import Event

MOST = 500  # lines in one transaction
_TAKE = """
    DELETE FROM events_unspread WHERE id IN (SELECT id FROM events_unspread ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING event_id, EXISTS (SELECT FROM events_webhook WHERE active)
"""


def line(name: str, source: str, subject: str, data: str) -> str:
    """Three CTEs: one line for each row of `source`; `subject` and `data` are SQL over its columns.

    Parameters: actor, now, spread_at (when reactions may begin; a rush puts them off a little).
    """
    return f"""line AS (
    INSERT INTO events_event (name, subject, actor, data, at)
    SELECT '{name}', {subject}, %(actor)s, {data}, %(now)s::timestamptz FROM {source} RETURNING events_event.id
), listed AS (
    INSERT INTO events_unspread (event_id) SELECT id FROM line
), job AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args, scheduled_at)
    SELECT 'reactions', 'events.spread', 0, 'events.spread', '{{}}', %(spread_at)s::timestamptz FROM line
    ON CONFLICT DO NOTHING
)"""  # noqa: S608 - the words come from our own code


# Not tried again by itself: that would keep the lock which the next booking's wake-up needs. The clock comes every minute.
@app.task(name="events.spread", queueing_lock="events.spread", queue="reactions")
def spread(timestamp: int = 0) -> None:
    """Enqueue the reactions to all lines on the list; each leaves the list in the transaction that enqueues them."""
    while spread_some():
        pass


@transaction.atomic
def spread_some(most: int = MOST) -> int:
    """Some of them; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [most])
        rows = cursor.fetchall()
    events = Event.objects.in_bulk({key for key, _listened in rows})
    for key, listened in sorted(rows):
        queue.announce(events[key], listened=listened)
    return len(rows)
