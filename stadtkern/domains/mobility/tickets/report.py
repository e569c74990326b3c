"""Tickets of the person who asks for their report (Art. 15 GDPR). Inspections are not in it: nobody knows whose they were."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from ..models import FareCredit, FareRight, Order, Subscription, Ticket

MOST = 2000


def report(actor: Actor) -> dict[str, Any]:
    """Purchases, tickets, Abo, rights and credit, newest first."""
    mine = {"account": actor.account}
    bought = (
        "title",
        "zones",
        "reduction",
        "full_cents",
        "due_cents",
        "credit_cents",
        "because",
        "status",
        "created_at",
        "paid_at",
    )
    held = ("number", "title", "zones", "reduction", "since", "until", "status", "because", "issued_at", "shown_at")
    return {
        "ticket_orders": list(Order.objects.filter(**mine).order_by("-pk").values(*bought)[:MOST]),
        "tickets": list(Ticket.objects.filter(**mine).order_by("-pk").values(*held)[:MOST]),
        "ticket_subscriptions": list(
            Subscription.objects.filter(**mine)
            .order_by("-pk")
            .values("title", "zones", "reduction", "first_month", "last_month")
        ),
        "fare_rights": list(
            FareRight.objects.filter(**mine).order_by("-pk").values("reduction", "status", "until", "declared_at")
        ),
        "fare_credits": list(FareCredit.objects.filter(**mine).order_by("-pk").values("cents", "because", "created_at")),
    }
