"""The operator's doors: webhooks, and the state of the queue for monitoring."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.events import queries
from stadtkern.kernel.events.actions import webhooks
from stadtkern.kernel.events.models import Webhook

router = Router(tags=["operate"])
Key = Annotated[int, Path(ge=1, le=2**63 - 1)]


class WebhookIn(Schema):
    """Who is told of the lines whose name matches ("case.*", "payment.completed", "*")."""

    title: Annotated[str, Field(max_length=100)]
    url: Annotated[str, Field(max_length=500)]
    names: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=50)]


class WebhookOut(Schema):
    id: int
    title: str
    url: str
    names: list[str]
    active: bool
    waiting: int  # lines not accepted yet, counted up to 10000
    last_error: str
    last_at: datetime | None  # of the last accepted line


class NewWebhook(Schema):
    """The secret ("whsec_…", Standard Webhooks 1.0) is told here and never again."""

    id: int
    secret: str


class QueueOut(Schema):
    """Jobs; `waiting` and `failing` are counted up to 10000."""

    waiting: int
    running: int
    stalled: int
    failing: int
    oldest_at: datetime | None
    heartbeat: datetime | None  # of a worker
    working: bool


@router.get("/operate/queue", response=QueueOut, url_name="queue")
def queue(request: HttpRequest) -> dict[str, Any]:
    """The queue at a glance."""
    _operator(request)
    found = queries.summary()
    figures = {name: getattr(found, name) for name in ("waiting", "running", "stalled", "failing", "oldest_at")}
    return {**figures, "heartbeat": queries.last_heartbeat(), "working": queries.worker_alive()}


@router.get("/operate/webhooks", response=list[WebhookOut], url_name="webhooks")
def listed(request: HttpRequest) -> list[dict[str, Any]]:
    """All receivers, without their secrets."""
    _operator(request)
    return [
        {
            **{name: getattr(one.webhook, name) for name in ("id", "title", "url", "names", "active")},
            **{name: getattr(one, name) for name in ("waiting", "last_error", "last_at")},
        }
        for one in queries.receivers()
    ]


@router.post("/operate/webhooks", response={201: NewWebhook}, url_name="new_webhook")
def register(request: HttpRequest, data: WebhookIn) -> Status[Webhook]:
    """Tell somebody outside from now on."""
    actor_key = _operator(request)
    try:
        return Status(201, webhooks.register(actor_key=actor_key, title=data.title, url=data.url, names=data.names))
    except webhooks.WebhookRefused as refused:
        raise HttpError(422, str(refused)) from None


@router.delete("/operate/webhooks/{webhook}", response={204: None}, url_name="remove_webhook")
def remove(request: HttpRequest, webhook: Key) -> Status[None]:
    """Forget the receiver and what still waited for it."""
    actor_key = _operator(request)
    webhooks.remove(get_object_or_404(Webhook, pk=webhook), actor_key=actor_key)
    return Status(204, None)


def _operator(request: HttpRequest) -> str:
    actor = actor_of(request)
    if actor.staff is None or actor.staff.role != Role.OPERATOR:
        raise HttpError(403, "Das kann nur der Betrieb.")
    return actor.key
