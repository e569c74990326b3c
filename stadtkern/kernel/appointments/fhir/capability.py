"""What this server can: FHIR's CapabilityStatement, worked out from the same tables the searches use."""

from datetime import date
from typing import Any

from .resources import PROFILES

REQUIREMENTS = "https://gematik.de/fhir/isik/CapabilityStatement/ISiKCapabilityStatementTerminplanungServer"
BOOK = "https://gematik.de/fhir/isik/OperationDefinition/AppointmentBook"
SINCE = date(2026, 11, 29)
SEARCH: dict[str, dict[str, str]] = {
    "Schedule": {"_id": "token", "active": "token", "service-type": "token", "specialty": "token", "actor": "reference"},
    "Slot": {"_id": "token", "schedule": "reference", "status": "token", "start": "date"},
    "Appointment": {
        "_id": "token", "status": "token", "service-type": "token", "specialty": "token", "date": "date",
        "slot": "reference", "actor": "reference",
    },
    "HealthcareService": {
        "_id": "token", "active": "token", "service-type": "token", "specialty": "token", "name": "string",
    },
}  # fmt: skip
INCLUDE = {
    "Schedule": ["Schedule:actor"], "Slot": ["Slot:schedule"], "Appointment": ["Appointment:slot", "Appointment:actor"],
    "HealthcareService": [],
}  # fmt: skip
REVINCLUDE = {
    "Schedule": ["Slot:schedule"], "Slot": ["Appointment:slot"], "Appointment": [],
    "HealthcareService": ["Schedule:actor", "Appointment:actor"],
}  # fmt: skip


def statement(base: str, city: str) -> dict[str, Any]:
    """No secret: what it says stands in docs/fhir-appointments.md as well."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "stadtkern",
        "url": f"{base}/metadata",
        "version": "1",
        "name": "StadtkernAppointments",
        "title": f"Termine {city}",
        "status": "active",
        "date": SINCE.isoformat(),
        "publisher": city,
        "kind": "instance",
        "instantiates": [REQUIREMENTS],
        "software": {"name": "Stadtkern"},
        "implementation": {"description": f"Termine {city}", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+xml", "application/fhir+json"],
        "patchFormat": ["application/json-patch+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Authorization: Bearer, ein Schlüssel, den das Amt zugelassen hat."},
                "resource": [_resource(kind) for kind in SEARCH],
            }
        ],
    }


def _resource(kind: str) -> dict[str, Any]:
    codes = ["read", "search-type"] + (["update", "patch"] if kind == "Appointment" else [])
    made: dict[str, Any] = {
        "type": kind,
        "supportedProfile": [PROFILES[kind]],
        "interaction": [{"code": code} for code in codes],
        "versioning": "no-version",
        "searchInclude": INCLUDE[kind],
        "searchRevInclude": REVINCLUDE[kind],
        "searchParam": [{"name": name, "type": type_} for name, type_ in SEARCH[kind].items()],
    }
    if kind == "Appointment":
        made["operation"] = [{"name": "book", "definition": BOOK}]
    return {name: value for name, value in made.items() if value}
