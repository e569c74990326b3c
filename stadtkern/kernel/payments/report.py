"""Payments of the person who asks for their report (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Payment

MOST = 10_000


def report(actor: Actor) -> list[dict[str, Any]]:
    """Own payments with what they were for, newest first."""
    told = ("purpose", "description", "items", "amount_cents", "status", "method", "created_at", "completed_at", "refunded_at")
    return list(Payment.objects.filter(account=actor.account).order_by("-id").values(*told)[:MOST])
