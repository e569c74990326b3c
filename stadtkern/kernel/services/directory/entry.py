"""One line of the directory: what people can ask any German administration for, by its federal key."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from django.utils.translation import get_language


@dataclass(frozen=True)
class Situation:
    """A Lebenslage or, with `business`, a Geschäftslage of the OZG catalogue; `field` is the key of its Themenfeld."""

    key: str
    german: str
    field: str
    business: bool
    audiences: tuple[str, ...]  # in the words of service.toml; derived, as the catalogue does not say it
    events: tuple[str, ...] = ()  # life events of service.toml
    english: str = ""

    @property
    def title(self) -> str:
        """In the reader's language."""
        return in_language(self.german, self.english)


@dataclass(frozen=True)
class Field:
    """A Themenfeld of the OZG catalogue and its Lagen, in the order they are shown."""

    key: str
    german: str
    situations: tuple[Situation, ...]
    english: str = ""

    @property
    def title(self) -> str:
        """In the reader's language."""
        return in_language(self.german, self.english)


@dataclass(frozen=True)
class Entry:
    """An OZG-Leistung (key of 5 digits) or one LeiKa-level entry below it.

    `key`: LeiKa key (14 digits), OZG id (5 digits), or `<OZG id>-<nn>` for what has no LeiKa key. `type` as in LeiKa: "1"
    federal rule and execution, "2", "3", "2/3" federal rule executed by Land or municipality, "4" Land, "5" municipality,
    "6" special; "" unknown, and for an OZG-Leistung. `words` are everyday names. What the city adds lies elsewhere.
    """

    key: str
    title: str
    ozg: str  # id of the OZG-Leistung it belongs to, its own for one; "" for twenty that belong to none
    type: str
    situation: Situation
    words: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["ozg", "leika"]:
        """Whether this is a bundle (OZG-Leistung) or one entry of it."""
        return "ozg" if self.key == self.ozg else "leika"

    @property
    def leika(self) -> str:
        """The LeiKa key, empty where there is none."""
        return self.key if len(self.key) == 14 else ""

    @property
    def audiences(self) -> tuple[str, ...]:
        """For whom: those of its Lage."""
        return self.situation.audiences

    @cached_property
    def name(self) -> str:
        """The title as a heading: LeiKa begins some in small letters."""
        return self.title[:1].upper() + self.title[1:]


def in_language(german: str, english: str) -> str:
    """German, or English where the reader wants it and it is there."""
    return english if english and (get_language() or "").startswith("en") else german
