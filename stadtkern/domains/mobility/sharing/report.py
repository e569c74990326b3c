"""Reserved vehicles of the person who asks for their report (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from ..models import Ride

MOST = 1000


def report(actor: Actor) -> dict[str, Any]:
    """What was reserved, newest first."""
    rows = Ride.objects.filter(account=actor.account)
    return {"rides": list(rows.values("provider", "title", "place", "state", "until", "at")[:MOST])}
