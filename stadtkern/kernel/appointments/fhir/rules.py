"""Which elements the resources we read may have, and of what type: enough of FHIR R4 to refuse the rest.

One table; a name with * repeats. Elements we do not use are still read, so that a valid resource is never called invalid.
"""

import re
from collections.abc import Mapping
from typing import Any

_CODE = re.compile(r"[^\s]+( [^\s]+)*")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
TABLE: dict[str, dict[str, str]] = {
    "Appointment": {
        "identifier*": "Identifier", "status": "code", "cancelationReason": "CodeableConcept",
        "serviceCategory*": "CodeableConcept", "serviceType*": "CodeableConcept", "specialty*": "CodeableConcept",
        "appointmentType": "CodeableConcept", "reasonCode*": "CodeableConcept", "reasonReference*": "Reference",
        "priority": "number", "description": "string", "supportingInformation*": "Reference", "start": "string",
        "end": "string", "minutesDuration": "number", "slot*": "Reference", "created": "string", "comment": "string",
        "patientInstruction": "string", "basedOn*": "Reference", "participant*": "Participant",
        "requestedPeriod*": "Period",
    },
    "Participant": {
        "type*": "CodeableConcept", "actor": "Reference", "required": "code", "status": "code", "period": "Period",
    },
    "Parameters": {"parameter*": "Parameter"},
    "Parameter": {
        "name": "string", "resource": "any", "valueUri": "string", "valueString": "string", "valueReference": "Reference",
    },
    "Meta": {
        "versionId": "string", "lastUpdated": "string", "source": "string", "profile*": "string", "security*": "Coding",
        "tag*": "Coding",
    },
    "CodeableConcept": {"coding*": "Coding", "text": "string"},
    "Coding": {"system": "string", "version": "string", "code": "code", "display": "string", "userSelected": "boolean"},
    "Reference": {"reference": "string", "type": "string", "identifier": "Identifier", "display": "string"},
    "Identifier": {
        "use": "code", "type": "CodeableConcept", "system": "string", "value": "string", "period": "Period",
        "assigner": "Reference",
    },
    "Period": {"start": "string", "end": "string"},
}  # fmt: skip
RESOURCE = {
    "id": "id", "meta": "Meta", "implicitRules": "string", "language": "code", "text": "any", "contained*": "any",
    "extension*": "Extension", "modifierExtension*": "Extension",
}  # fmt: skip
ELEMENT = {"id": "string", "extension*": "Extension", "modifierExtension*": "Extension"}
REQUIRED = {"Participant": ("status",), "Parameter": ("name",), "Appointment": ("status", "participant")}
MOST_DEEP = 20
CODES = {
    "Appointment.status": {
        "proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "entered-in-error", "checked-in",
        "waitlist",
    },
    "Participant.status": {"accepted", "declined", "tentative", "needs-action"},
    "Participant.required": {"required", "optional", "information-only"},
}  # fmt: skip


class Invalid(Exception):
    """Why it is refused: HTTP status, issue code of FHIR, a German sentence, where."""

    def __init__(self, status: int, code: str, text: str, expression: str = "") -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.expression = status, code, text, expression


def check(resource: Mapping[str, Any], kind: str) -> None:
    """Raises Invalid(400) at the first element that FHIR R4 does not know there, or that has the wrong type."""
    _element({name: value for name, value in resource.items() if name != "resourceType"}, kind, RESOURCE, kind)


def _element(value: Mapping[str, Any], kind: str, common: Mapping[str, str], path: str) -> None:
    known = {**common, **TABLE[kind]}
    for name, inner in value.items():
        plain = name.removeprefix("_")
        if plain not in known and f"{plain}*" not in known:
            raise _wrong("structure", f"{plain[:60]} ist hier unbekannt.", path)
        if name.startswith("_"):  # id and extensions of a primitive
            continue
        place, repeats = f"{path}.{name}", f"{name}*" in known
        type_ = known[f"{name}*" if repeats else name]
        if repeats and (not isinstance(inner, list) or not inner):
            raise _wrong("structure", "Hier steht eine Liste, die nicht leer ist.", place)
        for one in inner if repeats else [inner]:
            _value(one, type_, place, f"{kind}.{name}")
    for name in REQUIRED.get(kind, ()):
        if name not in value:
            raise _wrong("required", f"{name} fehlt.", f"{path}.{name}")


def _value(value: Any, type_: str, path: str, rule: str) -> None:
    if type_ in ("any", "Extension"):
        if not isinstance(value, dict) or (type_ == "Extension" and not isinstance(value.get("url"), str)):
            raise _wrong("structure", "Hier steht ein Objekt.", path)
    elif type_ in TABLE:
        if not isinstance(value, dict) or not value:
            raise _wrong("structure", "Hier steht ein Objekt, das nicht leer ist.", path)
        _element(value, type_, ELEMENT, path)
    elif not _primitive(value, type_):
        raise _wrong("value", "Dieser Wert hat nicht die Form, die FHIR verlangt.", path)
    elif rule in CODES and value not in CODES[rule]:
        raise _wrong("code-invalid", f"Erlaubt ist: {', '.join(sorted(CODES[rule]))}.", path)


def _primitive(value: Any, type_: str) -> bool:
    if type_ == "boolean":
        return isinstance(value, bool)
    if type_ == "number":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
    if not isinstance(value, str) or not value.strip():
        return False
    pattern = {"code": _CODE, "id": _ID}.get(type_)
    return pattern is None or pattern.fullmatch(value) is not None


def _wrong(code: str, text: str, path: str) -> Invalid:
    return Invalid(400, code, text, path)
