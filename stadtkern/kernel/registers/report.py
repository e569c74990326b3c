"""What the residents register says about the person who asks for their report."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .actions import NotFound, RegisterUnavailable, ask
from .fields import FIELDS


def report(actor: Actor) -> dict[str, Any] | None:
    """One's own entry; None without a proved link, a sentence when the register is away."""
    person = getattr(actor.account, "person", None)
    if person is None or person.register_key is None or actor.account is None:
        return None
    try:
        evidence = ask(
            actor,
            person_key=person.register_key,
            fields=list(FIELDS),
            purpose="report",
            legal_basis="Art. 15 DSGVO",
            about=f"account:{actor.account.pk}",
            consent=None,
        )
    except RegisterUnavailable:
        return {"unavailable": "Das Melderegister antwortet gerade nicht. Laden Sie die Auskunft später noch einmal herunter."}
    except NotFound:
        return None
    return evidence.values
