"""Rides with shared vehicles of the person who asks for their report (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from ..models import Ride

MOST = 1000
FIELDS = (
    "provider", "vehicle", "title", "place", "booking", "leg", "fare", "state", "asked", "until", "at", "began_at", "paused_at",
    "paused_seconds", "ended_at", "finish_sent_at", "by_provider", "bill", "cents",
    "held_cents", "meant_cents", "closed_at",
)  # fmt: skip


def report(actor: Actor) -> dict[str, Any]:
    """What was reserved, driven and billed, newest first."""
    rows = Ride.objects.filter(account=actor.account)
    return {"rides": list(rows.values(*FIELDS)[:MOST])}
