"""What a program sends to be booked: read strictly, refused with a reason it can act on.

Not readable as FHIR is 400 (ISiK: "syntaktische Fehler"); readable but against the profile is 422. Plain Python.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from . import ids, rules
from .resources import PRIORITY, REASONS, SPECIALTY, Patient
from .rules import Invalid

MOST_BYTES = 64_000
MOST_TEXT = 2000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff￾￿]")


@dataclass(frozen=True)
class Booking:
    """An Appointment that may be tried: which moment, for whom."""

    starts_at: datetime
    ends_at: datetime
    slots: tuple[ids.SlotId, ...]
    schedule: ids.ScheduleId | None
    patient: Patient
    service_types: tuple[str, ...]  # "system|code"
    known: int | None = None  # id of an appointment of ours that is to be moved
    cancelled: int | None = None  # id of the one that is given up for it
    more: dict[str, Any] = field(default_factory=dict)


def parsed(body: bytes, *, many: bool = False) -> Any:
    """JSON as FHIR wants it: one object (a patch: `many`), every key once, no endless depth, nothing that cannot be stored."""
    if len(body) > MOST_BYTES:
        raise Invalid(413, "too-long", "Die Anfrage ist zu groß.")
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise Invalid(400, "structure", "Das ist kein lesbares JSON in UTF-8.") from problem
    if not isinstance(found, list if many else dict):
        raise Invalid(400, "structure", "Erwartet wird eine FHIR-Ressource; bei PATCH eine Liste von Schritten (RFC 6902).")
    inspected(found)
    return found


def inspected(found: Any) -> None:
    """Raises for what is too deep or cannot be stored."""
    _inspect(found, 0)


def read_booking(resource: Mapping[str, Any], base: str) -> Booking:
    """`Appointment`, or `Parameters` with `appt-resource` and perhaps `cancelled-appt-id` and `schedule`."""
    cancelled = schedule = None
    if resource.get("resourceType") == "Parameters":
        resource, cancelled, schedule = _parameters(resource, base)
    if resource.get("resourceType") != "Appointment":
        raise Invalid(400, "structure", "Erwartet wird ein Appointment, allein oder als Parameter appt-resource.")
    rules.check(resource, "Appointment")
    return _appointment(resource, base, cancelled, schedule)


def _parameters(resource: Mapping[str, Any], base: str) -> tuple[Mapping[str, Any], int | None, ids.ScheduleId | None]:
    rules.check(resource, "Parameters")
    given: dict[str, Mapping[str, Any]] = {}
    for one in resource.get("parameter", []):
        if one["name"] not in ("appt-resource", "cancelled-appt-id", "schedule") or one["name"] in given:
            raise Invalid(400, "not-supported", f"Der Parameter {one['name'][:60]} ist hier unbekannt oder doppelt.")
        given[one["name"]] = one
    inner = given.get("appt-resource", {}).get("resource")
    if not isinstance(inner, dict):
        raise Invalid(400, "required", "Der Parameter appt-resource fehlt.", "Parameters.parameter")
    cancelled = schedule = None
    if uri := given.get("cancelled-appt-id", {}).get("valueUri"):
        cancelled = _own_appointment(uri, base)
    if reference := given.get("schedule", {}).get("valueReference"):
        found = ids.of_reference(str(reference.get("reference", "")), "Schedule", base)
        schedule = ids.read_schedule(found) if found else None
        if schedule is None:
            raise Invalid(422, "not-found", "Diesen Kalender gibt es hier nicht.", "Parameters.parameter")
    return inner, cancelled, schedule


def _own_appointment(uri: str, base: str) -> int:
    """ "17", "Appointment/17" or the whole address of ours; the addresses of others are not ours to cancel."""
    plain = ids.of_reference(uri, "Appointment", base) or uri
    number = ids.read_row(plain)
    if number is None:
        raise Invalid(422, "not-found", "Diesen Termin gibt es hier nicht.", "Parameters.parameter")
    return number


def _appointment(resource: Mapping[str, Any], base: str, cancelled: int | None, schedule: ids.ScheduleId | None) -> Booking:
    if resource.get("status") != "proposed":
        raise Invalid(422, "business-rule", "Ein Termin wird mit dem Status proposed gebucht.", "Appointment.status")
    starts_at, ends_at = _time(resource, "start"), _time(resource, "end")
    if ends_at <= starts_at:
        raise Invalid(422, "invariant", "ISiK-app-1: Das Ende liegt nicht nach dem Anfang.", "Appointment.end")
    _specialty(resource)
    if not resource.get("serviceType"):
        raise Invalid(422, "required", "serviceType fehlt.", "Appointment.serviceType")
    slots = tuple(_slot(one, base) for one in resource.get("slot", []))
    if not slots and schedule is None:
        raise Invalid(422, "required", "Nennen Sie einen Slot oder einen Kalender (schedule).", "Appointment.slot")
    known = None
    if "id" in resource:
        known = ids.read_row(resource["id"])
    kinds = [coding for concept in resource["serviceType"] for coding in concept.get("coding", [])]
    return Booking(
        starts_at, ends_at, slots, schedule, _patient(resource),
        tuple(f"{coding.get('system', '')}|{coding.get('code', '')}" for coding in kinds), known, cancelled, _more(resource),
    )  # fmt: skip


def _time(resource: Mapping[str, Any], name: str) -> datetime:
    text = resource.get(name)
    if text is None:
        raise Invalid(422, "required", f"{name} fehlt.", f"Appointment.{name}")
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError
        found = datetime.fromisoformat(re.sub(r"\.\d+", "", text))
    except ValueError as problem:
        where = f"Appointment.{name}"
        raise Invalid(400, "value", "Ein Zeitpunkt mit Zeitzone, zum Beispiel 2026-12-01T09:00:00+01:00.", where) from problem
    if not 2000 <= found.year <= 2200:
        raise Invalid(422, "value", "Dieser Zeitpunkt liegt zu weit entfernt.", f"Appointment.{name}")
    return found


def _specialty(resource: Mapping[str, Any]) -> None:
    codings = [coding for concept in resource.get("specialty", []) for coding in concept.get("coding", [])]
    if sum(coding.get("system") == SPECIALTY for coding in codings) != 1:
        text = f"Genau eine Fachrichtung aus {SPECIALTY} ist nötig."
        raise Invalid(422, "required", text, "Appointment.specialty")


def _slot(one: Mapping[str, Any], base: str) -> ids.SlotId:
    key = ids.of_reference(str(one.get("reference", "")), "Slot", base)
    found = ids.read_slot(key) if key else None
    if found is None:
        raise Invalid(422, "not-found", "Diesen Slot gibt es hier nicht.", "Appointment.slot")
    return found


def _patient(resource: Mapping[str, Any]) -> Patient:
    where = "Appointment.participant"
    found = []
    for one in resource.get("participant", []):
        actor = one.get("actor", {})
        if not actor.get("display"):
            raise Invalid(422, "required", "participant.actor.display fehlt.", where)
        reference = str(actor.get("reference", ""))
        if re.search(r"(^|/)Patient/[A-Za-z0-9.-]{1,64}$", reference):
            found.append(Patient(reference[:300], " ".join(str(actor["display"]).split())[:200]))
    if len(found) != 1:
        raise Invalid(422, "required", "Genau ein Teilnehmer mit einer Referenz auf Patient/… ist nötig.", where)
    return found[0]


def _more(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept as it was said, for whoever reads the appointment again."""
    kept: dict[str, Any] = {}
    for name in ("comment", "patientInstruction"):
        if text := resource.get(name):
            if len(text) > MOST_TEXT:
                raise Invalid(422, "too-long", f"{name} hat höchstens {MOST_TEXT} Zeichen.", f"Appointment.{name}")
            kept[name] = text
    for extension in resource.get("_priority", {}).get("extension", []):
        if extension.get("url") == PRIORITY and "valueCodeableConcept" in extension:
            kept["priority"] = extension["valueCodeableConcept"]
    if tags := resource.get("meta", {}).get("tag"):
        kept["tag"] = tags[:5]
    return kept


def read_cancel(body: Any, current: Mapping[str, Any]) -> str:
    """The reason of a cancellation, from a JSON Patch (RFC 6902) or from the whole resource; anything else is refused."""
    if isinstance(body, list):
        return _of_patch(body)
    if not isinstance(body, dict) or body.get("resourceType") != "Appointment":
        raise Invalid(400, "structure", "Erwartet wird ein Appointment oder ein JSON Patch.")
    rules.check(body, "Appointment")
    if body.get("id") != current["id"]:
        raise Invalid(400, "value", "Die id stimmt nicht mit der Adresse überein.", "Appointment.id")
    if body.get("status") != "cancelled":
        raise Invalid(422, "business-rule", "Hier lässt sich nur absagen: Status cancelled.", "Appointment.status")
    for name in ("start", "end"):
        if name in body and _time(body, name) != _time(current, name):
            text = "Verschieben geht mit $book, nicht beim Absagen."
            raise Invalid(422, "business-rule", text, f"Appointment.{name}")
    return _reason(body.get("cancelationReason"))


def _of_patch(steps: list[Any]) -> str:
    cancelled, reason = False, ""
    for step in steps[:20]:
        if not isinstance(step, dict):
            raise Invalid(400, "structure", "Ein JSON Patch ist eine Liste von Schritten (RFC 6902).")
        op, path, value = step.get("op"), step.get("path"), step.get("value")
        if op == "test" and path == "/status" and value in ("booked", "pending"):
            continue
        if op in ("replace", "add") and path == "/status" and value == "cancelled":
            cancelled = True
        elif op in ("replace", "add") and path == "/cancelationReason":
            reason = _reason(value)
        else:
            text = "Ändern lässt sich der Status auf cancelled und der Grund; verschieben geht mit $book."
            raise Invalid(422, "business-rule", text, "Appointment")
    if not cancelled:
        raise Invalid(422, "business-rule", "Der Patch sagt nichts ab.", "Appointment.status")
    return reason


def _reason(concept: Any) -> str:
    if concept is None:
        return ""
    codings = concept.get("coding", []) if isinstance(concept, dict) else None
    if not isinstance(codings, list):
        raise Invalid(400, "structure", "cancelationReason ist ein CodeableConcept.", "Appointment.cancelationReason")
    for coding in codings:
        if isinstance(coding, dict) and coding.get("code") in REASONS:
            return str(coding["code"])
    text = f"Gründe sind: {', '.join(REASONS)}."
    raise Invalid(422, "code-invalid", text, "Appointment.cancelationReason")


def _inspect(value: Any, depth: int) -> None:
    if depth > rules.MOST_DEEP:
        raise Invalid(400, "structure", "Die Anfrage ist zu tief verschachtelt.")
    if isinstance(value, str):
        if _UNREADABLE.search(value):
            raise Invalid(400, "value", "Ein Text enthält Zeichen, die FHIR nicht erlaubt.")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _inspect(key, depth + 1)
            _inspect(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _inspect(inner, depth + 1)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _value in pairs}) != len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise ValueError(name)
