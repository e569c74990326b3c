"""Clerks see names on the list and in the call: the people concerned can read that in their data log."""

from collections.abc import Sequence

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.privacy.actions import PUBLIC_TASK, note_accesses

FIELDS = ("name", "phone", "starts_at")


def look_at_list(actor: Actor, shown: Sequence[Appointment]) -> None:
    """One line for everybody on the page."""
    _note(actor, shown, "appointments")


def look_at(actor: Actor, appointment: Appointment) -> None:
    """The page of one call."""
    _note(actor, [appointment], str(appointment))


def _note(actor: Actor, shown: Sequence[Appointment], about: str) -> None:
    note_accesses(
        actor=actor,
        accounts=[one.account_id for one in shown],
        cases=[int(one.about[5:]) for one in shown if one.about.startswith("case:") and one.about[5:].isdigit()],
        purpose="video",
        legal_basis=PUBLIC_TASK,
        source="appointments",
        fields=FIELDS,
        about=about,
    )
