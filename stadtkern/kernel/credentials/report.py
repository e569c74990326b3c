"""Proofs of the person who asks for their report (Art. 15 GDPR); the claims lie in their wallets."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Credential, Query

MOST = 10_000


def report(actor: Actor) -> dict[str, Any]:
    """Proofs and their copies, and questions this person put to wallets, newest first."""
    if actor.account is None:
        return {}
    columns = ("title", "kind", "about", "offered_at", "open_until", "valid_until", "revoked_at")
    rows = Credential.objects.filter(account=actor.account).prefetch_related("copies").order_by("-id")[:MOST]
    copies = ("issued_at", "accepted_at", "revoked_at", "holder")
    asked = ("question", "purpose", "about", "state", "created_at", "answered_at")
    return {
        "proofs": [
            {name: getattr(row, name) for name in columns}
            | {"in_wallets": [{name: getattr(copy, name) for name in copies} for copy in row.copies.all()]}
            for row in rows
        ],
        "asked_wallets": list(Query.objects.filter(account=actor.account).order_by("-id").values(*asked)[:MOST]),
    }
