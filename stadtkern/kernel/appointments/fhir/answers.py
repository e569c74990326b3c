"""Searches and reads over FHIR: rows to resources, with what was asked to be included."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from stadtkern.kernel.registers.blocks import hidden, mask

from .. import plan
from ..models import Appointment, Sent
from . import asked as search
from . import offers, resources
from .asked import Asked, Between
from .door import Pass
from .ids import SlotId, read_slot
from .resources import Offer, Resource
from .rules import Invalid

USUAL_DAYS = 14
ANONYMOUS = "Person"


class Answerer:
    """One request of one caller."""

    def __init__(self, door: Pass, base: str) -> None:
        self.door, self.base = door, base
        self.offers = {str(one.id): one for one in offers.offers(door.offices)}
        self.shown: list[Appointment] = []  # whose names are in the answer: noted in the access log

    # Matters and schedules

    def offered(self, kind: str, asked: Asked) -> list[Resource]:
        """HealthcareService or Schedule."""
        return [self.of_offer(kind, one) for one in self.offers.values() if self._fits(kind, one, asked)]

    def of_offer(self, kind: str, offer: Offer) -> Resource:
        return (resources.schedule if kind == "Schedule" else resources.healthcare_service)(offer, self.base)

    def _fits(self, kind: str, offer: Offer, asked: Asked) -> bool:
        tests = {
            "_id": lambda value: value == str(offer.id),
            "active": lambda value: value == ("true" if offer.active else "false"),
            "service-type": search.token([(f"{self.base}/CodeSystem/anliegen", offer.key)]),
            "specialty": search.token([(resources.SPECIALTY, offer.specialty)]),
            "actor": search.reference("HealthcareService", str(offer.id), self.base),
        }
        texts = {name: search.text(name, offer.name) for name in asked.values if name.partition(":")[0] == "name"}
        return all(asked.fits(name, test) for name, test in (tests | texts).items())

    # Slots

    def slots(self, asked: Asked) -> list[Resource]:
        """Free and busy, of the schedules asked for; two weeks where no end is said."""
        wanted = [
            one for one in self.offers.values() if asked.fits("schedule", search.reference("Schedule", str(one.id), self.base))
        ]
        if keys := asked.values.get("_id"):
            return self._by_key([key for alternatives in keys for key in alternatives], asked)
        when = search.between(asked, "start", plan.BERLIN)
        first, last = _days(when)
        found = offers.moments(wanted, first, last)
        test = [one for one in found if when.has(one.starts_at) and asked.fits("status", _is(one.status))]
        test.sort(key=lambda one: (one.starts_at, str(one.id)))
        return [resources.slot(one.id, one.status, one.starts_at, one.ends_at) for one in test]

    def slot(self, key: str) -> Resource | None:
        found = read_slot(key)
        offer = self.offers.get(str(found.schedule)) if found else None
        moment = offers.moment_of(offer, found) if offer and found else None
        return resources.slot(moment.id, moment.status, moment.starts_at, moment.ends_at) if moment else None

    def _by_key(self, keys: Sequence[str], asked: Asked) -> list[Resource]:
        found = [slot for key in keys[: search.MOST_VALUES] if (slot := self.slot(key))]
        when = search.between(asked, "start", plan.BERLIN)
        return [
            slot
            for slot in found
            if asked.fits("status", _is(slot["status"]))
            and when.has(datetime.fromisoformat(slot["start"]))
            and asked.fits("schedule", search.reference("Schedule", slot["schedule"]["reference"][9:], self.base))
        ]

    # Appointments

    def appointments(self, asked: Asked) -> list[Resource]:
        """Those the caller may see, the newest start last."""
        when = search.between(asked, "date", plan.BERLIN)
        rows = self._rows(when, asked)
        told = [(row, self.of_row(row)) for row in rows]
        kept = [(row, one) for row, one in told if self._appointment_fits(one, asked)]
        page = kept[asked.offset : asked.offset + asked.count + 1]
        self.shown += [row for row, _one in page[: asked.count]]
        return [one for _row, one in page]

    def appointment(self, row: Appointment) -> Resource:
        self.shown.append(row)
        return self.of_row(row)

    def row(self, number: int | None) -> Appointment | None:
        """The one with this id, if the caller may see it."""
        return self._select().filter(pk=number).first() if number else None

    def of_row(self, row: Appointment) -> Resource:
        sent: Sent | None = getattr(row, "sent", None)
        secret = bool(getattr(row, "hidden", False))
        patient = resources.Patient(f"Patient/appointment-{row.pk}", mask() if secret else row.name or ANONYMOUS)
        if sent:
            patient = resources.Patient(sent.patient, row.name or ANONYMOUS)
        replaces = sent.replaces_id if sent else None
        booked = resources.Booked(
            id=row.pk, status=row.status, offer=offers.offer_of_row(row.place, row.matter),
            starts_at=timezone.localtime(row.starts_at), ends_at=timezone.localtime(row.ends_at),
            created_at=timezone.localtime(row.created_at), patient=patient, more=sent.more if sent else {},
            reason=sent.reason if sent else "", replaces=replaces,
        )  # fmt: skip
        return resources.appointment(booked, self.base)

    def _select(self) -> Any:
        rows = self.door.appointments().filter(matter__key__in=list(offers.specialties()))
        return rows.select_related("place", "matter", "sent").annotate(hidden=hidden())

    def _rows(self, when: Between, asked: Asked) -> list[Appointment]:
        rows = self._select()
        if when.since:
            rows = rows.filter(starts_at__gte=when.since)
        if when.until:
            rows = rows.filter(starts_at__lt=when.until)
        if keys := asked.values.get("_id"):
            numbers = [int(key) for key in keys[0] if key.isascii() and key.isdigit() and len(key) < 10]
            rows = rows.filter(pk__in=numbers)
        return list(rows.order_by("starts_at", "pk")[: 10 * search.MOST])

    def _appointment_fits(self, one: Resource, asked: Asked) -> bool:
        codings = [(c["system"], c["code"]) for c in one["serviceType"][0]["coding"]]
        actors = [part["actor"]["reference"] for part in one["participant"]]
        slot = one["slot"][0]["reference"].removeprefix("Slot/")
        tests = {
            "_id": lambda value: value == one["id"],
            "status": _is(one["status"]),
            "service-type": search.token(codings),
            "specialty": search.token([(resources.SPECIALTY, one["specialty"][0]["coding"][0]["code"])]),
            "slot": search.reference("Slot", slot, self.base),
            "actor": lambda value: value.removeprefix(f"{self.base}/") in actors,
        }
        return all(asked.fits(name, test) for name, test in tests.items())

    # Included

    def included(self, kind: str, page: Iterable[Resource], asked: Asked) -> list[Resource]:
        """What _include and _revinclude add to the resources of this page, each once."""
        page, found = list(page), {}
        for one in self._forward(page, asked) if asked.include else ():
            found[one["resourceType"], one["id"]] = one
        for one in self._backward(kind, page, asked) if asked.revinclude else ():
            found[one["resourceType"], one["id"]] = one
        own = {(one["resourceType"], one["id"]) for one in page}
        return [one for key, one in found.items() if key not in own]

    def _forward(self, page: list[Resource], asked: Asked) -> Iterable[Resource]:
        for one in page:
            if "Schedule:actor" in asked.include:
                yield self.of_offer("HealthcareService", self.offers[one["id"]])
            if "Slot:schedule" in asked.include:
                yield self.of_offer("Schedule", self.offers[one["schedule"]["reference"].removeprefix("Schedule/")])
            if "Appointment:slot" in asked.include and (slot := self.slot(one["slot"][0]["reference"].removeprefix("Slot/"))):
                yield slot
            if "Appointment:actor" in asked.include:
                for part in one["participant"]:
                    key = part["actor"]["reference"].removeprefix("HealthcareService/")
                    if key in self.offers:
                        yield self.of_offer("HealthcareService", self.offers[key])

    def _backward(self, kind: str, page: list[Resource], asked: Asked) -> Iterable[Resource]:
        keys = [one["id"] for one in page]
        if "Schedule:actor" in asked.revinclude:
            yield from (self.of_offer("Schedule", self.offers[key]) for key in keys)
        if "Slot:schedule" in asked.revinclude:
            yield from self.slots(Asked({"schedule": [keys]}))[: search.MOST] if keys else []
        if kind == "Slot" and "Appointment:slot" in asked.revinclude and keys and self.door.sees_appointments:
            starts = [datetime.fromisoformat(one["start"]) for one in page]
            day = timedelta(seconds=1)
            wish = Asked({"slot": [keys]}, count=search.MOST)
            yield from self._appointments_at(wish, Between(min(starts), max(starts) + day))
        if "Appointment:actor" in asked.revinclude and keys and self.door.sees_appointments:
            wish = Asked({"actor": [[f"HealthcareService/{key}" for key in keys]]}, count=search.MOST)
            yield from self._appointments_at(wish, Between(timezone.now()))

    def _appointments_at(self, asked: Asked, when: Between) -> Iterable[Resource]:
        for row in self._rows(when, asked):
            one = self.of_row(row)
            if self._appointment_fits(one, asked):
                self.shown.append(row)
                yield one


def slot_of_time(offer: Offer, starts_at: datetime) -> SlotId:
    return SlotId.at(offer.id, starts_at)


def _is(own: str) -> Any:
    return lambda value: value == own


def _days(when: Between) -> tuple[Any, Any]:
    """The days to look at; a search may not reach further than the days are laid out."""
    now = timezone.now()
    since = when.since or now
    until = when.until or since + timedelta(days=USUAL_DAYS)
    first, last = since.astimezone(plan.BERLIN).date(), (until - timedelta(seconds=1)).astimezone(plan.BERLIN).date()
    if (last - first).days >= offers.MOST_DAYS:
        text = f"Ein Zeitraum von höchstens {offers.MOST_DAYS} Tagen; grenzen Sie start mit ge und lt ein."
        raise Invalid(400, "too-costly", text)
    return first, last
