"""A consent withdrawn in the data cockpit cuts the app off; the doors refuse it at once, this tidies up."""

from stadtkern.kernel.events.models import Event

from . import actions


def cut_off(event: Event) -> None:
    if event.subject.startswith("client:"):
        actions.end_tokens(int(event.data["consent"]))


def forget(event: Event) -> None:
    """Whoever closes an account leaves no way in through an app."""
    actions.forget_account(int(event.subject.removeprefix("account:")))


REACTIONS = {"consent.revoked": [cut_off], "account.closed": [forget]}
