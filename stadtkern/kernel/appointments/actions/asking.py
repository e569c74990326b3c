"""One request for a time, as the statements want it; and the points of a person's limits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.lib import ids

from .. import limits, search
from ..need import Need
from ..refusals import TooMany

PREFIX = "T"


def hold_minutes() -> int:
    """How long a form may take: `[appointments] hold` in city.toml, minutes."""
    return search.setting("hold", 10)


@dataclass(frozen=True)
class Asked:
    """One request for a time, as the statements need it."""

    need: Need
    places: Sequence[int]
    dates: Sequence[date]
    mask: str
    now: datetime
    holder: str = ""
    about: str = ""
    unreleased: bool = False
    account: int | None = None
    company: int | None = None
    mandate: int | None = None
    held_until: datetime | None = None  # None: as long as a form may take

    def by(self, actor: Actor) -> "Asked":
        """For the person, the company or the one acted for."""
        return replace(
            self,
            account=actor.owner.pk if actor.owner else None,
            company=actor.company.pk if actor.company else None,
            mandate=actor.mandate.pk if actor.mandate else None,
        )

    def parameters(self, chosen: str) -> dict[str, Any]:
        """For statement.book."""
        need = self.need
        return {
            "matters": need.ids, "channel": need.wish.channel, "places": list(self.places), "dates": list(self.dates),
            "mask": self.mask, "released": search.FOREVER if self.unreleased else self.now, "now": self.now,
            "before": need.before, "after": need.after, "minutes": need.minutes, "number": ids.reference(PREFIX),
            "matter": need.ids[0], "wished": json.dumps(need.wish.matters), "persons": need.wish.persons,
            "limits": chosen, "held_until": self.held_until or self.now + timedelta(minutes=hold_minutes()),
            "account": self.account, "company": self.company, "mandate": self.mandate,
            "holder": self.holder, "about": self.about, "language": (get_language() or "de")[:5],
        }  # fmt: skip


def choose_points(matters: Sequence[Any], subject: str, besides: int | None = None) -> str:
    """A free point for each matter with a limit. Raises TooMany when none is left."""
    wanted = [limits.points(matter, subject) for matter in matters]
    if not any(len(own) > 1 for own in wanted):
        return limits.written(own[0] for own in wanted if own)
    chosen = []
    for own in wanted:
        used = [point for point in own if who_has(limits.written([point]), besides) is not None]
        if own and len(used) == len(own):
            raise too_many()
        chosen += [point for point in own if point not in used][:1]
    return limits.written(chosen)


def who_has(chosen: str, besides: int | None = None) -> int | None:
    """The live appointment that has one of these points."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM appointments_appointment WHERE limits && %s::int8multirange AND id IS DISTINCT FROM %s::bigint "
            "AND status IN ('HELD', 'BOOKED', 'ARRIVED', 'CALLED') LIMIT 1",
            [chosen, besides],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def line(text: str, most: int) -> str:
    """What somebody typed as one line that a table can hold: no halves of characters, no control characters."""
    whole = text.encode("utf-8", "ignore").decode()
    return " ".join("".join(letter if letter.isprintable() else " " for letter in whole).split())[:most]


def too_many() -> TooMany:
    """In words."""
    text = _("Sie haben dafür schon einen Termin. Verschieben Sie ihn oder sagen Sie ihn ab, bevor Sie neu buchen.")
    return TooMany(text)
