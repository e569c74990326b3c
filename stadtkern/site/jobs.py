"""The city's clock: what happens every minute and every night, once per period however many workers run."""

import importlib
import importlib.util
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.accounts import actions as accounts
from stadtkern.kernel.appointments import reactions as appointments
from stadtkern.kernel.calls import actions as calls
from stadtkern.kernel.cases import reactions as cases
from stadtkern.kernel.credentials import actions as credentials
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.events.actions import inline, rescue, webhooks
from stadtkern.kernel.exchange import actions as exchanged
from stadtkern.kernel.exchange import reactions as exchange
from stadtkern.kernel.metrics import actions as metrics
from stadtkern.kernel.payments import reactions as payments
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.kernel.privacy import erasure
from stadtkern.kernel.privacy.verify import verify
from stadtkern.kernel.provider import actions as provider
from stadtkern.kernel.registers import actions as registers
from stadtkern.kernel.vault import actions as vault
from stadtkern.kernel.voice import reactions as voice

KEEP_PROOF_DAYS = 90  # of deliveries and ticks


@app.task(name="clock.webhooks", queueing_lock="clock.webhooks", queue="clock")
def wake_webhooks(timestamp: int) -> None:
    """Lines whose waking got lost, because two transactions crossed."""
    webhooks.wake_waiting()


@app.task(name="clock.shred", queueing_lock="clock.shred", queue="clock")
def shred_papers(timestamp: int) -> None:
    """Papers whose retention is over."""
    while documents.shred_due(timezone.localdate()):
        pass


@app.task(name="clock.forget", queueing_lock="clock.forget", queue="clock")
def forget_accesses(timestamp: int) -> None:
    """Looks and consents past their time."""
    while privacy.forget_old():
        pass
    while registers.forget_proofs():
        pass


@app.task(name="clock.anchor", queueing_lock="clock.anchor", queue="clock")
def anchor_log(timestamp: int) -> None:
    """The end of the access log's chain, signed, also into a file outside the database."""
    privacy.anchor()


@app.task(name="clock.verify", queueing_lock="clock.verify", queue="clock")
def verify_log(timestamp: int) -> None:
    """Walk the whole chain; the data protection officer sees the outcome."""
    privacy.note_verification(verify())


@app.task(name="clock.tidy", queueing_lock="clock.tidy", queue="clock")
def tidy(timestamp: int) -> None:
    """What only machines remember: ticks, proofs of delivery, sessions that ended."""
    webhooks.forget_delivered(KEEP_PROOF_DAYS)
    rescue.forget_ticks(KEEP_PROOF_DAYS)
    rescue.forget_lost_failures()
    exchanged.forget_old(timezone.now())
    vault.forget_old(timezone.now())
    while provider.forget_old():
        pass
    call_command("clearsessions")
    while accounts.forget_stale():
        pass
    while accounts.forget_answers():
        pass


@app.task(name="clock.erasures", queueing_lock="clock.erasures", queue="clock")
def finish_erasures(timestamp: int) -> None:
    """Erasures a stopped process left unfinished."""
    erasure.resume()


@app.task(name="clock.proofs", queueing_lock="clock.proofs", queue="clock")
def forget_proofs(timestamp: int) -> None:
    """Answers of wallets past their minutes; claims nobody fetched, proofs that ended."""
    while credentials.forget_answers(timezone.now()):
        pass
    while credentials.forget_due(timezone.now()):
        pass


@app.task(name="clock.calls", queueing_lock="clock.calls", queue="clock")
def tidy_calls(timestamp: int) -> None:
    """Video calls nobody ended; their times after 90 days."""
    while calls.end_due(timezone.now()):
        pass
    while calls.forget_due(timezone.now()):
        pass


@app.task(name="clock.metrics", queueing_lock="clock.metrics", queue="clock")
def measure(timestamp: int) -> None:
    """Every figure of every department; what went wrong the operator sees by its key, the others are kept."""
    if failed := metrics.measure(timezone.localdate()):
        raise RuntimeError(f"Not measured: {', '.join(failed)}")


# A task that fails is not repeated: the next minute or night does its work, and the operator sees the reason meanwhile.
SCHEDULE = [
    ("* * * * *", payments.poll),
    ("*/10 * * * *", payments.feed),
    ("27 2 * * *", payments.tidy),
    ("* * * * *", exchange.poll),
    ("* * * * *", appointments.expire),
    ("* * * * *", inline.spread),
    ("*/10 * * * *", appointments.waves),
    ("*/5 * * * *", appointments.remind),
    ("* * * * *", wake_webhooks),
    ("*/5 * * * *", forget_proofs),
    ("*/5 * * * *", voice.forget),
    ("*/5 * * * *", tidy_calls),
    ("7 1 * * *", anchor_log),
    ("7 * * * *", finish_erasures),
    ("27 0 * * *", appointments.look_ahead),
    ("42 0 * * *", appointments.count),
    ("17 2 * * *", shred_papers),
    ("33 2 * * *", appointments.forget),
    ("37 2 * * *", forget_accesses),
    ("47 2 * * *", verify_log),
    ("57 2 * * *", tidy),
    ("23 3 * * *", cases.tidy_up),
    ("53 3 * * *", measure),  # after what departments work out at night
]


def of_departments() -> list[tuple[str, Any]]:
    """What departments do by the clock: SCHEDULE in their reactions.py."""
    places = [f"stadtkern.domains.{name}.reactions" for name in settings.DOMAINS]
    modules = [importlib.import_module(place) for place in places if importlib.util.find_spec(place)]
    return [entry for module in modules for entry in getattr(module, "SCHEDULE", [])]


def keep_time() -> None:
    """Called by the worker alone, so that tests and other commands have no clock of their own."""
    app.periodic_registry.periodic_tasks.clear()
    for cron, task in [*SCHEDULE, *of_departments()]:
        app.periodic(cron=cron)(task)
