"""Why something does not go; the messages are for residents and say what to do next."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from .wish import Free


class Refused(Exception):
    """Not possible like this."""


class MustQueue(Refused):
    """Contested times of a wave that is open: they are given by lot, whichever way somebody asks for them."""

    def __init__(self, wave: int) -> None:
        self.wave = wave
        super().__init__(
            _("Diese Termine werden gerade über die Warteschlange vergeben. Stellen Sie sich dort an, dann wird gelost.")
        )


class TooMany(Refused):
    """The person has as many appointments for this matter as are allowed."""


class Taken(Refused):
    """Somebody else was faster; `alternatives()` looks for the nearest free times."""

    def __init__(self, message: str = "", near: "Callable[[], list[Free]] | None" = None) -> None:
        super().__init__(message or _("Dieser Termin ist gerade vergeben worden. Wählen Sie bitte eine andere Zeit."))
        self._near = near

    def alternatives(self) -> "list[Free]":
        """Nearest first; asked only when a page wants to show them."""
        return self._near() if self._near else []
