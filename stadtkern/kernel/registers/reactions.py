"""What registers do when something happened elsewhere."""

from stadtkern.kernel.events.models import Event

from . import actions


def drop_proofs(event: Event) -> None:
    """A revoked consent takes its kept proofs along."""
    actions.drop_with_consent(event.data["consent"])


REACTIONS = {"consent.revoked": [drop_proofs]}
