"""Appointments of the person who asks for their report (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Appointment, Feed, Partner, Ticket, Waiting

MOST = 10_000
TOLD = (
    "number", "place__title", "counter__name", "matter__title", "matters", "channel", "starts_at", "ends_at", "status", "name",
    "names", "email", "phone", "persons", "about", "created_at", "booked_at", "arrived_at", "called_at", "done_at", "ended_at",
)  # fmt: skip
WAITS = (
    "matters", "channel", "first", "last", "after", "before", "weekdays", "status", "name", "email", "phone", "about",
    "joined_at", "offered_at", "ended_at",
)  # fmt: skip
QUEUES = ("wave__matter__title", "wave__opens_at", "place", "lot", "network", "joined_at")

QUEUES = ("wave__matter__title", "wave__opens_at", "place", "moved_to", "network", "joined_at")  # the network as a digest


def report(actor: Actor) -> list[dict[str, Any]]:
    """Own appointments and entries of the waiting list, newest first; and where one's programs may book."""
    own = Appointment.objects.filter(account=actor.account).order_by("-id").values(*TOLD)[:MOST]
    feeds = Feed.objects.filter(account=actor.account).values("created_at")
    partners = Partner.objects.filter(account=actor.account).values("office__title", "title", "scope", "created_at", "ended_at")
    tickets = Ticket.objects.filter(account=actor.account).values(*QUEUES)
    return [
        *own,
        *feeds,
        *partners,
        *tickets,
        *Waiting.objects.filter(account=actor.account).order_by("-id").values(*WAITS)[:MOST],
    ]
