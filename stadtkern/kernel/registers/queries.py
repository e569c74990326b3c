"""What the city's own registers say about one person, in the words of the catalogue."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db import models

from .models import CivilPerson, CivilRecord, Dog, Parentage, ParkingPermit, Resident, Trade, Vehicle

Record = dict[str, Any]


def is_known(person_key: uuid.UUID) -> bool:
    return Resident.objects.filter(key=person_key).exists()


def entries(evidence: str, person_key: uuid.UUID) -> Sequence[Record]:
    """Records with every field of the catalogue; facts nobody knows are ""."""
    return _READ[evidence](person_key)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _residents(person_key: uuid.UUID) -> list[Record]:
    row = Resident.objects.select_related("household").filter(key=person_key).first()
    if row is None:
        return []
    plain = ("given_names", "family_name", "birth_name", "doctoral_degree", "birth_place", "sex", "nationality")
    home = ("street", "house_number", "postcode", "town", "district")
    size = _household(row)
    return [
        {name: getattr(row, name) for name in plain}
        | {name: getattr(row.household, name) for name in home}
        | {"birth_date": _day(row.birth_date), "moved_in_date": _day(row.moved_in_date)}
        | {"household_size": size, "household_members": size - 1}
    ]


def _household(row: Resident) -> int:
    """How many live there; whoever is hidden (§ 51 BMG) is not counted for the others: a number tells on them, too."""
    others = Resident.objects.filter(household=row.household_id).exclude(pk=row.pk)
    return 1 + (others if row.blocked else others.filter(blocked=False)).count()


def _vehicles(person_key: uuid.UUID) -> list[Record]:
    rows = Vehicle.objects.of(person_key).order_by("plate")
    plain = ("plate", "vin", "make", "model", "emission_class")
    return [
        {name: getattr(row, name) for name in plain}
        | {"first_registration_date": _day(row.first_registration_date), "fuel": row.get_fuel_display()}
        | {"co2": "" if row.co2 is None else row.co2, "on_the_road": row.valid}
        for row in rows
    ]


def _dogs(person_key: uuid.UUID) -> list[Record]:
    rows = Dog.objects.of(person_key).filter(until_date=None).order_by("number")
    return [
        {"tag_number": row.number, "dog_name": row.name, "chip": row.chip, "breed": row.breed, "dangerous": row.dangerous}
        | {"kept_since_date": _day(row.since_date)}
        for row in rows
    ]


def _trade(person_key: uuid.UUID) -> list[Record]:
    rows = Trade.objects.of(person_key).filter(until_date=None).order_by("number")
    return [
        {
            "trade_number": row.number,
            "trade_title": row.title,
            "activity": row.activity,
            "trade_address": f"{row.street} {row.house_number}, {row.postcode} {row.town}".strip(" ,"),
            "trade_since_date": _day(row.since_date),
        }
        for row in rows
    ]


def _civil(kind: str, tell: Callable[[CivilRecord, uuid.UUID], Record]) -> Callable[[uuid.UUID], list[Record]]:
    def read(person_key: uuid.UUID) -> list[Record]:
        rows = CivilRecord.objects.of(person_key).filter(kind=kind).prefetch_related("people").order_by("-event_date")
        return [{"civil_number": row.register_number, "civil_office": row.office} | tell(row, person_key) for row in rows]

    return read


def _named(row: CivilRecord, role: str) -> list[CivilPerson]:
    return [person for person in row.people.all() if person.role == role]


def _names(people: Sequence[CivilPerson]) -> str:
    return ", ".join(f"{person.given_names} {person.family_name}" for person in people)


def _birth(row: CivilRecord, person_key: uuid.UUID) -> Record:
    child = _named(row, CivilPerson.Role.CHILD)[0]
    told = {"given_names": child.given_names, "family_name": child.family_name, "birth_place": row.event_place}
    return told | {"birth_date": _day(row.event_date), "parents": _names(_named(row, CivilPerson.Role.PARENT))}


def _marriage(row: CivilRecord, person_key: uuid.UUID) -> Record:
    spouses = _named(row, CivilPerson.Role.SPOUSE)
    return {"married_date": _day(row.event_date), "married_place": row.event_place, "spouses": _names(spouses)}


def _death(row: CivilRecord, person_key: uuid.UUID) -> Record:
    gone = _named(row, CivilPerson.Role.DECEASED)[0]
    told = {"given_names": gone.given_names, "family_name": gone.family_name, "died_place": row.event_place}
    return told | {"died_date": _day(row.event_date)}


def _children(person_key: uuid.UUID) -> list[Record]:
    """Children who live here. A hidden child is told only to a parent it lives with."""
    custody = dict(Parentage.objects.filter(parent_key=person_key).values_list("child_key", "custody"))
    home = Resident.objects.filter(key=person_key).values("household")
    seen = models.Q(blocked=False) | models.Q(household__in=home)
    rows = Resident.objects.filter(seen, key__in=custody).order_by("birth_date", "pk")
    return [
        {"given_names": row.given_names, "family_name": row.family_name, "birth_date": _day(row.birth_date)}
        | {"custody": custody[row.key]}
        for row in rows
    ]


def _parking(person_key: uuid.UUID) -> list[Record]:
    rows = ParkingPermit.objects.of(person_key).order_by("-valid_until", "-pk")
    return [
        {"permit_number": row.number, "plate": row.plate, "zone": row.zone, "valid_from": _day(row.valid_from)}
        | {"valid_until": _day(row.valid_until), "revoked": row.revoked_at is not None}
        for row in rows
    ]


_READ: dict[str, Callable[[uuid.UUID], list[Record]]] = {
    "residents": _residents,
    "vehicles": _vehicles,
    "dogs": _dogs,
    "trade": _trade,
    "births": _civil("BIRTH", _birth),
    "marriages": _civil("MARRIAGE", _marriage),
    "deaths": _civil("DEATH", _death),
    "children": _children,
    "parking": _parking,
}
