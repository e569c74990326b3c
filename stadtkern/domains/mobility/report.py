"""What mobility knows of the person who asks (Art. 15 GDPR): each part answers in its own report.py."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .plates import report as plates
from .sharing import report as sharing
from .tickets import report as tickets
from .trips import report as trips

PARTS: list[Any] = [plates, sharing, tickets, trips]  # each returns names of its own


def report(actor: Actor) -> dict[str, Any]:
    """The answers of all parts, beside each other. Permits and vehicles stand in the report of the registers."""
    return {name: value for part in PARTS for name, value in part.report(actor).items()}
