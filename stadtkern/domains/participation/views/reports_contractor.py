"""What a contractor sees by its secret link: its orders, with place, picture and what to do; nothing about who reported it."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import everyone
from stadtkern.lib import ids

from ..actions import Refused, reports_desk
from ..models import Attachment, Contractor, Report
from ..reports.categories import plan
from ..reports.states import WORDS
from .reports import _photo

OPEN = (Report.State.ORDERED, Report.State.IN_PROGRESS, Report.State.CHECKING)


def _contractor(request: HttpRequest, secret: str) -> Contractor:
    """Whose link this is; wrong ones are counted."""
    found = Contractor.objects.filter(secret=ids.digest(secret[:200]), active=True).exclude(secret="").first()
    if found is None:
        throttle.miss(request, "participation.contractor")
        raise Http404
    if throttle.misses(request, "participation.contractor") > throttle.MISSES:
        raise Http404
    return found


@everyone
@require_safe
def orders(request: HttpRequest, secret: str) -> HttpResponse:
    """The open orders of this firm, the most urgent first."""
    contractor = _contractor(request, secret)
    rows = Report.objects.ordered_from(contractor).filter(state__in=OPEN).select_related("contribution", "office")
    found = list(rows.order_by("promised_date", "pk")[:200])
    photos: dict[int, list[Attachment]] = {}
    for photo in _pictures([one.pk for one in found]).defer("data", "small").order_by("pk"):
        photos.setdefault(photo.contribution_id, []).append(photo)
    context = {
        "contractor": contractor, "secret": secret,
        "orders": [(one, plan().label(one.category), WORDS[one.state], photos.get(one.pk, [])) for one in found],
    }  # fmt: skip
    response = render(request, "participation/reports/orders.html", context)
    response["Referrer-Policy"], response["Cache-Control"] = "no-referrer", "private, no-store"
    return response


def _pictures(reports: Any) -> QuerySet[Attachment]:
    """Those of these reports that a firm sees: its own, and the first one once the office has looked at it."""
    looked_at = Q(role="after") | Q(role="before", contribution__report__shown=True)
    return Attachment.objects.filter(looked_at, contribution__in=reports)


@everyone
@require_safe
def picture(request: HttpRequest, secret: str, key: uuid.UUID) -> HttpResponse:
    """A picture of one of its orders."""
    own = Report.objects.ordered_from(_contractor(request, secret)).filter(state__in=OPEN)
    row = get_object_or_404(_pictures(own.values("pk")).defer("small"), key=key)
    response = HttpResponse(bytes(row.data), content_type=row.media_type)
    response["Cache-Control"], response["X-Content-Type-Options"] = "private, no-store", "nosniff"
    return response


@everyone
@require_POST
def done(request: HttpRequest, secret: str, reference: str) -> HttpResponse:
    """The work is done; with a picture."""
    contractor = _contractor(request, secret)
    row = get_object_or_404(Report.objects.ordered_from(contractor), contribution__reference=reference.upper())
    try:
        reports_desk.report_back(contractor, row, request.POST.get("text", ""), _photo(request))
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Danke. Das Amt sieht nach."))
    return redirect("participation:report_orders", secret)
