"""A wish worked out: which matters, how long, on which grid."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from math import gcd

from django.utils.translation import gettext as _

from .models import CELL, CELLS, Channel, Matter
from .plan import rounded, step_of
from .refusals import Refused
from .wish import Wish

MOST_MATTERS = 6


@dataclass(frozen=True)
class Need:
    """What a visit needs of a counter."""

    wish: Wish
    matters: tuple[Matter, ...]
    minutes: int  # told to the resident
    before: int
    after: int
    step: int

    @property
    def ids(self) -> list[int]:
        """Keys of the matters; the counter must serve all of them."""
        return [matter.pk for matter in self.matters]

    @property
    def cells(self) -> int:
        """With preparation."""
        return (self.before + self.minutes + self.after) // CELL


def need_of_one(matter: Matter) -> Need:
    """One person, in the first way it is offered; no query. Raises Refused."""
    return _worked_out(Wish.of(matter.key, channel=next(iter(matter.channels), "")), {matter.key: matter})


def need_of(wish: Wish) -> Need:
    """One query. Raises Refused for what the city does not offer."""
    keys = [key for key, _count in wish.matters]
    if not keys or len(keys) > MOST_MATTERS or len(set(keys)) < len(keys):
        raise Refused(_("Wählen Sie bitte ein bis %(most)s verschiedene Anliegen.") % {"most": MOST_MATTERS})
    known = Matter.objects.filter(key__in=[key for key in keys if "\0" not in key])
    return _worked_out(wish, {matter.key: matter for matter in known})


def _worked_out(wish: Wish, by_key: Mapping[str, Matter]) -> Need:
    for key, persons in wish.matters:
        _check(by_key.get(key), persons, wish.channel)
    matters = tuple(by_key[key] for key, _persons in wish.matters)
    minutes = sum(_minutes(by_key[key], persons) for key, persons in wish.matters)
    before, after = (max(rounded(getattr(matter, name)) for matter in matters) for name in ("before", "after"))
    minutes = rounded(minutes)
    if before + minutes + after > CELL * CELLS:
        raise Refused(_("So viel passt nicht in einen Tag. Teilen Sie Ihre Anliegen bitte auf."))
    step = reduce(gcd, (matter.step or step_of(minutes) for matter in matters))
    return Need(wish, matters, minutes, before, after, step)


def _minutes(matter: Matter, persons: int) -> int:
    return matter.minutes + (matter.per_person or matter.minutes) * (persons - 1)


def _check(matter: Matter | None, persons: int, channel: str) -> None:
    if matter is None or not matter.active:
        raise Refused(_("Dieses Anliegen gibt es nicht oder nicht mehr."))
    if channel not in matter.channels:
        said = {Channel.DESK: _("vor Ort"), Channel.PHONE: _("am Telefon"), Channel.VIDEO: _("per Video")}
        known = ", ".join(str(said[Channel(one)]) for one in matter.channels)
        raise Refused(_("„%(title)s“ geht nur %(known)s.") % {"title": matter.title, "known": known})
    if not 1 <= persons <= matter.persons_max:
        told = {"title": matter.title, "most": matter.persons_max}
        raise Refused(_("Für „%(title)s“ können Sie höchstens %(most)s Personen zusammen anmelden.") % told)
