"""Payments of the person who asks for their report (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Payment, Receivable

MOST = 10_000


def report(actor: Actor) -> list[dict[str, Any]]:
    """Own claims with what they are made of, and own payments with what they were for; newest first."""
    told = ("purpose", "description", "items", "amount_cents", "status", "method", "created_at", "completed_at", "refunded_at")
    payments = list(Payment.objects.filter(account=actor.account).order_by("-id").values(*told)[:MOST])
    claims = Receivable.objects.filter(account=actor.account).prefetch_related("positions", "instalments").order_by("-id")
    return [*(_claim(row) for row in claims[:MOST]), *payments]


def _claim(row: Receivable) -> dict[str, Any]:
    told = ("reference", "description", "status", "claimed_cents", "open_cents", "refund_cents", "due_date", "created_at")
    items = [{"label": line.label, "cents": line.cents} for line in row.positions.all()]
    parts = [{"due_date": part.due_date, "cents": part.cents} for part in row.instalments.all()]
    return {name: getattr(row, name) for name in told} | {"items": items, "instalments": parts}
