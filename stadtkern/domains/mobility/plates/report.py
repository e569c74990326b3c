"""Plates of the person who asks for their report (Art. 15 GDPR); permits and vehicles stand in the report of the registers."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from ..models import Plate

MOST = 1000


def report(actor: Actor) -> dict[str, Any]:
    """Plates held, reserved and given, newest first."""
    rows = Plate.objects.filter(account=actor.account).order_by("-pk")
    return {"plates": list(rows.values("plate", "status", "until", "created_at")[:MOST])}
