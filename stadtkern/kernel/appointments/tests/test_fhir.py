"""The FHIR door: every resource read by an independent library, every SHALL of ISiK's CapabilityStatement that applies,
$book in all its turns, who may what, and hostile bodies.
"""

import json
import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from fhir.resources.R4B import get_fhir_model_class

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import create_token
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.appointments.fhir import actions, api, capability, ids, offers, resources, rules
from stadtkern.kernel.appointments.fhir.wire import base
from stadtkern.kernel.appointments.models import Appointment, Sent
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.privacy.models import Access

from .conftest import MONDAY

ROOT = "/api/v1/appointments/fhir"
DAY = MONDAY.isoformat()
NEXT = (MONDAY + timedelta(days=1)).isoformat()
SPECIALTY = {"coding": [{"system": resources.SPECIALTY, "code": "GESU"}]}


class Door:
    """A program with (or without) a key."""

    def __init__(self, client, key=""):
        self.client, self.headers = client, {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path, status=200, **headers):
        answer = self.client.get(f"{ROOT}/{path}", headers=self.headers | headers)
        assert answer.status_code == status, answer.content
        return self.read(answer)

    def send(self, path, body, status, method="post", kind="application/fhir+json"):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = getattr(self.client, method)(f"{ROOT}/{path}", raw, content_type=kind, headers=self.headers)
        assert answer.status_code == status, (answer.status_code, answer.content)
        return self.read(answer)

    def read(self, answer):
        """Every answer is a valid resource of FHIR R4, whatever happened."""
        body = answer.content
        if answer["Content-Type"].startswith("application/fhir+xml"):
            name = body.split(b"?>")[1].split(b" ")[0].strip(b"\n<").decode()
            return get_fhir_model_class(name).model_validate_xml(body)
        assert answer["Content-Type"].startswith("application/fhir+json"), answer["Content-Type"]
        found = json.loads(body)
        get_fhir_model_class(found["resourceType"]).model_validate(found)
        return found


def entries(bundle, kind=None, mode="match"):
    found = [one for one in bundle.get("entry", []) if one["search"]["mode"] == mode]
    return [one["resource"] for one in found if kind in (None, one["resource"]["resourceType"])]


@pytest.fixture
def told(monkeypatch):
    """Two matters are told, the wedding is not."""
    monkeypatch.setattr(offers, "specialties", lambda: {"ausweis": "GESU", "ummelden": "KIJU"})


@pytest.fixture
def key_of(ruth, offices):
    def key(scope="BOOK", office="buergeramt", email="praxis@example.org"):
        account, _new = Account.objects.get_or_create(email=email, defaults={"name": "Praxis Dr. Winter"})
        partner = actions.admit(ruth, offices[office], account, "Praxis Dr. Winter", scope) if scope else None
        return create_token(Actor(account), "Praxis", 30)[1], partner

    return key


@pytest.fixture
def practice(hall, clock, told, client, key_of):
    clock.on(-24 * 60)
    return Door(client, key_of()[0])


@pytest.fixture
def office(hall, clock, told, client, clerk):
    """A clerk's own key: the specialist system of the office."""
    return Door(client, create_token(Actor(clerk.account, clerk), "Fachverfahren", 30)[1])


def proposal(slot, matter="ausweis", patient="Patient/4711", **more):
    return {
        "resourceType": "Appointment", "status": "proposed",
        "serviceType": [{"coding": [{"system": f"{base()}/CodeSystem/anliegen", "code": matter}]}],
        "specialty": [SPECIALTY], "start": slot["start"], "end": slot["end"],
        "slot": [{"reference": f"Slot/{slot['id']}"}],
        "participant": [{"actor": {"reference": patient, "display": "Çelik-Müller, Zoë"}, "status": "accepted"}],
    } | more  # fmt: skip


def free(door, hall, matter=None, place=None):
    key = ids.ScheduleId((place or hall.centre).pk, (matter or hall.pass_).pk)
    return entries(door.get(f"Slot?schedule=Schedule/{key}&status=free&start=ge{DAY}&start=lt{NEXT}"))


# What ISiK demands: (resource, kind, name) of every SHALL in ISiKCapabilityStatementTerminplanungServer 4.0.0.
# Communication and Binary are MAY and not offered; docs/fhir-appointments.md lists met and not met.
SHALL = {
    "Schedule": {
        "interaction": {"read", "search-type"}, "search": {"_id", "active", "service-type", "specialty", "actor"},
        "include": {"Schedule:actor"}, "revinclude": {"Slot:schedule"},
    },
    "Slot": {
        "interaction": {"read", "search-type"}, "search": {"_id", "schedule", "status", "start"},
        "include": {"Slot:schedule"}, "revinclude": {"Appointment:slot"},
    },
    "Appointment": {
        "interaction": {"read", "search-type", "patch"},
        "search": {"_id", "status", "service-type", "specialty", "date", "slot", "actor"},
        "include": {"Appointment:slot", "Appointment:actor"}, "revinclude": set(),
    },
    "HealthcareService": {
        "interaction": {"read", "search-type"}, "search": {"_id", "active", "service-type", "specialty", "name"},
        "include": set(), "revinclude": {"Schedule:actor", "Appointment:actor"},
    },
}  # fmt: skip


def test_the_statement_says_every_shall(client, db):
    said = Door(client).get("metadata")
    assert said["instantiates"] == [capability.REQUIREMENTS] and said["fhirVersion"] == "4.0.1"
    assert set(said["format"]) == {"application/fhir+json", "application/fhir+xml"}
    for one in said["rest"][0]["resource"]:
        wanted = SHALL[one["type"]]
        assert {found["code"] for found in one["interaction"]} >= wanted["interaction"]
        assert {found["name"] for found in one["searchParam"]} == wanted["search"]
        assert set(one.get("searchInclude", [])) == wanted["include"]
        assert set(one.get("searchRevInclude", [])) == wanted["revinclude"]
    operations = [one.get("operation", []) for one in said["rest"][0]["resource"] if one["type"] == "Appointment"]
    assert operations == [[{"name": "book", "definition": capability.BOOK}]]


def test_every_search_parameter_narrows(practice, hall):
    """SHALL: each parameter finds what fits and nothing else."""
    booked = practice.send("Appointment/$book", proposal(free(practice, hall)[0]), 201)
    other = practice.send("Appointment/$book", proposal(free(practice, hall)[5], patient="Patient/0815"), 201)
    practice.send(f"Appointment/{other['id']}", [{"op": "replace", "path": "/status", "value": "cancelled"}], 200, "patch")
    key, code = f"{hall.centre.pk}-{hall.pass_.pk}", quote(f"{base()}/CodeSystem/anliegen|ausweis")
    slot = booked["slot"][0]["reference"]
    special = quote(f"{resources.SPECIALTY}|GESU")
    wanted = {
        "Schedule": {"_id": (key, "9-9"), "active": ("true", "false"), "service-type": (code, "x|ausweis"),
                     "specialty": (special, "INTM"), "actor": (f"HealthcareService/{key}", "HealthcareService/9-9")},
        "HealthcareService": {"_id": (key, "9-9"), "active": ("true", "false"), "service-type": (code, "nichts"),
                              "specialty": (special, "INTM"), "name": ("personal", "sonalausweis")},
        "Slot": {"_id": (slot[5:], "1-1-1"), "schedule": (f"Schedule/{key}", "Schedule/9-9"),
                 "status": ("free", "entered-in-error"), "start": (f"ge{DAY}", f"lt{DAY}")},
        "Appointment": {"_id": (booked["id"], "999999"), "status": ("booked", "noshow"), "service-type": (code, "nichts"),
                        "specialty": (special, "INTM"), "date": (f"ge{DAY}", f"lt{DAY}"), "slot": (slot, "Slot/1-1-1"),
                        "actor": ("Patient/4711", "Patient/1")},
    }  # fmt: skip
    assert {kind: set(named) for kind, named in wanted.items()} == {kind: one["search"] for kind, one in SHALL.items()}
    for kind, named in wanted.items():
        window = "&start=ge2027-03-01&start=lt2027-03-05" if kind == "Slot" else ""
        for name, (fits, not_) in named.items():
            assert entries(practice.get(f"{kind}?{name}={fits}{window if name != 'start' else ''}")), (kind, name)
            assert not entries(practice.get(f"{kind}?{name}={not_}{window if name != 'start' else ''}")), (kind, name)
    assert len(entries(practice.get(f"Slot?status=free,busy&schedule={key}&start={DAY}"))) == 28
    assert practice.get("Slot?color=red", 400)["issue"][0]["code"] == "not-supported"


def test_every_include_brings_what_belongs(practice, hall):
    key = f"{hall.centre.pk}-{hall.pass_.pk}"
    booked = practice.send("Appointment/$book", proposal(free(practice, hall)[0]), 201)
    slot = booked["slot"][0]["reference"][5:]
    asked = {
        "Schedule:actor": (f"Schedule?_id={key}&_include=Schedule:actor", "HealthcareService"),
        "Slot:schedule": (f"Slot?_id={slot}&_include=Slot:schedule", "Schedule"),
        "Appointment:slot": (f"Appointment?_id={booked['id']}&_include=Appointment:slot", "Slot"),
        "Appointment:actor": (f"Appointment?_id={booked['id']}&_include=Appointment:actor", "HealthcareService"),
        "rev Slot:schedule": (f"Schedule?_id={key}&_revinclude=Slot:schedule", "Slot"),
        "rev Appointment:slot": (f"Slot?_id={slot}&_revinclude=Appointment:slot", "Appointment"),
        "rev Schedule:actor": (f"HealthcareService?_id={key}&_revinclude=Schedule:actor", "Schedule"),
        "rev Appointment:actor": (f"HealthcareService?_id={key}&_revinclude=Appointment:actor", "Appointment"),
    }
    for name, (path, kind) in asked.items():
        assert entries(practice.get(path), kind, "include"), name
    assert practice.get("Slot?_include=Slot:patient", 400)


def test_read_of_everything_and_paging(practice, hall):
    for kind in ("Schedule", "HealthcareService"):
        for one in entries(practice.get(kind)):
            assert practice.get(f"{kind}/{one['id']}") == one
    slots = free(practice, hall)
    assert practice.get(f"Slot/{slots[0]['id']}") == slots[0]
    first = practice.get(f"Slot?start={DAY}&_count=10")
    link = {one["relation"]: one["url"] for one in first["link"]}["next"]
    second = practice.get(link.removeprefix(f"{base()}/"))
    assert len(entries(first)) == len(entries(second)) == 10 and not {o["id"] for o in entries(first)} & {
        o["id"] for o in entries(second)
    }
    for path in (
        "Slot/1-1-1",
        "Slot/gibts-nicht",
        "Schedule/9-9",
        "HealthcareService/x",
        "Appointment/1",
        f"Appointment/{10**30}",
    ):
        assert practice.get(path, 404)["issue"][0]["code"] == "not-found"


def test_slots_say_free_or_busy_and_never_who(practice, hall, clock):
    slots = free(practice, hall)
    assert len(slots) == 28 and {one["status"] for one in slots} == {"free"}
    hall.book(hall.at(8), "anna", now=clock())
    assert len(free(practice, hall)) == 28, "a second counter is still free"
    hall.book(hall.at(8), "bert", now=clock())
    every = practice.get(f"Slot?schedule={hall.centre.pk}-{hall.pass_.pk}&start={DAY}")
    busy = [one for one in entries(every) if one["status"] == "busy"]
    assert [one["start"][11:16] for one in busy] == ["08:00"] and set(busy[0]) == {
        "resourceType", "id", "meta", "schedule", "status", "start", "end",
    }  # fmt: skip
    assert "anna" not in json.dumps(every) and "Frau" not in json.dumps(every)


# $book


def test_book_answers_as_the_operation_says(practice, hall):
    slot = free(practice, hall)[3]
    said = proposal(slot, comment="Rollstuhl", patientInstruction="Bitte nüchtern", meta={"tag": [{"code": "external"}]})
    booked = practice.send("Appointment/$book", said, 201)
    assert booked["status"] == "booked" and booked["slot"] == [{"reference": f"Slot/{slot['id']}"}]
    assert booked["comment"] == "Rollstuhl" and booked["meta"]["tag"] == [{"code": "external"}]
    assert booked["meta"]["profile"] == [f"{resources.ISIK}/ISiKTermin"]
    assert booked["participant"][0]["actor"] == {"reference": "Patient/4711", "display": "Çelik-Müller, Zoë"}
    row = Appointment.objects.get(pk=booked["id"])
    assert (row.name, row.status, row.account) == ("Çelik-Müller, Zoë", "BOOKED", None) and row.span
    assert [one.name for one in Event.objects.filter(subject=str(row))] == [
        "appointment.held", "appointment.booked", "appointment.sent",
    ]  # fmt: skip
    assert practice.get(f"Appointment/{booked['id']}") == booked


def test_the_same_slot_is_given_as_often_as_there_are_counters(practice, hall):
    slot = free(practice, hall)[0]
    for number in range(2):
        practice.send("Appointment/$book", proposal(slot, patient=f"Patient/{number}"), 201)
    refused = practice.send("Appointment/$book", proposal(slot, patient="Patient/9"), 409)
    assert refused["issue"][0]["code"] == "conflict" and refused["issue"][0]["expression"] == ["Appointment.slot"]


def test_one_patient_has_one(practice, hall):
    first, second = free(practice, hall)[:2]
    practice.send("Appointment/$book", proposal(first), 201)
    assert practice.send("Appointment/$book", proposal(second), 409)["issue"][0]["code"] == "business-rule"
    practice.send("Appointment/$book", proposal(second, patient="Patient/other"), 201)


def test_a_program_gone_wild_is_braked(practice, hall, monkeypatch):
    monkeypatch.setattr(api, "MOST_AN_HOUR", 2)
    slots = free(practice, hall)
    answers = [(201, None), (201, None), (429, "throttled")]
    for number, (status, code) in enumerate(answers):
        told = practice.send("Appointment/$book", proposal(slots[number], patient=f"Patient/{number}"), status)
        assert code is None or told["issue"][0]["code"] == code


def test_parameters_with_a_schedule_instead_of_a_slot(practice, hall):
    slot = free(practice, hall)[4]
    inner = {name: value for name, value in proposal(slot).items() if name != "slot"}
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "appt-resource", "resource": inner},
            {"name": "schedule", "valueReference": {"reference": f"{base()}/{slot['schedule']['reference']}"}},
        ],
    }
    assert practice.send("Appointment/$book", parameters, 201)["slot"] == [{"reference": f"Slot/{slot['id']}"}]


def test_a_known_appointment_moves_and_keeps_its_id(practice, hall):
    slots = free(practice, hall)
    booked = practice.send("Appointment/$book", proposal(slots[0]), 201)
    moved = practice.send("Appointment/$book", proposal(slots[7], id=booked["id"]), 200)
    assert (moved["id"], moved["start"], moved["status"]) == (booked["id"], slots[7]["start"], "booked")
    assert Appointment.objects.filter(status="BOOKED").count() == 1


def test_cancelled_appt_id_swaps_in_one_step_or_not_at_all(practice, hall):
    slots = free(practice, hall)
    old = practice.send("Appointment/$book", proposal(slots[0]), 201)

    def swap(slot, status, number=old["id"]):
        body = {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "appt-resource", "resource": proposal(slot)},
                {"name": "cancelled-appt-id", "valueUri": f"{base()}/Appointment/{number}"},
            ],
        }
        return practice.send("Appointment/$book", body, status)

    for number in range(2):
        practice.send("Appointment/$book", proposal(slots[5], patient=f"Patient/{number}"), 201)
    swap(slots[5], 409)
    assert practice.get(f"Appointment/{old['id']}")["status"] == "booked", "the old one stays when the new one is refused"
    new = swap(slots[6], 201)
    assert new["extension"] == [{"url": resources.REPLACES, "valueReference": {"reference": f"Appointment/{old['id']}"}}]
    gone = practice.get(f"Appointment/{old['id']}")
    assert gone["status"] == "cancelled" and gone["cancelationReason"]["coding"][0]["code"] == "other"
    swap(slots[8], 422, 10**6)


def test_a_clerk_gives_up_nothing_of_another_office(office, hall, clerk, citizen, offices):
    old = office.send("Appointment/$book", proposal(free(office, hall)[0]), 201)
    hall.north.office = offices["steueramt"]
    hall.north.save()
    other = Staff.objects.create(account=citizen, office=offices["steueramt"], role=clerk.role)
    theirs = Door(office.client, create_token(Actor(citizen, other), "Fachverfahren", 30)[1])
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "appt-resource", "resource": proposal(free(theirs, hall, place=hall.north)[0])},
            {"name": "cancelled-appt-id", "valueUri": f"Appointment/{old['id']}"},
        ],
    }
    theirs.send("Appointment/$book", body, 422)
    assert Appointment.objects.get(pk=old["id"]).status == "BOOKED"


def test_cancel_by_patch_and_by_put(practice, hall, sound):
    slots = free(practice, hall)
    one, two = (practice.send("Appointment/$book", proposal(slots[n], patient=f"Patient/{n}"), 201) for n in range(2))
    reason = {"coding": [{"system": resources.REASON, "code": "pat"}]}
    steps = [
        {"op": "replace", "path": "/status", "value": "cancelled"},
        {"op": "add", "path": "/cancelationReason", "value": reason},
    ]
    done = practice.send(f"Appointment/{one['id']}", steps, 200, "patch", "application/json-patch+json")
    assert done["status"] == "cancelled" and done["cancelationReason"]["coding"][0]["code"] == "pat"
    assert practice.send(f"Appointment/{one['id']}", steps, 200, "patch")["status"] == "cancelled", "twice is once"
    whole = practice.get(f"Appointment/{two['id']}") | {"status": "cancelled", "cancelationReason": reason}
    assert practice.send(f"Appointment/{two['id']}", whole, 200, "put")["status"] == "cancelled"
    assert len(free(practice, hall)) == len(slots)
    sound()
    for wrong, status in [
        ([{"op": "replace", "path": "/start", "value": slots[3]["start"]}], 422),
        ([{"op": "remove", "path": "/status"}], 422),
        ([], 422),
        ([{"op": "replace", "path": "/status", "value": "cancelled"},
          {"op": "add", "path": "/cancelationReason", "value": {"coding": [{"code": "weil"}]}}], 422),
        ({"op": "replace"}, 400),
    ]:  # fmt: skip
        practice.send(f"Appointment/{one['id']}", wrong, status, "patch")


def test_what_is_wrong_is_named(practice, hall):
    slot, other = free(practice, hall)[:2]
    good = proposal(slot)

    def without(name):
        return {key: value for key, value in good.items() if key != name}

    cases = [
        (good | {"status": "booked"}, 422, "Appointment.status"),
        (good | {"status": "nonsense"}, 400, "Appointment.status"),
        (without("status"), 400, "Appointment.status"),
        (without("start"), 422, "Appointment.start"),
        (without("serviceType"), 422, "Appointment.serviceType"),
        (without("specialty"), 422, "Appointment.specialty"),
        (without("participant"), 400, "Appointment.participant"),
        (without("slot"), 422, "Appointment.slot"),
        (good | {"end": slot["start"]}, 422, "Appointment.end"),
        (good | {"end": other["end"]}, 422, "Appointment.start"),
        (good | {"start": "2027-03-01T08:00:00"}, 400, "Appointment.start"),
        (good | {"start": "9999-12-31T23:59:59Z", "end": "9999-12-31T23:59:59Z"}, 422, "Appointment.start"),
        (good | {"slot": [{"reference": "Slot/1-1-1"}]}, 422, "Appointment.slot"),
        (good | {"slot": [{"reference": "https://elsewhere.example/Slot/1-1-1"}]}, 422, "Appointment.slot"),
        (good | {"slot": [{"reference": f"Slot/{slot['id']}"}, {"reference": f"Slot/{other['id']}"}]}, 422, "Appointment.slot"),
        (good | {"colour": "red"}, 400, "Appointment"),
        (good | {"slot": {"reference": "x"}}, 400, "Appointment.slot"),
        (good | {"participant": [{"status": "accepted", "actor": {"reference": "Patient/1"}}]}, 422, "Appointment.participant"),
        (good | {"participant": [{"status": "accepted", "actor": {"display": "x"}}]}, 422, "Appointment.participant"),
        (good | {"participant": [{"status": "vielleicht", "actor": {"display": "x"}}]}, 400, "Appointment.participant.status"),
        (good | {"comment": "x" * 3000}, 422, "Appointment.comment"),
        (good | {"serviceType": [{"coding": [{"system": f"{base()}/CodeSystem/anliegen", "code": "ummelden"}]}]}, 422,
         "Appointment.serviceType"),
    ]  # fmt: skip
    for body, status, where in cases:
        told = practice.send("Appointment/$book", body, status)
        assert told["issue"][0]["expression"] == [where], (body, told)
        assert told["issue"][0]["severity"] == "error" and told["issue"][0]["diagnostics"].endswith(".")
    assert not Appointment.objects.exists()


HOSTILE = [
    b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"resourceType":"Appointment","resourceType":"Appointment"}',
    b'{"resourceType":"Appointment","status":NaN}', b"[" * 60_000, b'{"a":' * 5000, b'{"resourceType":"Patient"}',
    b'{"resourceType":"Appointment","status":"proposed","comment":"\\u0000"}',
    b'{"resourceType":"Appointment","status":"proposed","comment":"\\ud800"}',
    b'{"resourceType":"Parameters"}', b'{"resourceType":"Parameters","parameter":[{"name":"appt-resource"}]}',
    b'{"resourceType":"Parameters","parameter":[{"name":"x","valueString":"y"}]}',
    b'{"resourceType":"Appointment","status":"proposed","participant":[{"status":"accepted","actor":7}]}',
    b'{"resourceType":"Appointment","status":"proposed","participant":[],"slot":[{}]}',
    b'{"resourceType":"Appointment","status":["proposed"],"participant":[{"status":"accepted"}]}',
    b'{"resourceType":"Appointment","status":"proposed","priority":1e999,"participant":[{"status":"accepted"}]}',
    b'{"resourceType":"Appointment","id":7,"status":"proposed","participant":[{"status":"accepted"}]}',
]  # fmt: skip


def test_hostile_bodies_are_refused_as_an_outcome(practice):
    for body in HOSTILE:
        told = practice.send("Appointment/$book", body, 400)
        assert told["resourceType"] == "OperationOutcome"
        practice.send("Appointment/1", body, 404, "put")


def test_size_type_and_xml_bombs(practice):
    practice.send("Appointment/$book", b" " * 70_000, 413)
    practice.send("Appointment/$book", b"{}", 415, kind="text/plain")
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Appointment xmlns="http://hl7.org/fhir">&b;</Appointment>'
    for body in (bomb, b"<x/>", b"<Appointment/>", b"<" * 100, b'<Patient xmlns="http://hl7.org/fhir"/>'):
        practice.send("Appointment/$book", body, 400, kind="application/fhir+xml")


# XML


def test_xml_in_and_out_is_the_same(practice, hall):
    """Written by us and read by the library; written by the library and read by us."""
    slot = free(practice, hall)[2]
    said = proposal(slot, comment="Grüße & <Zeichen>") | {
        "_priority": {"extension": [{"url": resources.PRIORITY, "valueCodeableConcept": {"coding": [{"code": "25876001"}]}}]}
    }
    model = get_fhir_model_class("Appointment").model_validate(said)
    answer = practice.client.post(
        f"{ROOT}/Appointment/$book", model.model_dump_xml(), content_type="application/fhir+xml",
        headers=practice.headers | {"Accept": "application/fhir+xml"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    booked = practice.read(answer)
    assert (booked.status, booked.comment) == ("booked", "Grüße & <Zeichen>")
    for path in (
        f"Appointment/{booked.id}",
        f"Appointment?_id={booked.id}&_include=Appointment:slot",
        "metadata",
        "Slot/1-1-1",
    ):
        plain = practice.client.get(f"{ROOT}/{path}", headers=practice.headers)
        mark = "&" if "?" in path else "?"
        told = practice.client.get(f"{ROOT}/{path}{mark}_format=xml", headers=practice.headers)
        name = json.loads(plain.content)["resourceType"]
        reread = get_fhir_model_class(name).model_validate_xml(told.content)
        original = get_fhir_model_class(name).model_validate(json.loads(plain.content))
        if "?" not in path:  # a bundle says in its link how it was asked
            assert json.loads(reread.model_dump_json()) == json.loads(original.model_dump_json())


# Who may


def test_nobody_gets_in_unasked(hall, clock, told, client, key_of, citizen):
    for path in ("Slot", "Schedule", "HealthcareService", "Appointment", "Slot/1-1-1", "Appointment/1"):
        Door(client).get(path, 401)
        Door(client, "stk_falsch").get(path, 401)
        Door(client, create_token(Actor(citizen), "x", 1)[1]).get(path, 403)
    Door(client).send("Appointment/$book", {}, 401)


def test_scopes(hall, clock, told, client, key_of, offices, office, ruth):
    clock.on(-24 * 60)
    free_key, partner = key_of("FREE")
    reader = Door(client, free_key)
    slot = free(reader, hall)[0]
    assert reader.send("Appointment/$book", proposal(slot), 403)["issue"][0]["code"] == "forbidden"
    reader.get("Appointment", 403)
    booker = Door(client, key_of("BOOK", email="zwei@example.org")[0])
    booked = booker.send("Appointment/$book", proposal(slot), 201)
    other = Door(client, key_of("BOOK", email="drei@example.org")[0])
    other.get(f"Appointment/{booked['id']}", 404)
    assert not entries(other.get("Appointment"))
    other.send(f"Appointment/{booked['id']}", [{"op": "replace", "path": "/status", "value": "cancelled"}], 404, "patch")
    other.send("Appointment/$book", proposal(slot, id=booked["id"]), 404)
    elsewhere = Door(client, key_of("OFFICE", "steueramt", "vier@example.org")[0])
    assert not entries(elsewhere.get("Schedule")) and not entries(elsewhere.get("Appointment"))
    assert [one["id"] for one in entries(office.get("Appointment"))] == [booked["id"]]
    actions.dismiss(ruth, partner)
    reader.get("Slot", 403)


def test_only_told_matters_exist(practice, hall, monkeypatch):
    names = {one["name"] for one in entries(practice.get("HealthcareService"))}
    assert names == {
        "Personalausweis, Bürgeramt Mitte", "Wohnung ummelden, Bürgeramt Mitte", "Personalausweis, Bürgeramt Nord",
        "Wohnung ummelden, Bürgeramt Nord",
    }  # fmt: skip
    practice.get(f"Schedule/{hall.north.pk}-{hall.wedding.pk}", 404)
    practice.get(f"Slot/{hall.north.pk}-{hall.wedding.pk}-{int(hall.at(9).timestamp()) // 60}", 404)


def test_names_that_go_to_a_program_are_noted(office, hall, clock, citizen):
    row = hall.book(hall.at(9), "anna", now=hall.at(7))
    Appointment.objects.filter(pk=row.pk).update(account=citizen)
    found = office.get(f"Appointment/{row.pk}")
    assert found["participant"][0]["actor"]["display"] == "Frau anna"
    line = Access.objects.get(purpose="appointments")
    assert (line.accounts, line.channel, line.source) == ([citizen.pk], "api", "appointments")


def test_what_programs_said_is_forgotten(practice, hall, clock):
    booked = practice.send("Appointment/$book", proposal(free(practice, hall)[0], comment="Rollstuhl"), 201)
    assert actions.forget_sent(clock()) == 0
    assert actions.forget_sent(hall.at(20)) == 1 and not Sent.objects.exists()
    assert Appointment.objects.filter(pk=booked["id"]).exists()


def test_ids_can_be_taken_apart_and_nothing_else_is_one():
    schedule = ids.ScheduleId(3, 17)
    assert ids.read_schedule(str(schedule)) == schedule
    for text in ("", "3", "3-", "03-1", "3-17-", "3-17-x", "3-17-9" + "9" * 20, "３-1-1", "3-1-1\n", "-3-1-1"):
        assert ids.read_slot(text) is None, text
    assert ids.of_reference("https://x.example/Slot/1-1-1", "Slot", base()) is None
    assert ids.of_reference(f"{base()}/Slot/1-1-1", "Slot", base()) == "1-1-1"


def test_rules_know_every_element_the_library_knows():
    """Our table of R4 elements against an independent one: nothing valid is called unknown."""
    for kind in ("Appointment",):
        model = get_fhir_model_class(kind)
        known = {field.alias or name for name, field in model.model_fields.items()} - {"resourceType", "fhir_comments"}
        ours = {name.rstrip("*") for name in (*rules.TABLE[kind], *rules.RESOURCE)}
        assert {name for name in known if not name.startswith("_")} <= ours | {"resource_type"}


ISIK = Path(os.environ.get("STADTKERN_SHARED", settings.ROOT.parent / "shared")) / "data" / "health" / "isik_terminplanung"


@pytest.mark.skipif(not ISIK.exists(), reason="gematik's files are not here")
def test_our_list_of_shalls_is_gematiks():
    said = json.loads((ISIK / "CapabilityStatement-ISiKCapabilityStatementTerminplanungServer.json").read_text())
    found = {}
    for one in said["rest"][0]["resource"]:
        if one["extension"][0]["valueCode"] == "SHALL":
            found[one["type"]] = {
                "interaction": {each["code"] for each in one["interaction"]},
                "search": {each["name"] for each in one["searchParam"]},
                "include": set(one.get("searchInclude", [])),
                # Communication is MAY and not offered, so nothing can come back from it
                "revinclude": set(one.get("searchRevInclude", [])) - {"Communication:recipient"},
            }
    assert found == SHALL


@pytest.mark.skipif(not ISIK.exists(), reason="gematik's files are not here")
def test_gematiks_own_examples_are_read(practice):
    """Valid as they are; refused only because their slot is not one of ours."""
    for file in sorted(ISIK.glob("Appointment-*.json")):
        told = practice.send("Appointment/$book", file.read_bytes(), 422)
        assert told["issue"][0]["code"] == "not-found" and told["issue"][0]["expression"] == ["Appointment.slot"]
