"""What a proof does when something happened: its paper was revoked, its owner left."""

from stadtkern.kernel.events.models import Event

from . import actions
from .models import Credential


def revoke_with_paper(event: Event) -> None:
    """A revoked document takes its proof along."""
    for row in Credential.objects.filter(document=event.data["document"], revoked_at=None):
        actions.revoke(event.actor, row)


def forget_owner(event: Event) -> None:
    """Whoever closes an account takes the proofs along."""
    actions.delete_all(int(event.subject.removeprefix("account:")))


REACTIONS = {"document.revoked": [revoke_with_paper], "account.closed": [forget_owner]}
