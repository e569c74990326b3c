"""What a talk needs of the world around it; the real one is `booking.py`, tests bring their own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from stadtkern.lib.when import Window

from ..understanding.targets import Target
from ..understanding.wish import Understanding
from .state import Offer


class Refusal(Exception):
    """It does not go like this; the message is German and says what to do."""


@dataclass(frozen=True)
class Hold:
    """A time kept for a while."""

    number: str


@dataclass(frozen=True)
class Booked:
    """An appointment."""

    number: str
    link: str = ""


@dataclass(frozen=True)
class Wanted:
    """What to look for."""

    target: Target
    window: Window
    persons: int
    channel: str
    places: tuple[str, ...]
    also: Target | None = None  # a second matter in the same visit


class World(Protocol):
    """Understanding, free times, holding and booking, and who can be asked."""

    def understand(self, text: str) -> Understanding:
        """A sentence."""

    def read_when(self, text: str) -> Window:
        """Only its days and times."""

    def target(self, key: str) -> Target | None:
        """A thing that can be meant, by its key."""

    def offers(self, wanted: Wanted, skip: int) -> tuple[list[Offer], str]:
        """At most three times, and a sentence about them where they are not what was wished. Raises Refusal."""

    def hold(self, wanted: Wanted, offer: Offer) -> Hold:
        """Keep a time. Raises Refusal."""

    def release(self, number: str) -> None:
        """Give a kept time back."""

    def confirm(self, number: str, name: str, phone: str) -> Booked:
        """Book what was kept. Raises Refusal."""

    def details(self, number: str) -> str:
        """Address where the person enters who they are and books; empty where the talk asks itself."""

    def address(self, target: Target) -> tuple[str, str]:
        """Where a thing without appointment is done: address, and its title."""

    def human(self, target: Target | None) -> tuple[str, str]:
        """Name of the office and its telephone number."""

    def place_titles(self, keys: tuple[str, ...]) -> list[str]:
        """Titles of places."""

    def now(self) -> datetime:
        """The moment, local."""

    @property
    def name(self) -> str:
        """Of the person, where the account knows it."""
