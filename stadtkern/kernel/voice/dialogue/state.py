"""What a talk remembers between two turns; plain values, written as JSON."""

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

MOST_WORDS = 400  # letters of time expressions kept


class Stage(StrEnum):
    """What the last question was about."""

    START = "start"  # What can we do for you?
    SERVICE = "service"  # Which of these?
    CHOOSE = "choose"  # Which of these times?
    NAME = "name"  # On which name?
    CONFIRM = "confirm"  # Shall I book exactly this?
    DONE = "done"
    LINK = "link"  # no appointment needed: an address was given


@dataclass(frozen=True)
class Offer:
    """A time on offer."""

    place: str  # key
    title: str  # of the place
    at: str  # ISO, with zone
    minutes: int

    @property
    def starts_at(self) -> datetime:
        """As a moment."""
        return datetime.fromisoformat(self.at)


@dataclass
class State:
    """A talk so far."""

    stage: Stage = Stage.START
    candidates: list[str] = field(default_factory=list)  # keys of the targets on offer
    target: str = ""
    also: str = ""  # a second matter for the same visit
    later: str = ""  # a second matter that needs a visit of its own
    when: str = ""  # every expression of time so far, later ones last
    persons: int | None = None
    channel: str = ""
    places: list[str] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    shown: int = 0  # times offered before these
    hold: str = ""  # number of the held appointment
    held: Offer | None = None
    name: str = ""
    phone: str = ""
    missed: int = 0  # turns in a row that were not understood
    turns: int = 0
    reply: dict[str, Any] = field(default_factory=dict)  # what was said last

    def as_json(self) -> dict[str, Any]:
        """For the database."""
        return asdict(self)

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "State":
        """From the database; what is unknown is left out."""
        known = {one.name: raw[one.name] for one in fields(cls) if one.name in raw}
        known["stage"] = Stage(known.get("stage", Stage.START))
        known["offers"] = [Offer(**one) for one in known.get("offers", [])]
        known["held"] = Offer(**known["held"]) if known.get("held") else None
        return cls(**known)


@dataclass(frozen=True)
class Choice:
    """Something to pick by number or button; `say` is what the button says for the person."""

    title: str
    say: str
    detail: str = ""


@dataclass(frozen=True)
class Reply:
    """What we say now. `understood` is read back first; `ask` is the question; `choices` are numbered from one."""

    ask: str
    understood: tuple[str, ...] = ()
    before: str = ""  # a sentence before the choices
    choices: tuple[Choice, ...] = ()
    link: str = ""
    link_title: str = ""
    number: str = ""  # of the booked appointment
    over: bool = False

    @property
    def spoken(self) -> str:
        """As one text to be spoken: understood, choices with their numbers, question."""
        parts = [f"Ich habe verstanden: {', '.join(self.understood)}."] if self.understood else []
        parts += [self.before] if self.before else []
        parts += [f"{choice.say}: {choice.title}." for choice in self.choices if choice.say in NUMBERS]
        return " ".join([*parts, self.ask])


NUMBERS = ("Eins", "Zwei", "Drei", "Vier", "Fünf", "Sechs")
