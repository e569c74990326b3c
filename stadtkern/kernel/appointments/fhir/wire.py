"""FHIR on the wire: JSON or XML in and out, and what was refused as an OperationOutcome with the right status."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ..refusals import Refused, Taken, TooMany
from . import incoming, xml
from .resources import Resource, outcome
from .rules import Invalid

PLACE = "/appointments/fhir"
JSON, XML = "application/fhir+json", "application/fhir+xml"
Operation = Callable[..., HttpResponse]


def base() -> str:
    """The address of this server; the only one its resources know."""
    return f"{settings.BASE_URL.rstrip('/')}/api/v1{PLACE}"


def answered(operation: Operation) -> Operation:
    """Turns what was refused into an OperationOutcome with the right status."""

    @wraps(operation)
    def careful(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return operation(request, *args, **kwargs)
        except Invalid as wrong:
            return reply(request, outcome("error", wrong.code, wrong.text, wrong.expression), wrong.status)
        except Taken as taken:
            return reply(request, outcome("error", "conflict", str(taken), "Appointment.slot"), 409)
        except TooMany as many:
            return reply(request, outcome("error", "business-rule", str(many), "Appointment.participant"), 409)
        except Refused as refused:
            return reply(request, outcome("error", "business-rule", str(refused), "Appointment"), 422)

    return careful


def reply(request: HttpRequest, resource: Resource, status: int = 200, **headers: str) -> HttpResponse:
    """In the form the caller asked for: `_format`, else `Accept`, else JSON."""
    wanted = request.GET.get("_format", "").replace(" ", "+") or request.headers.get("Accept", "")
    if wants_xml(wanted):
        response = HttpResponse(xml.written(resource), status=status, content_type=f"{XML}; fhirVersion=4.0")
    else:
        text = json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
        response = HttpResponse(text, status=status, content_type=f"{JSON}; fhirVersion=4.0")
    response["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def is_ours(request: HttpRequest) -> bool:
    """Whether an error of the house has to be told as FHIR tells it."""
    return request.path.startswith(f"/api/v1{PLACE}/")


def wants_xml(wanted: str) -> bool:
    at = {name: wanted.find(name) for name in ("json", "xml")}
    return at["xml"] >= 0 and not 0 <= at["json"] < at["xml"]


def read(request: HttpRequest, *, patch: bool = False) -> Any:
    """What was sent, as plain values. Raises Invalid."""
    if len(request.body) > incoming.MOST_BYTES:
        raise Invalid(413, "too-long", "Die Anfrage ist zu groß.")
    kind = request.content_type or ""
    if "xml" in kind and not patch:
        found = xml.parsed(request.body)
        incoming.inspected(found)
        return found
    if kind and "json" not in kind:
        raise Invalid(415, "not-supported", f"Gesendet wird {JSON} oder {XML}.")
    return incoming.parsed(request.body, many=patch)
