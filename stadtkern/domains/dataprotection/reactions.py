"""What the data protection office does when one of its cases moves."""

from stadtkern.kernel.cases.reactions import case_of
from stadtkern.kernel.events.models import Event

from .actions import requests

ARCHIVES = ("datenschutz_auskunft", "datenschutz_uebertragbarkeit")


def hand_out(event: Event) -> None:
    """The answer is delivered: now the archive."""
    if event.data.get("service") in ARCHIVES and (pk := case_of(event)) is not None:
        requests.hand_out(pk)


def lay_to_rest(event: Event) -> None:
    """A restriction holds from the decision on."""
    if event.data.get("service") == "datenschutz_einschraenkung" and (pk := case_of(event)) is not None:
        requests.lay_to_rest(pk)


def rest_until_decided(event: Event) -> None:
    """Whoever objects may ask for rest until it is decided."""
    if event.data.get("service") == "datenschutz_widerspruch" and (pk := case_of(event)) is not None:
        requests.rest_until_decided(pk)


REACTIONS = {
    "case.submitted": [rest_until_decided],
    "case.decided": [lay_to_rest],
    "case.closed": [hand_out],
}
