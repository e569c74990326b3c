"""First pages: all processes, one process, one contribution; the clerk's desk."""

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from stadtkern.kernel.accounts.access import actor_of, everyone, staff
from stadtkern.kernel.accounts.models import DESK_ROLES

from ..models import Contribution, Phase, Process


def process_of(request: HttpRequest, key: str) -> Process:
    """The process, where this reader may know of it; 404 otherwise."""
    rows = Process.objects.visible_to(actor_of(request)).select_related("office")
    return get_object_or_404(rows.prefetch_related(Prefetch("phases", Phase.objects.order_by("starts_at", "pk"))), key=key)


def contribution_of(request: HttpRequest, key: str, reference: str) -> Contribution:
    """A contribution of this process that this reader may read; 404 otherwise."""
    rows = Contribution.objects.visible_to(actor_of(request)).select_related("process", "category", "account")
    return get_object_or_404(rows.defer("search"), process__key=key, reference=reference.upper())


@everyone
def home(request: HttpRequest) -> HttpResponse:
    """All processes."""
    rows = Process.objects.visible_to(actor_of(request)).order_by("-pk")[:100]
    return render(request, "participation/core/home.html", {"processes": rows})


@everyone
def process(request: HttpRequest, key: str) -> HttpResponse:
    """One process."""
    row = process_of(request, key)
    shown = Contribution.objects.filter(process=row).shown().order_by("-published_at", "-pk")[:20]
    return render(request, "participation/core/process.html", {"process": row, "contributions": shown})


@everyone
def contribution(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """One contribution."""
    row = contribution_of(request, key, reference)
    return render(request, "participation/core/contribution.html", {"contribution": row, "process": row.process})


@staff(*DESK_ROLES)
def desk(request: HttpRequest) -> HttpResponse:
    """The clerk's processes."""
    rows = Process.objects.run_by(actor_of(request)).order_by("-pk")[:100]
    return render(request, "participation/core/desk.html", {"processes": rows})


@staff(*DESK_ROLES)
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """From the file of a case to its contribution."""
    rows = Contribution.objects.visible_to(actor_of(request)).filter(process__isnull=False, process__office=_office(request))
    row = rows.select_related("process").filter(case__reference=reference.upper()).first()
    if row is None or row.process is None:
        raise Http404
    return redirect("participation:contribution", row.process.key, row.reference)


def _office(request: HttpRequest) -> int:
    member = actor_of(request).staff
    return member.office_id if member else 0
