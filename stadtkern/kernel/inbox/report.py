"""What lies in the post box of the person who asks for their report (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Message

MOST = 10_000


def report(actor: Actor) -> list[dict[str, Any]]:
    """Own letters in both directions, newest first."""
    told = ("direction", "office__title", "title", "body", "created_at", "read_at")
    return list(Message.objects.filter(account=actor.account).order_by("-id").values(*told)[:MOST])
