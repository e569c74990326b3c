"""A reaction runs: at least once as a job, with one effect, because its tick is written in its own transaction."""

from django.db import transaction
from procrastinate.contrib.django import app

from stadtkern.kernel.events import queue
from stadtkern.kernel.events.models import Event, Tick


@app.task(name="events.react", retry=queue.Patient(), queue="reactions")
def react(event_id: int, reaction: str) -> None:
    """Run one reaction to one event; a replay finds the tick and does nothing. Raises UnknownReaction."""
    event = Event.objects.get(pk=event_id)
    function = queue.reaction_to(event, reaction)
    with transaction.atomic():
        _, fresh = Tick.objects.get_or_create(event=event, reaction=reaction)
        if fresh:
            function(event)
