"""Which authority was given the applications of the person who asks for their report (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Transmission

MOST = 5000


def report(actor: Actor) -> list[dict[str, Any]]:
    """Own cases that were handed over, newest first."""
    told = ("case__reference", "title", "state", "submitted_at", "confirmed_at", "problems")
    rows = Transmission.objects.filter(case__account=actor.account).order_by("-id").values(*told)[:MOST]
    return [{name.removeprefix("case__"): value for name, value in row.items()} for row in rows]
