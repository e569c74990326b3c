"""Parking permits: entered once per case and vehicle, revoked with a reason, and the registers' own limits."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from stadtkern.kernel.accounts.models import Company
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.registers.actions import enter_permit, import_civil_records, import_entries, revoke_permit
from stadtkern.kernel.registers.models import CivilPerson, CivilRecord, Dog, ParkingPermit, Vehicle

TODAY = date(2026, 11, 29)
CAR = {"plate": "MST-ZC 42", "make": "Opel", "first_registration_date": date(2019, 5, 2), "fuel": "petrol"}


def permit(**told):
    given = {"plate": "mst zc42", "zone": "A", "valid_from": TODAY, "valid_until": TODAY + timedelta(days=364)}
    return enter_permit("system", **{**given, "person_key": uuid.UUID(int=1), "about": "case:17", **told})


def test_a_permit_is_entered_once_per_case_and_vehicle(db):
    first = permit()
    again = permit(document_number="MS-1")
    assert again.pk == first.pk and again.document_number == "MS-1" and again.plate == "MST-ZC 42"
    assert permit(document_number="MS-2").document_number == "MS-1"
    assert permit(plate="MST-ZC 43").pk != first.pk
    assert Event.objects.filter(name="permit.entered", subject="case:17").count() == 2
    assert ParkingPermit.objects.valid_on(TODAY + timedelta(days=364)).count() == 2
    assert not ParkingPermit.objects.valid_on(TODAY + timedelta(days=365)).exists()


def test_a_revoked_permit_is_revoked_once_and_makes_room(db):
    first = permit()
    with pytest.raises(ValueError, match="reason"):
        revoke_permit("staff:1", first, "  ")
    revoke_permit("staff:1", first, "weggezogen")
    assert revoke_permit("staff:1", first, "noch einmal").revoked_because == "weggezogen"
    assert Event.objects.filter(name="permit.revoked", actor="staff:1").count() == 1
    assert not ParkingPermit.objects.valid_on(TODAY).exists()
    assert permit().pk != first.pk


@pytest.mark.parametrize("wrong", [{"plate": "Fahrrad"}, {"person_key": None}, {"valid_until": TODAY - timedelta(days=1)}])
def test_what_cannot_be_a_permit_is_refused(db, wrong):
    with pytest.raises(ValueError):
        permit(**wrong)
    assert not ParkingPermit.objects.exists()


def test_an_entry_has_one_holder(db):
    company = Company.objects.create(name="Nordlicht")
    for holder in ({}, {"person_key": uuid.UUID(int=1), "company": company}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Vehicle.objects.create(**CAR, **holder)
    Vehicle.objects.create(**CAR, company=company)
    assert Vehicle.objects.of(company=company).count() == 1 and not Vehicle.objects.of().exists()


def test_importing_twice_changes_the_entry_and_adds_none(db):
    key = uuid.UUID(int=1)
    import_entries("vehicles", [CAR | {"person_key": key}], "system")
    import_entries("vehicles", [CAR | {"person_key": key, "make": "Fiat"}], "system")
    assert [car.make for car in Vehicle.objects.of(key)] == ["Fiat"]
    import_entries("dogs", [{"number": "7", "name": "Ännchen", "since_date": TODAY, "person_key": key}], "system")
    assert Dog.objects.get().name == "Ännchen"


def test_a_birth_is_about_the_child_not_about_the_parent(db):
    child, mother = uuid.UUID(int=1), uuid.UUID(int=2)
    told = {
        "kind": "BIRTH", "office": "Standesamt Gießen", "register_number": "G 12/1991", "event_date": date(1991, 3, 14),
        "event_place": "Gießen", "entered_date": date(1991, 3, 20),
    }  # fmt: skip
    people = [
        {"role": "CHILD", "person_key": child, "given_names": "Zoë", "family_name": "Große"},
        {"role": "PARENT", "person_key": mother, "given_names": "Ulla", "family_name": "Große"},
    ]
    for _ in range(2):
        import_civil_records([(told, people)], "system")
    assert CivilRecord.objects.of(child).count() == 1 and not CivilRecord.objects.of(mother).exists()
    assert CivilPerson.objects.count() == 2
