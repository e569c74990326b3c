"""Video appointments of the person who asks for their report (Art. 15 GDPR): times, nothing of what was said."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Call

MOST = 10_000


def report(actor: Actor) -> dict[str, Any]:
    """Newest first; rows are at most 90 days old."""
    if actor.account is None:
        return {}
    columns = ("agreed_at", "opened_at", "connected_at", "relayed", "ended_at", "ended_by", "noted_at")
    rows = Call.objects.filter(appointment__account=actor.account).select_related("appointment").order_by("-id")[:MOST]
    return {
        "video_appointments": [
            {"number": row.appointment.number, **{name: getattr(row, name) for name in columns}} for row in rows
        ]
    }
