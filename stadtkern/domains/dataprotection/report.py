"""What the data protection office holds about the person who asks (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Affected, Correction

MOST = 5000


def report(actor: Actor) -> dict[str, Any]:
    """Breaches one was told of, and what offices were asked to correct."""
    told = Affected.objects.filter(account=actor.account, told_at__isnull=False).order_by("-pk")
    asked = Correction.objects.filter(account=actor.account).order_by("-pk")
    return {
        "breaches": list(told.values("breach__title", "breach__noticed_at", "told_at")[:MOST]),
        "corrections": list(asked.values("reference", "office__title", "what", "asked_at", "done_at", "answer")[:MOST]),
    }
