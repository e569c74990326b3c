"""The answers of a case as one document: nested JSON by the schema of the service, or XML."""

from typing import Annotated, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.lib.forms.export.tree import Keys

from ..models import Case
from ..views.data import response
from . import shapes

router = Router(tags=["cases"])
Style = Annotated[Keys | None, Query(description="names of properties; default: as this city has set it")]


@router.get("/cases/{reference:reference}/data", url_name="case_data")
def get_data(
    request: HttpRequest, reference: shapes.Reference, format: Literal["json", "xml"] = "json", style: Style = None
) -> HttpResponse:
    """The answers by `/services/{key}/schema.json` (or in the shape of FIM's XSD); noted, as every file taken out.

    For the applicant (Art. 20 GDPR) and for the office in charge. Files are named by their ids.
    """
    actor = actor_of(request)
    rows = Case.objects.visible_to(actor).select_related("edition", "account__person").defer("edition__files")
    case = rows.filter(reference=reference.upper()).first()
    if case is None:
        raise Http404
    return response(actor, case, format, style)
