"""What this room tells in the report to the person."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Connection


def report(actor: Actor) -> Any:
    told = ("client__name", "sub", "granted", "connected_at", "last_used_at", "ended_at")
    return list(Connection.objects.filter(account=actor.account).order_by("id").values(*told)[:1000])
