"""The answers of a case as a file for other programs: for the applicant (Art. 20 DSGVO) and for the office."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.kernel.services import exports
from stadtkern.lib.forms.export.data import dumps, to_data
from stadtkern.lib.forms.export.tree import Keys
from stadtkern.lib.forms.export.xml import to_xml
from stadtkern.lib.forms.shape import clean

from .. import actions, nameless
from ..actions.rest import closed_to
from ..models import Case

TYPES = {"json": "application/json", "xml": "application/xml"}


@everyone
@require_GET
def as_json(request: HttpRequest, reference: str) -> HttpResponse:
    """By the JSON Schema of the service."""
    return _file(request, reference, "json")


@everyone
@require_GET
def as_xml(request: HttpRequest, reference: str) -> HttpResponse:
    """In the shape of FIM's XSD."""
    return _file(request, reference, "xml")


def _file(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    actor = nameless.reader(request, reference)
    rows = Case.objects.visible_to(actor).select_related("edition", "account__person").defer("edition__files")
    case = rows.filter(reference=reference.upper()).first()
    if case is None:
        raise Http404
    if case.draft_key and case.draft_key in actor.draft_keys:
        nameless.step_back(request, case.service, actor)
    return response(actor_of(request), case, kind)


def response(actor: Actor, case: Case, kind: str, keys: Keys | None = None) -> HttpResponse:
    """The file; the caller has made sure that `actor` may see the case. Noted in the diary."""
    if actor.staff and closed_to(actor, case):
        raise Http404
    service, style = case.begun_on, keys or exports.keys()
    answers = clean(service.form, case.answers)
    if kind == "xml":
        body = to_xml(service.form, answers, exports.origin(service), style)
    else:
        body = dumps(to_data(service.form, answers, style)).encode()
    actions.take_out(actor, case, service)
    found = HttpResponse(body, content_type=f"{TYPES[kind]}; charset=utf-8")
    found["Content-Disposition"] = f'attachment; filename="{case.reference}.{kind}"'
    found["X-Content-Type-Options"] = "nosniff"
    found["Content-Security-Policy"] = "sandbox; default-src 'none'"
    found["Cache-Control"] = "private, no-store"
    return found
