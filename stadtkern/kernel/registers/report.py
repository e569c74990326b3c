"""What the city's registers say about the person who asks for their report."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .actions import own_records


def report(actor: Actor) -> dict[str, Any] | None:
    """One's own entries by register; None without a proved link, a sentence where a register gives nothing now."""
    told: dict[str, Any] = {}
    for own in own_records(actor, purpose="report"):
        if own.evidence is None:
            told[own.type.key] = {"unavailable": own.problem or "Dafür müssen Sie sich mit einem Ausweis anmelden."}
        elif own.type.many:
            told[own.type.key] = [dict(row) for row in own.evidence.records]
        else:
            told[own.type.key] = dict(own.evidence.values) or None
    return told or None
