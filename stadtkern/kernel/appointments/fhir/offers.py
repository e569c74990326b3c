"""Which matters are told over FHIR, where, and when they are free: from the engine's own days, nothing else.

A city names them: `[fhir.matters]` in city.toml, key of the matter -> code of IHE Germany's medical specialties. What is not
named there does not exist for FHIR.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from stadtkern.kernel.city.profile import city

from .. import plan, search
from ..models import CELL, CELLS, Counter, Day, Matter, Place
from ..need import Need, need_of
from ..wish import Wish
from .ids import ScheduleId, SlotId
from .resources import Offer

MOST_DAYS = 62  # of one search
CHANNEL = "desk"


@dataclass(frozen=True)
class Moment:
    """A start that is or was to be had."""

    id: SlotId
    starts_at: datetime
    ends_at: datetime
    free: bool

    @property
    def status(self) -> str:
        return "free" if self.free else "busy"


def specialties() -> dict[str, str]:
    """Matter -> code, as the city says."""
    return {str(key): str(code) for key, code in city().raw.get("fhir", {}).get("matters", {}).items()}


def offers(offices: Collection[int]) -> list[Offer]:
    """What these offices offer: each told matter at each of their places that has a counter for it."""
    codes = specialties()
    rows = Counter.objects.filter(
        place__office__in=offices, place__active=True, active=True, matters__key__in=list(codes), channels__contains=[CHANNEL]
    ).values_list(
        "place", "place__title", "matters", "matters__key", "matters__title", "matters__minutes", "matters__active"
    )  # fmt: skip
    found = {}
    for place, where, matter, key, title, minutes, active in rows:
        if key in codes:
            key_of = ScheduleId(place, matter)
            found[key_of] = Offer(key_of, key, title, where, codes[key], minutes, active)
    return sorted(found.values(), key=lambda one: (one.name, str(one.id)))


def offer_of_row(place: Place, matter: Matter) -> Offer:
    """Of an appointment that was booked, also when the matter is told no more."""
    code = specialties().get(matter.key, "GESU")
    return Offer(ScheduleId(place.pk, matter.pk), matter.key, matter.title, place.title, code, matter.minutes, matter.active)


def moments(told: Iterable[Offer], first: date, last: date, *, now: datetime | None = None) -> Iterator[Moment]:
    """Every start these schedules have from one day to another: free, or busy for whatever reason. Nothing says who."""
    now = now or timezone.now()
    last = min(last, first + timedelta(days=MOST_DAYS - 1))
    for offer in told:
        if offer.active:
            yield from _of_offer(offer, first, last, now)


def moment_of(offer: Offer, slot: SlotId, *, now: datetime | None = None) -> Moment | None:
    """The one behind an id; None when nobody could ever begin there."""
    day = slot.starts_at.astimezone(plan.BERLIN).date()
    found = moments([offer], day, day, now=now)
    return next((one for one in found if one.id == slot), None)


def wish_of(offer: Offer, place: str) -> Wish:
    return Wish.of(offer.key, channel=CHANNEL, places=(place,))


def _of_offer(offer: Offer, first: date, last: date, now: datetime) -> Iterator[Moment]:
    need = need_of(Wish.of(offer.key, channel=CHANNEL))
    place = Place.objects.get(pk=offer.id.place)
    free = {one.starts_at for one in search.free(wish_of(offer, place.key), first, last, limit=50_000, now=now)}
    days = Day.objects.filter(
        place=place, date__range=(first, last), matters__contains=[offer.id.matter], channels__contains=[CHANNEL],
        opens_at__lte=now,
    ).order_by("date")  # fmt: skip
    offered: dict[date, int] = {}
    for day in days:
        offered[day.date] = offered.get(day.date, 0) | _starts(day.open, need)
    for on, bits in offered.items():
        for cell in plan.starts(f"{bits:0{CELLS}b}"):
            starts_at = plan.moment(on, cell + need.before // CELL)
            ends_at = starts_at + timedelta(minutes=need.minutes)
            yield Moment(SlotId.at(offer.id, starts_at), starts_at, ends_at, starts_at in free)


def _starts(open_: str, need: Need) -> int:
    """Where a visit of this length could begin in the opening hours, as bits; the same grid as the search."""
    cells = int(open_, 2)
    found = cells
    for shift in range(1, need.cells):
        found &= cells << shift
    mask = (1 << CELLS) - 1
    return found & mask & int(plan.grid(need.step, need.before // CELL, cells=need.minutes // CELL), 2)
