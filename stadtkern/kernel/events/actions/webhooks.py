"""Webhooks: who is told of diary lines, and each line on its way there."""

import re
import time
from collections.abc import Sequence
from datetime import timedelta
from fnmatch import fnmatchcase

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from stadtkern.kernel.events import outgoing
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.actions.rescue import forget_rows, hurry
from stadtkern.kernel.events.models import Delivery, Event, Webhook, secret_sealer
from stadtkern.kernel.events.queue import wait_seconds

NAME = re.compile(r"\*|[a-z_]+\.(\*|[a-z_]+)")
BATCH, BATCH_SECONDS = 100, 20.0  # per job, so that one long backlog or slow receiver leaves room for others


class WebhookRefused(ValueError):
    """What was entered cannot become a webhook; the message (German) says what to enter instead."""


@transaction.atomic
def register(*, actor_key: str, title: str, url: str, names: Sequence[str]) -> Webhook:
    """A new receiver of the lines whose name matches `names` ("case.*", "payment.completed", "*"); its secret is new."""
    title, url = title.strip(), url.strip()
    if not title or len(title) > 100 or "\0" in title:
        raise WebhookRefused(_("Geben Sie einen Namen mit höchstens 100 Zeichen ein, zum Beispiel „Kreis Musterland“."))
    try:
        outgoing.check_address(url)
    except outgoing.Forbidden as error:
        raise WebhookRefused(str(error)) from None
    if len(url) > 500 or "\0" in url:
        raise WebhookRefused(_("Die Adresse ist zu lang: höchstens 500 Zeichen."))
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not wanted or len(wanted) > 50 or not all(NAME.fullmatch(name) for name in wanted):
        raise WebhookRefused(_("Nennen Sie Ereignisse wie case.submitted oder case.*, eines je Zeile."))
    sealed = secret_sealer().encrypt(outgoing.new_secret().encode()).decode()
    webhook = Webhook.objects.create(title=title, url=url, names=wanted, sealed_secret=sealed)
    record("webhook.registered", subject=f"webhook:{webhook.pk}", actor=actor_key)
    return webhook


@transaction.atomic
def stop(webhook: Webhook, *, actor_key: str) -> None:
    """No more lines to this receiver; what waits is kept and goes out if it is resumed."""
    if Webhook.objects.filter(pk=webhook.pk, active=True).update(active=False):
        record("webhook.stopped", subject=f"webhook:{webhook.pk}", actor=actor_key)


@transaction.atomic
def resume(webhook: Webhook, *, actor_key: str) -> None:
    """Tell this receiver again, beginning with what waited; lines written in between are not made up for."""
    if Webhook.objects.filter(pk=webhook.pk, active=False).update(active=True):
        record("webhook.resumed", subject=f"webhook:{webhook.pk}", actor=actor_key)
    wake(webhook.pk)


@transaction.atomic
def remove(webhook: Webhook, *, actor_key: str) -> None:
    """Forget the receiver, its secret and what still waited for it."""
    key = webhook.pk
    if Webhook.objects.filter(pk=key).delete()[0]:
        record("webhook.removed", subject=f"webhook:{key}", actor=actor_key)


def fan_out(event: Event) -> None:
    """Reaction to every event: one delivery per interested receiver, in the reaction's transaction."""
    webhooks = [w for w in Webhook.objects.filter(active=True) if any(fnmatchcase(event.name, name) for name in w.names)]
    Delivery.objects.bulk_create([Delivery(webhook=webhook, event=event) for webhook in webhooks], ignore_conflicts=True)
    for webhook in webhooks:
        wake(webhook.pk)


def wake(webhook_id: int, *, in_seconds: int = 0) -> None:
    """See to it that a job works on this receiver's lines; one waiting job per receiver is enough."""
    key = f"webhook:{webhook_id}"
    job = deliver.configure(lock=key, queueing_lock=key, priority=-10, schedule_in={"seconds": in_seconds})
    try:
        with transaction.atomic():
            job.defer(webhook_id=webhook_id)
    except AlreadyEnqueued:
        return


def wake_waiting() -> int:
    """Wake every active receiver with undelivered lines: closes the gap when two transactions crossed. Returns how many."""
    waiting = Webhook.objects.filter(active=True, pk__in=Delivery.objects.filter(delivered_at=None).values("webhook"))
    keys = list(waiting.values_list("pk", flat=True))
    for key in keys:
        wake(key)
    return len(keys)


@app.task(name="events.deliver", queue="webhooks")
def deliver(webhook_id: int) -> None:
    """Send what waits for one receiver, fresh lines before refused ones; what is refused is tried again later."""
    webhook = Webhook.objects.filter(pk=webhook_id, active=True).first()
    if webhook is None:
        return
    waiting = Delivery.objects.filter(webhook=webhook, delivered_at=None).select_related("event").order_by("attempts", "id")
    pause, until = None, time.monotonic() + BATCH_SECONDS
    for delivery in waiting[:BATCH]:
        sent = outgoing.send(webhook, delivery.event)
        Delivery.objects.filter(pk=delivery.pk).update(
            attempts=F("attempts") + 1, last_error=sent.error[:300], delivered_at=None if sent.error else timezone.now()
        )
        if sent.error:
            pause = min(wait_seconds(delivery.attempts), 300 if pause is None else pause)
        if sent.unreachable or time.monotonic() > until:
            break
    if pause is not None:
        wake(webhook_id, in_seconds=pause)
    elif waiting.exists():
        wake(webhook_id)


def try_now(webhook: Webhook) -> None:
    """Send what waits without the pause."""
    hurry(queueing_lock=f"webhook:{webhook.pk}")
    wake(webhook.pk)


def forget_delivered(days: int) -> int:
    """Delete the proof of deliveries older than `days`; returns how many."""
    return forget_rows(Delivery.objects.filter(delivered_at__lt=timezone.now() - timedelta(days=days)))
