"""Places, counters, matters and hours of a city from its data (cities/<key>/appointments.toml) into the tables."""

from collections.abc import Mapping

from django.db import transaction

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record

from ..data import CounterData, MatterData, PlaceData
from ..models import Counter, Hours, Matter, Place, SpecialDay


@transaction.atomic
def import_matters(matters: Mapping[str, MatterData]) -> int:
    """Create or refresh by key; matters that are no longer named are switched off, not deleted. Diary: `matters.imported`."""
    for key, told in matters.items():
        Matter.objects.update_or_create(key=key, defaults={**told.values, "active": True})
    Matter.objects.exclude(key__in=list(matters)).update(active=False)
    record("matters.imported", subject="city", actor=SYSTEM, data={"matters": len(matters)})
    return len(matters)


@transaction.atomic
def import_places(places: Mapping[str, PlaceData], *, hours: bool = False) -> int:
    """Create or refresh places and counters. Hours and exceptions come from the file only for a new place, or with `hours`:
    afterwards they belong to the clerks who change them at the desk. Diary: `places.imported`."""
    matters = {matter.key: matter for matter in Matter.objects.all()}
    for key, told in places.items():
        office = Office.objects.get(key=told.office)
        place, is_new = Place.objects.update_or_create(
            key=key, defaults={**told.values, "office": office, "state": told.state or city().state, "active": True}
        )
        for name, counter in told.counters.items():
            _counter(place, name, counter, matters)
        place.counters.exclude(key__in=list(told.counters)).update(active=False)
        if is_new or hours:
            _hours(place, told)
    Place.objects.exclude(key__in=list(places)).update(active=False)
    record("places.imported", subject="city", actor=SYSTEM, data={"places": len(places)})
    return len(places)


def _counter(place: Place, key: str, told: CounterData, matters: Mapping[str, Matter]) -> None:
    row, _new = Counter.objects.update_or_create(
        place=place, key=key, defaults={"name": told.name, "channels": list(told.channels), "active": True}
    )
    row.matters.set([matters[one] for one in told.matters])


def _hours(place: Place, told: PlaceData) -> None:
    Hours.objects.filter(place=place).delete()
    SpecialDay.objects.filter(place=place).delete()
    counters = {counter.key: counter for counter in place.counters.all()}
    rows = [(None, told.hours), *((counters[key], one.hours) for key, one in told.counters.items())]
    Hours.objects.bulk_create(
        Hours(place=place, counter=counter, weekday=weekday, opens=opens, closes=closes)
        for counter, hours in rows
        for weekday, opens, closes in hours
    )
    SpecialDay.objects.bulk_create(
        SpecialDay(place=place, counter=counters.get(one["counter"]), first=one["first"], last=one["last"],
                   hours=one["hours"], reason=one["reason"])
        for one in told.exceptions
    )  # fmt: skip
