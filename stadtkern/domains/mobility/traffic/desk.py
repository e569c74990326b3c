"""The planner's desk: what others announced, incidents of the own, files of counts."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.geo import queries as geo

from ..actions import counts, incidents
from ..models import CountImport, Detector, Incident
from . import OFFICE
from .words import KINDS, STATES, WORK, fault, finding

planners = staff(Role.CLERK, Role.LEAD, office=OFFICE)
SHOWN = 50


@planners
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for a look, what is published; POST enters one."""
    values: dict[str, Any] = {}
    wrong, status = "", 200
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in ("kind", "title", "text", "street", "begins", "ends", "closed")}
        try:
            incidents.enter(actor_of(request), values)
        except counts.Refused as refused:
            wrong, status = str(refused), 422
        else:
            messages.info(request, _("Die Störung steht jetzt auf der Seite „Verkehr jetzt“."))
            return redirect("mobility:traffic_desk")
    waiting = Incident.objects.waiting()[:SHOWN]
    live = Incident.objects.filter(state=Incident.State.PUBLISHED)[:SHOWN]
    context = {
        "waiting": [(row, KINDS[row.kind]) for row in waiting],
        "live": [(row, KINDS[row.kind], *STATES[row.state]) for row in live],
        "kinds": KINDS.items(),
        "streets": geo.streets(),
        "values": values,
        "wrong": wrong,
    }
    return render(request, "mobility/traffic/desk.html", context, status=status)


@planners
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish, dismiss, end."""
    try:
        incidents.settle(actor_of(request), pk, request.POST.get("verb", ""))
    except Incident.DoesNotExist:
        raise Http404 from None
    except counts.Refused as refused:
        messages.warning(request, str(refused))
    return redirect("mobility:traffic_desk")


@planners
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Files of counts, and loops that count wrongly."""
    wrong, status = "", 200
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is not None and (file.size or 0) > counts.MOST_BYTES:
                raise counts.Refused(_("Die Datei ist größer als 40 MB. Teilen Sie sie, zum Beispiel in Jahre."))
            counts.hand_in(actor_of(request), file.name or "" if file else "", file.read() if file else b"")
        except counts.Refused as refused:
            wrong, status = str(refused), 422
        else:
            messages.info(request, _("Wir lesen die Datei. Das Ergebnis steht gleich in der Liste."))
            return redirect("mobility:counts")
    faulty = Detector.objects.filter(active=True).exclude(faults=[])[:SHOWN]
    rows = CountImport.objects.defer("data")[:20]
    context = {
        "imports": [(row, *WORK[row.state], [finding(one) for one in row.findings]) for row in rows],
        "faulty": [(row, [fault(one) for one in row.faults]) for row in faulty],
        "many": Detector.objects.filter(active=True).count(),
        "wrong": wrong,
    }
    return render(request, "mobility/traffic/imports.html", context, status=status)
