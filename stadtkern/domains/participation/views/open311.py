"""The doors of Open311 GeoReport v2: one view takes every address below /open311/, errors have the form of the standard."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException, UnreadablePostError
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import light
from stadtkern.kernel.city.profile import city
from stadtkern.lib.georeport import write

from ..actions import Refused
from ..models import Attachment, Contribution, Report, ReportStep
from ..models.contribution import SHOWN
from ..open311 import asking, incoming, telling
from ..open311.faults import Faulty
from ..open311.sending import behind
from ..reports.categories import plan

BORN = datetime(2026, 11, 29, tzinfo=UTC)  # of this endpoint; discovery tells it as changeset
Answer = tuple[Any, str, str, int]  # rows, root, entry, status
Door = Callable[[HttpRequest, str], Answer]


def _discovery(request: HttpRequest, _name: str) -> Answer:
    base, contact = f"{settings.BASE_URL}/open311/v2", city().contact
    who = f"{city().texts.get('title', city().name)}, {contact.get('email', '')}, {contact.get('phone', '')}"
    row = telling.discovery(base, BORN, who.strip(", "), f"mailto:{contact.get('email', '')}")
    return row, "discovery", "", 200


def _services(request: HttpRequest, _name: str) -> Answer:
    asking.jurisdiction(asking.asked(request.GET))
    return telling.services(), "services", "service", 200


def _definition(request: HttpRequest, name: str) -> Answer:
    asking.jurisdiction(asking.asked(request.GET))
    kind = plan().kinds.get(name)
    if kind is None:
        raise Faulty(404, f"service_code {name[:100]} was not found")
    return telling.definition(kind), "service_definition", "", 200


def _requests(request: HttpRequest, _name: str) -> Answer:
    if request.method == "POST":
        return incoming.request(request), "service_requests", "request", 201
    told = asking.asked(request.GET)
    area = asking.jurisdiction(told)
    found = asking.wanted(told, area)
    return telling.requests(asking.listed(found), area, extensions=found.extensions), "service_requests", "request", 200


def _request(request: HttpRequest, name: str) -> Answer:
    told = asking.asked(request.GET)
    area = asking.jurisdiction(told)
    rows = asking.public(area).filter(contribution__reference=asking.asked({"id": name.upper()}).get("id", "")[:20])
    found = list(rows.select_related("contribution", "office").defer("contribution__search"))
    if not found:
        raise Faulty(404, f"service_request_id {name[:100]} was not found")
    extended = told.get("extensions", "").lower() in ("true", "1", "yes")
    return telling.requests(found, area, extensions=extended), "service_requests", "request", 200


def _token(request: HttpRequest, name: str) -> Answer:
    asking.jurisdiction(asking.asked(request.GET))
    pk = behind(name)
    row = Contribution.objects.filter(pk=pk).values_list("reference", "state").first() if pk else None
    if row is None:
        raise Faulty(404, f"token {name[:100]} was not found")
    ready = row[0] if row[1] in SHOWN else None
    return [{"token": name, "service_request_id": ready}], "service_requests", "request", 200


def _updates(request: HttpRequest, _name: str) -> Answer:
    if request.method == "POST":
        return incoming.update(request), "service_request_updates", "request_update", 201
    told = asking.asked(request.GET)
    area = asking.jurisdiction(told)
    wrong: list[str] = []
    start, end = (asking.moment(told, name, wrong) for name in ("start_date", "end_date"))
    if start and end and (end < start or end - start > asking.LONGEST):
        wrong.append("start_date and end_date must be in this order and at most 90 days apart")
    if wrong:
        raise Faulty(400, *wrong)
    start = start or (end or timezone.now()) - timedelta(days=1)
    rows = ReportStep.objects.filter(public=True, at__gte=start, report__in=asking.public(area))
    rows = rows.filter(at__lt=end + timedelta(seconds=1)) if end else rows
    found = rows.select_related("report__contribution").defer("report__contribution__search").order_by("pk")[: asking.MOST]
    return telling.updates(found), "service_request_updates", "request_update", 200


# (first part, has a second one) -> view, methods
DOORS: dict[tuple[str, bool], tuple[Door, str]] = {
    ("discovery", False): (_discovery, "GET, HEAD, OPTIONS"),
    ("services", False): (_services, "GET, HEAD, OPTIONS"),
    ("services", True): (_definition, "GET, HEAD, OPTIONS"),
    ("requests", False): (_requests, "GET, HEAD, POST, OPTIONS"),
    ("requests", True): (_request, "GET, HEAD, OPTIONS"),
    ("tokens", True): (_token, "GET, HEAD, OPTIONS"),
    ("servicerequestupdates", False): (_updates, "GET, HEAD, POST, OPTIONS"),
}
UNREADABLE = (
    BadRequest,
    SuspiciousOperation,
    MultiPartParserError,
    RawPostDataException,
    UnreadablePostError,
    UnicodeError,
    LookupError,
)


@csrf_exempt
@light
def door(request: HttpRequest, rest: str) -> HttpResponse:
    """Every address of the standard. Never a cookie, never a page."""
    name, dot, form = rest.rpartition(".")
    form = form.lower()
    first, slash, second = name.strip("/").partition("/")
    found = DOORS.get((first, bool(slash and second)))
    spoken = form if form in write.TYPES else "json" if "json" in request.headers.get("Accept", "") else "xml"
    with translation.override("de"):
        if not dot or form not in write.TYPES or found is None:
            fault = Faulty(404, "no such address; it ends in .xml or .json: discovery, services, requests, tokens/{token}")
            return _faulty(spoken, fault)
        view, methods = found
        if request.method == "OPTIONS":
            return _open(HttpResponse(status=204, headers={"Allow": methods}), methods)
        if request.method not in methods.split(", "):
            response = _faulty(spoken, Faulty(405, f"method not allowed; allowed are {methods}"))
            response["Allow"] = methods
            return response
        return _answer(request, view, second, form)


def _answer(request: HttpRequest, view: Door, second: str, form: str) -> HttpResponse:
    try:
        rows, root, entry, status = view(request, second)
    except Faulty as fault:
        return _faulty(form, fault)
    except Refused as refused:
        return _faulty(form, Faulty(400, str(refused)))
    except UNREADABLE:
        return _faulty(form, Faulty(400, "the body could not be read; it is form-urlencoded or multipart/form-data, UTF-8"))
    response = HttpResponse(write.document(form, rows, root, entry), content_type=write.TYPES[form], status=status)
    response["Cache-Control"] = "no-store" if request.method == "POST" else "public, max-age=30"
    return _open(response) if request.method != "POST" else response


def _faulty(form: str, fault: Faulty) -> HttpResponse:
    rows = [one.row() for one in fault.faults]
    response = HttpResponse(write.document(form, rows, "errors", "error"), content_type=write.TYPES[form], status=fault.status)
    response["Cache-Control"] = "no-store"
    if fault.retry:
        response["Retry-After"] = str(fault.retry)
    return _open(response)


def _open(response: HttpResponse, methods: str = "") -> HttpResponse:
    """Scripts of other sites may read, never send."""
    response["Access-Control-Allow-Origin"] = "*"
    if methods:
        response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response["Access-Control-Max-Age"] = "86400"
    return response


@light
@require_safe
def picture(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A picture somebody has looked at."""
    rows = Attachment.objects.filter(contribution__kind=Contribution.Kind.REPORT, width__gt=0).select_related(
        "contribution__report"
    )
    row = get_object_or_404(rows.defer("small", "contribution__search"), key=key)
    report: Report = row.contribution.report
    waits = row.role == "inside" or (row.role == "after" and report.state == Report.State.CHECKING)
    if not report.shown or waits or row.contribution.state not in SHOWN or report.source == "neighbour":
        raise Http404
    response = HttpResponse(bytes(row.data), content_type=row.media_type)
    response["Cache-Control"] = "public, max-age=600"
    response["X-Content-Type-Options"] = "nosniff"
    return _open(response)
