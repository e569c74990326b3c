"""FHIR R4 in the shape of ISiK Terminplanung 4.0.0, below /api/v1/appointments/fhir/ (docs/fhir-appointments.md).

Errors are OperationOutcome, answers FHIR JSON or XML. Everything but `metadata` needs a token somebody admitted.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import Actor, actor_of
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.privacy.actions import PUBLIC_TASK, note_accesses

from ..desk.about import case_of
from ..models import Appointment, Place
from . import actions, asked, capability, incoming, offers, resources
from .answers import Answerer
from .door import pass_of
from .ids import SlotId, read_row
from .incoming import Booking
from .resources import Offer, outcome
from .rules import Invalid
from .wire import JSON, PLACE, XML, answered, base, read, reply

router = Router(tags=["fhir"])
HOUR, MOST_AN_HOUR = 3600, 120
_ANY = {"schema": {"type": "object"}}
ANSWERS: dict[str, Any] = {
    "responses": {
        200: {"description": "FHIR", "content": {JSON: _ANY, XML: {"schema": {"type": "string"}}}},
        "4XX": {"description": "OperationOutcome", "content": {JSON: _ANY, XML: {"schema": {"type": "string"}}}},
    }
}
TAKES: dict[str, Any] = {"requestBody": {"required": True, "content": {JSON: _ANY, XML: {"schema": {"type": "string"}}}}}
PATCHES: dict[str, Any] = {
    "requestBody": {
        "required": True, "content": {"application/json-patch+json": {"schema": {"type": "array", "items": {"type": "object"}}}}
    }
}  # fmt: skip


@router.get(f"{PLACE}/metadata", auth=None, url_name="fhir_metadata", openapi_extra=ANSWERS)
@answered
def metadata(request: HttpRequest) -> HttpResponse:
    """CapabilityStatement: what this server can. Open to everybody."""
    return reply(request, capability.statement(base(), city().name))


@router.get(f"{PLACE}/HealthcareService", url_name="fhir_services", openapi_extra=ANSWERS)
@answered
def services(request: HttpRequest) -> HttpResponse:
    """Matters of the admitted offices at their places."""
    return _search(request, "HealthcareService")


@router.get(f"{PLACE}/HealthcareService/{{key}}", url_name="fhir_service", openapi_extra=ANSWERS)
@answered
def service(request: HttpRequest, key: str) -> HttpResponse:
    """One matter at one place."""
    return _offer(request, "HealthcareService", key)


@router.get(f"{PLACE}/Schedule", url_name="fhir_schedules", openapi_extra=ANSWERS)
@answered
def schedules(request: HttpRequest) -> HttpResponse:
    """Calendars: one for each matter at each place."""
    return _search(request, "Schedule")


@router.get(f"{PLACE}/Schedule/{{key}}", url_name="fhir_schedule", openapi_extra=ANSWERS)
@answered
def schedule(request: HttpRequest, key: str) -> HttpResponse:
    """One calendar."""
    return _offer(request, "Schedule", key)


@router.get(f"{PLACE}/Slot", url_name="fhir_slots", openapi_extra=ANSWERS)
@answered
def slots(request: HttpRequest) -> HttpResponse:
    """Free and busy times; without an end of `start` the next two weeks. Never who."""
    return _search(request, "Slot")


@router.get(f"{PLACE}/Slot/{{key}}", url_name="fhir_slot", openapi_extra=ANSWERS)
@answered
def slot(request: HttpRequest, key: str) -> HttpResponse:
    """One time: free or busy."""
    found = _answerer(request).slot(key)
    return reply(request, found) if found else _missing(request)


@router.get(f"{PLACE}/Appointment", url_name="fhir_appointments", openapi_extra=ANSWERS)
@answered
def appointments(request: HttpRequest) -> HttpResponse:
    """Appointments the caller booked; all of its office for a clerk or the office's own system."""
    return _search(request, "Appointment")


# Before the address with a key, which would take "$book" for one.
@router.post(f"{PLACE}/Appointment/$book", url_name="fhir_book", openapi_extra=ANSWERS | TAKES)
@answered
def book(request: HttpRequest) -> HttpResponse:
    """ISiK's $book: an Appointment with status proposed, alone or in Parameters. 201 booked, 200 moved, else refused."""
    teller = _answerer(request)
    said = incoming.read_booking(read(request), base())
    offer, starts_at = _wanted(teller, said)
    office = _office_of(offer)
    partner = teller.door.books_for(office)
    known = teller.row(said.known) if said.known else None
    if said.known and known is None and _exists(said.known):
        return _missing(request)  # somebody else's
    if known is not None:
        if known.place_id != offer.id.place or known.matter_id != offer.id.matter:
            raise Invalid(422, "business-rule", "Ein anderes Anliegen ist ein neuer Termin.", "Appointment.slot")
        row = actions.move(actor_of(request), known, starts_at, said)
        return _told(request, teller, row, 200)
    _brake(request)
    row = actions.book(actor_of(request), partner, offer, starts_at, said)
    return _told(request, teller, row, 201)


@router.get(f"{PLACE}/Appointment/{{key}}", url_name="fhir_appointment", openapi_extra=ANSWERS)
@answered
def appointment(request: HttpRequest, key: str) -> HttpResponse:
    """One appointment."""
    teller = _answerer(request)
    row = teller.row(read_row(key))
    if row is None:
        return _missing(request)
    found = teller.appointment(row)
    _note(request, teller)
    return reply(request, found)


@router.put(f"{PLACE}/Appointment/{{key}}", url_name="fhir_cancel", openapi_extra=ANSWERS | TAKES)
@answered
def update(request: HttpRequest, key: str) -> HttpResponse:
    """Call off: the appointment with status cancelled and a reason. Moving goes with $book."""
    return _cancel(request, key)


@router.patch(f"{PLACE}/Appointment/{{key}}", url_name="fhir_patch", openapi_extra=ANSWERS | PATCHES)
@answered
def patch(request: HttpRequest, key: str) -> HttpResponse:
    """The same as a JSON Patch: status to cancelled, perhaps cancelationReason."""
    return _cancel(request, key)


def _cancel(request: HttpRequest, key: str) -> HttpResponse:
    teller = _answerer(request)
    row = teller.row(read_row(key))
    if row is None:
        return _missing(request)
    teller.door.books_for(row.place.office_id)
    reason = incoming.read_cancel(read(request, patch=request.method == "PATCH"), teller.of_row(row))
    actions.cancel(actor_of(request), row, reason)
    return _told(request, teller, row, 200)


def _search(request: HttpRequest, kind: str) -> HttpResponse:
    teller, wish = _answerer(request), asked.read(kind, request.GET)
    if kind == "Appointment":
        found = teller.appointments(wish)
        more, page = len(found) > wish.count, found[: wish.count]
    else:
        every = teller.slots(wish) if kind == "Slot" else teller.offered(kind, wish)
        page = every[wish.offset : wish.offset + wish.count]
        more = len(every) > wish.offset + wish.count
    included = teller.included(kind, page, wish)
    _note(request, teller)
    query = request.GET.copy()
    own = f"{base()}/{kind}"
    self_url = f"{own}?{query.urlencode()}" if query else own
    next_url = ""
    if more:
        query["_offset"] = str(wish.offset + wish.count)
        query["_count"] = str(wish.count)
        next_url = f"{own}?{query.urlencode()}"
    return reply(request, resources.bundle(page, base(), self_url, included, next_url=next_url))


def _offer(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    teller = _answerer(request)
    found = teller.offers.get(key)
    return reply(request, teller.of_offer(kind, found)) if found else _missing(request)


def _wanted(teller: Answerer, said: Booking) -> tuple[Offer, Any]:
    """Which schedule and moment are meant; slots must be one piece, and agree with start and end."""
    if said.slots:
        first = said.slots[0]
        if len(said.slots) > 1:
            raise Invalid(422, "not-supported", "Ein Termin belegt genau einen Slot.", "Appointment.slot")
        if said.schedule and said.schedule != first.schedule:
            raise Invalid(422, "business-rule", "Slot und Kalender passen nicht zusammen.", "Appointment.slot")
        offer, starts_at = teller.offers.get(str(first.schedule)), first.starts_at
    else:
        offer, starts_at = teller.offers.get(str(said.schedule)), said.starts_at
    if offer is None or not offer.active:
        raise Invalid(422, "not-found", "Diesen Slot oder Kalender gibt es hier nicht.", "Appointment.slot")
    moment = offers.moment_of(offer, SlotId.at(offer.id, starts_at))
    if moment is None:
        raise Invalid(422, "not-found", "Zu dieser Zeit beginnt hier kein Termin.", "Appointment.slot")
    if (moment.starts_at, moment.ends_at) != (said.starts_at, said.ends_at):
        raise Invalid(422, "business-rule", "Anfang und Ende passen nicht zum Slot.", "Appointment.start")
    if f"{base()}/CodeSystem/anliegen|{offer.key}" not in said.service_types and not _foreign_type(said):
        raise Invalid(422, "business-rule", "serviceType passt nicht zum Kalender.", "Appointment.serviceType")
    return offer, moment.starts_at


def _brake(request: HttpRequest) -> None:
    """A program gone wild does not book a whole week away."""
    account = actor_of(request).account
    if throttle.count(f"fhir:book:{account.pk if account else 0}", HOUR) > MOST_AN_HOUR:
        raise Invalid(429, "throttled", f"Höchstens {MOST_AN_HOUR} Buchungen in der Stunde. Versuchen Sie es später.")


def _foreign_type(said: Booking) -> bool:
    """Codes of other systems (ISiK leaves them open) are no contradiction; one of ours that is another matter is."""
    return not any(one.startswith(f"{base()}/CodeSystem/anliegen|") for one in said.service_types)


def _told(request: HttpRequest, teller: Answerer, row: Appointment, status: int) -> HttpResponse:
    fresh = teller.row(row.pk)
    assert fresh is not None
    found = teller.appointment(fresh)
    _note(request, teller)
    place = {"Location": f"{base()}/Appointment/{row.pk}"} if status == 201 else {}
    return reply(request, found, status, **place)


def _note(request: HttpRequest, teller: Answerer) -> None:
    """Names went to a program: whose, stands in the access log."""
    if teller.shown:
        actor: Actor = actor_of(request)
        note_accesses(
            actor=actor,
            accounts=[row.account_id for row in teller.shown],
            cases=[case_of(row.about) for row in teller.shown],
            purpose="appointments",
            legal_basis=PUBLIC_TASK,
            source="appointments",
            fields=("name", "appointment"),
            channel="api",
        )


def _answerer(request: HttpRequest) -> Answerer:
    return Answerer(pass_of(actor_of(request)), base())


def _office_of(offer: Offer) -> int:
    return Place.objects.values_list("office", flat=True).get(pk=offer.id.place)


def _exists(number: int) -> bool:
    return Appointment.objects.filter(pk=number).exists()


def _missing(request: HttpRequest) -> HttpResponse:
    return reply(request, outcome("error", "not-found", "Das gibt es hier nicht."), 404)
