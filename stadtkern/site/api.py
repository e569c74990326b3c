"""The REST API: one router per room and domain; every operation authenticates unless it says otherwise.

Errors are problem JSON (RFC 9457) in German. Foreign and unknown things are 404 alike.
"""

import importlib
import importlib.util
import json
import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, Throttled, ValidationError
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.accounts.api_auth import auth
from stadtkern.kernel.appointments.fhir import wire as fhir
from stadtkern.kernel.appointments.fhir.resources import outcome
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents.actions import UploadRefused
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.kernel.payments import actions as payments
from stadtkern.kernel.payments.adapters import ProviderError, ProviderUnavailable
from stadtkern.site.operate.api import router as operate

log = logging.getLogger(__name__)
PROBLEM = "application/problem+json"


class Plain(BaseRenderer):
    """JSON with umlauts as they are."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        return json.dumps(data, cls=NinjaJSONEncoder, ensure_ascii=False, separators=(",", ":"))


class Api(NinjaAPI):
    """Every operation may also answer with a problem: said once for all of them."""

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        schema["components"]["schemas"]["Problem"] = {
            "title": "Problem",
            "description": "RFC 9457",
            "type": "object",
            "required": ["type", "title", "status"],
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "problems": {"type": "array", "items": {"type": "object"}},
            },
        }
        answer = {"description": "Problem", "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"]["default"] = answer
        return schema


api = Api(
    title=f"Stadtkern {city().name}",
    version="1",
    description="Was Bürgerinnen, Bürger und Beschäftigte tun können, für Programme. "
    "Anmeldung mit „Authorization: Bearer stk_…“ (Schlüssel unter „Konto und Sicherheit“). "
    "Fehler sind application/problem+json (RFC 9457). Listen werden mit `after` weitergeblättert.",
    urls_namespace="api",
    docs_url=None,
    auth=auth,
    renderer=Plain(),
)


def problem(status: int, title: str, detail: str = "", **more: Any) -> HttpResponse:
    """One error; `more` are members of its own, for example `problems` of a form."""
    body = {"type": "about:blank", "title": title, "status": status, **({"detail": detail} if detail else {}), **more}
    text = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False)
    response = HttpResponse(text, status=status, content_type=PROBLEM)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


TITLES = {
    400: "Die Anfrage ist nicht lesbar",
    401: "Nicht angemeldet",
    403: "Das dürfen Sie nicht",
    404: "Das gibt es hier nicht",
    405: "So lässt sich diese Adresse nicht aufrufen",
    409: "Das geht in diesem Zustand nicht",
    413: "Die Anfrage ist zu groß",
    422: "Bitte prüfen Sie die Angaben",
    429: "Zu viele Anfragen",
    503: "Gerade nicht erreichbar",
}


def _title(status: int) -> str:
    return TITLES.get(status, "Das hat nicht geklappt")


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the description of the operation."""
    wrong = [{"path": "/".join(str(part) for part in fault["loc"]), "message": fault["msg"]} for fault in error.errors]
    return problem(422, _title(422), "Die Anfrage entspricht nicht der Beschreibung dieser Adresse.", problems=wrong[:50])


@api.exception_handler(cases.Incomplete)
def incomplete(request: HttpRequest, error: cases.Incomplete) -> HttpResponse:
    """The form says what is missing, by path of the answer."""
    found: Sequence[Any] = error.problems
    wrong = [{"path": one.path, "message": str(one.message), "label": str(one.label)} for one in found]
    return problem(422, _title(422), str(error), problems=wrong)


@api.exception_handler(UploadRefused)
def file_refused(request: HttpRequest, error: UploadRefused) -> HttpResponse:
    return problem(422, _title(422), str(error))


@api.exception_handler(cases.OtherContent)
def other_content(request: HttpRequest, error: cases.OtherContent) -> HttpResponse:
    return problem(422, _title(422), str(error))


@api.exception_handler(cases.MoreTrustNeeded)
def more_trust(request: HttpRequest, error: cases.MoreTrustNeeded) -> HttpResponse:
    return problem(403, "Dafür ist mehr Vertrauen nötig", str(error))


@api.exception_handler(inbox.Refused)
@api.exception_handler(payments.Refused)
@api.exception_handler(cases.Refused)
def refused(request: HttpRequest, error: Exception) -> HttpResponse:
    """The state does not allow it; the sentence says what to do."""
    return problem(409, _title(409), str(error))


@api.exception_handler(ProviderError)
@api.exception_handler(ProviderUnavailable)
def away(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(
        503, _title(503), _("Der Zahlungsdienst antwortet gerade nicht. Es ist nichts verloren; versuchen Sie es später.")
    )


@api.exception_handler(AuthenticationError)
def unknown_caller(request: HttpRequest, error: Exception) -> HttpResponse:
    text = "Der Schlüssel fehlt, ist abgelaufen oder gesperrt."
    if fhir.is_ours(request):
        return fhir.reply(request, outcome("error", "login", text), 401, WWW_Authenticate="Bearer")
    return problem(401, _title(401), text)


@api.exception_handler(PermissionDenied)
@api.exception_handler(AuthorizationError)
def not_allowed(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(403, _title(403))


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(404, _title(404))


@api.exception_handler(SuspiciousOperation)
def unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(400, _title(400))


@api.exception_handler(HttpError)
def with_status(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, _title(error.status_code), str(error.message))


@api.exception_handler(Throttled)
def too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    response = problem(429, _title(429), "Bitte warten Sie einen Moment.")
    if error.wait:
        response["Retry-After"] = str(int(error.wait) + 1)
    return response


@api.exception_handler(Exception)
def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """Our fault: the caller learns that, the log the rest."""
    log.error("API %s %s", request.method, request.path, exc_info=error)
    if settings.DEBUG:
        raise error
    return problem(
        500, "Bei uns ist etwas schiefgegangen", "Es wurde nichts halb gespeichert. Bitte versuchen Sie es noch einmal."
    )


@csrf_exempt  # changes nothing, and programs shall read a problem, not a page
@everyone
def no_such_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Anything else below /api/v1/."""
    return problem(404, _title(404), "Die Beschreibung aller Adressen steht unter /api/v1/openapi.json.")


for room in settings.ROOMS:
    if importlib.util.find_spec(f"stadtkern.kernel.{room}.api"):
        api.add_router("", importlib.import_module(f"stadtkern.kernel.{room}.api").router)
api.add_router("", operate)
for name in settings.DOMAINS:
    if importlib.util.find_spec(f"stadtkern.domains.{name}.domain"):
        domain = importlib.import_module(f"stadtkern.domains.{name}.domain").DOMAIN
        if domain.api:
            api.add_router(f"/{name}", domain.api)
