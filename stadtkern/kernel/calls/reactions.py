"""What a call does when its appointment changes."""

from stadtkern.kernel.events.models import Event

from . import actions


def close(event: Event) -> None:
    """Cancelled, missed or done: nobody may stay in the room."""
    if (pk := _appointment(event)) is not None:
        actions.close_room(pk)


def start_over(event: Event) -> None:
    """At another time the room is a new one."""
    if (pk := _appointment(event)) is not None:
        actions.close_room(pk, moved=True)


def _appointment(event: Event) -> int | None:
    room, _, number = event.subject.partition(":")
    return int(number) if room == "appointment" and number.isdigit() else None


REACTIONS = {
    "appointment.cancelled": [close],
    "appointment.missed": [close],
    "appointment.done": [close],
    "appointment.moved": [start_over],
}
