"""The record of processing for everybody: to read, to print, as a file."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from stadtkern.kernel.accounts.access import everyone

from .. import record


@everyone
def table(request: HttpRequest) -> HttpResponse:
    """Every processing activity; each opens."""
    found = record.entries()
    context = {
        "services": [entry for entry in found if entry.kind == "service"],
        "platform": [entry for entry in found if entry.kind == "platform"],
        "responsible": record.responsible(),
        "opened": request.GET.get("alle") == "1",
    }
    return render(request, "dataprotection/record.html", context)


@everyone
@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(record.as_csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verzeichnis-der-verarbeitung.csv"'
    return response


@everyone
@require_GET
def as_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse(record.as_json(), json_dumps_params={"ensure_ascii": False, "indent": 1})
