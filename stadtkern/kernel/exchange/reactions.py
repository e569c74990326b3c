"""What exchange does when a case is sent in or paid, and the jobs that talk to the delivery service."""

from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from stadtkern.kernel.events.models import Event
from stadtkern.lib.fitconnect.client import Unavailable

from . import actions
from .adapters import adapter
from .models import Reception, Transmission
from .sample import deliver


def hand_over(event: Event) -> None:
    """A case that another authority decides goes on its way."""
    room, _colon, number = event.subject.partition(":")
    if room == "case" and number.isdigit() and (row := actions.prepare(int(number))):
        wake_sender(row.pk)


REACTIONS = {"case.submitted": [hand_over], "case.paid": [hand_over]}


@app.task(name="exchange.send", queue="exchange")
def send(transmission: int) -> None:
    """Work on one transmission; the clock comes back to what is not done."""
    if Transmission.objects.filter(pk=transmission).exists():
        actions.advance(transmission)


@app.task(name="exchange.receive", queue="exchange")
def receive(reception: int) -> None:
    """Work on one reception; the clock comes back to what is not done."""
    if Reception.objects.filter(pk=reception).exists():
        actions.receive(reception)


@app.task(name="exchange.poll", queueing_lock="exchange.poll", queue="exchange")
def poll(timestamp: int) -> None:
    """Every minute (site/jobs.py), and after a callback: what is new, what is due."""
    with suppress(Unavailable):  # of the demo's Land
        adapter().heartbeat()
    actions.look_for()
    going, coming = actions.look_around()
    for pk in going:
        wake_sender(pk)
    for pk in coming:
        wake_receiver(pk)


def wake_sender(pk: int) -> None:
    """One waiting job per transmission is enough."""
    key = f"exchange.send:{pk}"
    try:
        with transaction.atomic():
            send.configure(lock=key, queueing_lock=key).defer(transmission=pk)
    except AlreadyEnqueued:
        return


def wake_receiver(pk: int) -> None:
    """One waiting job per reception is enough."""
    key = f"exchange.receive:{pk}"
    try:
        with transaction.atomic():
            receive.configure(lock=key, queueing_lock=key).defer(reception=pk)
    except AlreadyEnqueued:
        return


def look_soon() -> None:
    """After a callback."""
    try:
        with transaction.atomic():
            poll.defer(timestamp=0)
    except AlreadyEnqueued:
        return


@app.task(name="exchange.sample", queue="exchange")
def sample() -> None:
    """Demo only: the Land delivers an application to this city."""
    deliver()
    look_soon()
