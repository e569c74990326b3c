"""A sentence understood: which service, when, how many, how, where. The moment "now" is always given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from stadtkern.lib.when import Window, read
from stadtkern.lib.when.say import in_words

from . import slots
from .intent import Ear, Guess, both, sure
from .targets import Target

LONGEST = 500  # letters of a sentence that are read


@dataclass(frozen=True)
class Understanding:
    """What was understood. `guesses`: at most three, the best first."""

    text: str
    guesses: tuple[Guess, ...]
    window: Window
    persons: int | None = None
    channel: str = ""
    places: tuple[str, ...] = ()
    both: tuple[Target, ...] = ()  # two matters for one visit; else empty

    @property
    def services(self) -> list[str]:
        """Keys of the guesses, best first."""
        return [guess.target.key for guess in self.guesses]

    @property
    def target(self) -> Target | None:
        """The best guess."""
        return self.guesses[0].target if self.guesses else None

    @property
    def sure(self) -> bool:
        """Whether the best guess is meant without asking back."""
        return sure(self.guesses)

    @property
    def anything(self) -> bool:
        """Whether anything at all was understood."""
        return bool(self.guesses) or self.window.anything or self.persons is not None or bool(self.channel) or bool(self.places)

    def words(self, place_titles: Sequence[str] = ()) -> list[str]:
        """What was understood, one line each, for reading back."""
        return described(self.target.title if self.target else "", self.window, self.persons, self.channel, place_titles)


def understand(text: str, *, now: datetime, land: str, ear: Ear, places: Sequence[tuple[str, str]] = ()) -> Understanding:
    """One sentence; `places` are keys and titles of the places there are."""
    text = text.replace("\0", " ").encode("utf-8", "ignore").decode()[:LONGEST]
    reading = read(text, now, land)
    named = slots.places(reading.rest, places)
    guesses = tuple(ear.guesses(reading.rest, said=text))
    return Understanding(
        text,
        guesses,
        reading.window,
        slots.persons(reading.rest),
        slots.channel(text),
        named,
        both(ear, reading.rest, guesses),
    )


def described(title: str, window: Window, persons: int | None, channel: str, place_titles: Sequence[str] = ()) -> list[str]:
    """The parts of a wish in words."""
    lines = [title] if title else []
    if when := in_words(window):
        lines.append(when)
    if persons and persons > 1:
        lines.append(_("für %(count)s Personen") % {"count": persons})
    if channel:
        lines.append({"phone": _("am Telefon"), "video": _("per Video"), "desk": _("vor Ort")}[channel])
    lines += [_("Ort: %s") % title for title in place_titles]
    return lines
