"""Our things as FHIR R4 resources in the shape of ISiK Terminplanung 4.0.0: plain dictionaries, elements in FHIR's order.

The order matters: XML is written from the same dictionaries (xml.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .ids import ScheduleId, SlotId

Resource = dict[str, Any]
ISIK = "https://gematik.de/fhir/isik/StructureDefinition"
PROFILES = {
    "Schedule": f"{ISIK}/ISiKKalender",
    "Slot": f"{ISIK}/ISiKTerminblock",
    "Appointment": f"{ISIK}/ISiKTermin",
    "HealthcareService": f"{ISIK}/ISiKMedizinischeBehandlungseinheit",
}
SCHEDULE_NAME = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Schedule.name"
REPLACES = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.replaces"
PRIORITY = f"{ISIK}/ISiKTerminPriorityExtension"
SPECIALTY = "http://ihe-d.de/CodeSystems/AerztlicheFachrichtungen"
REASON = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
REASONS = {"pat": "Patient", "prov": "Provider", "maint": "Equipment Maintenance/Repair", "meds-inc": "Prep/Med Incomplete",
           "other": "Other"}  # fmt: skip
STATUS = {  # ours -> FHIR's
    "HELD": "pending", "BOOKED": "booked", "ARRIVED": "arrived", "CALLED": "checked-in", "DONE": "fulfilled",
    "MISSED": "noshow", "CANCELLED": "cancelled", "EXPIRED": "cancelled",
}  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """A matter at a place, as far as FHIR is told of it."""

    id: ScheduleId
    key: str  # of the matter
    matter: str
    place: str
    specialty: str  # code of IHE Germany's list, for example GESU
    minutes: int
    active: bool = True

    @property
    def name(self) -> str:
        return f"{self.matter}, {self.place}"


@dataclass(frozen=True)
class Patient:
    """Whom an appointment is for, as the sender knows them."""

    reference: str
    display: str


@dataclass(frozen=True)
class Booked:
    """An appointment as rows hold it."""

    id: int
    status: str  # one of STATUS
    offer: Offer
    starts_at: datetime
    ends_at: datetime
    created_at: datetime | None
    patient: Patient | None  # None: the reader may not know
    more: Mapping[str, Any]  # what the sender said besides: comment, patientInstruction, priority, tags
    reason: str = ""  # code of REASONS
    replaces: int | None = None


def instant(value: datetime) -> str:
    """With the offset, never without."""
    return value.isoformat(timespec="seconds")


def service_type(offer: Offer, base: str) -> Resource:
    """The matter in the city's own code system."""
    return {"coding": [{"system": f"{base}/CodeSystem/anliegen", "code": offer.key, "display": offer.matter}]}


def specialty(offer: Offer) -> Resource:
    return {"coding": [{"system": SPECIALTY, "code": offer.specialty}]}


def healthcare_service(offer: Offer, base: str) -> Resource:
    return {
        **_head("HealthcareService", str(offer.id)),
        "active": offer.active,
        "type": [service_type(offer, base)],
        "specialty": [specialty(offer)],
        "name": offer.name,
    }


def schedule(offer: Offer, base: str) -> Resource:
    return {
        **_head("Schedule", str(offer.id)),
        "extension": [{"url": SCHEDULE_NAME, "valueString": offer.name}],
        "active": offer.active,
        "serviceType": [service_type(offer, base)],
        "specialty": [specialty(offer)],
        "actor": [{"reference": f"HealthcareService/{offer.id}", "display": offer.name}],
    }


def slot(found: SlotId, status: str, starts_at: datetime, ends_at: datetime) -> Resource:
    """Free or busy and when; never who."""
    return {
        **_head("Slot", str(found)),
        "schedule": {"reference": f"Schedule/{found.schedule}"},
        "status": status,
        "start": instant(starts_at),
        "end": instant(ends_at),
    }


def appointment(row: Booked, base: str) -> Resource:
    made = _head("Appointment", str(row.id))
    if tags := row.more.get("tag"):
        made["meta"]["tag"] = tags
    if row.replaces:
        made["extension"] = [{"url": REPLACES, "valueReference": {"reference": f"Appointment/{row.replaces}"}}]
    made["status"] = STATUS[row.status]
    if row.status in ("CANCELLED", "EXPIRED"):
        code = row.reason or "other"
        made["cancelationReason"] = {"coding": [{"system": REASON, "code": code, "display": REASONS[code]}]}
    made |= {"serviceType": [service_type(row.offer, base)], "specialty": [specialty(row.offer)]}
    if priority := row.more.get("priority"):
        made["_priority"] = {"extension": [{"url": PRIORITY, "valueCodeableConcept": priority}]}
    made |= {"start": instant(row.starts_at), "end": instant(row.ends_at)}
    made["slot"] = [{"reference": f"Slot/{SlotId.at(row.offer.id, row.starts_at)}"}]
    if row.created_at:
        made["created"] = instant(row.created_at)
    if row.patient is not None:
        made |= {name: row.more[name] for name in ("comment", "patientInstruction") if row.more.get(name)}
    made["participant"] = _participants(row)
    return made


def _participants(row: Booked) -> list[Resource]:
    state = "declined" if row.status in ("CANCELLED", "EXPIRED") else "accepted"
    unit = {"reference": f"HealthcareService/{row.offer.id}", "display": row.offer.name}
    found = [{"actor": unit, "status": state}]
    if row.patient is not None:
        person = {"reference": row.patient.reference, "display": row.patient.display}
        found.insert(0, {"actor": person, "status": state})
    return found


def bundle(
    matches: Sequence[Resource], base: str, self_url: str, included: Iterable[Resource] = (), *,
    total: int | None = None, next_url: str = "",
) -> Resource:  # fmt: skip
    """The answer to a search; without a total where it was not counted."""
    links = [{"relation": "self", "url": self_url}]
    if next_url:
        links.append({"relation": "next", "url": next_url})
    entries = [_entry(resource, base, "match") for resource in matches]
    entries += [_entry(resource, base, "include") for resource in included]
    made: Resource = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        made["total"] = total
    return made | {"link": links} | ({"entry": entries} if entries else {})


def outcome(severity: str, code: str, text: str, expression: str = "") -> Resource:
    """What went wrong (or well), for people and for programs."""
    issue: Resource = {"severity": severity, "code": code, "diagnostics": text}
    if expression:
        issue["expression"] = [expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _entry(resource: Resource, base: str, mode: str) -> Resource:
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}


def _head(kind: str, key: str) -> Resource:
    return {"resourceType": kind, "id": key, "meta": {"profile": [PROFILES[kind]]}}
