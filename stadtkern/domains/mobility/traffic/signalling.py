"""Proposals for signals: order a study, read what the gate says, release or reject."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.lib.traffic import sumo
from stadtkern.ui.words import day

from ..actions import counts, signalling
from ..models import SignalPlan, SignalStudy, Work
from . import OFFICE
from .desk import planners
from .words import PLANS, REASONS, SOURCES, WORK, verdict

lead = staff(Role.LEAD, office=OFFICE)
HEAVY = ("net", "routes")


@planners
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def studies(request: HttpRequest) -> HttpResponse:
    """All studies; POST orders one."""
    wrong, status = "", 200
    if request.method == "POST":
        try:
            files = [request.FILES.get(name) for name in HEAVY]
            if any(file is None for file in files):
                raise counts.Refused(_("Wählen Sie beide Dateien: das Netz und die Nachfrage."))
            if any((file.size or 0) > signalling.MOST_BYTES for file in files if file):
                raise counts.Refused(_("Eine der Dateien ist größer als 20 MB. Schneiden Sie das Netz kleiner."))
            net, routes = (file.read() for file in files if file)
            begin, end = (_hour(request.POST.get(name, "")) for name in ("begin", "end"))
            row = signalling.order(actor_of(request), request.POST.get("title", ""), net, routes, begin, end)
        except counts.Refused as refused:
            wrong, status = str(refused), 422
        else:
            return redirect("mobility:study", row.pk)
    context = {
        "rows": [(row, *WORK[row.state]) for row in SignalStudy.objects.defer(*HEAVY)[:20]],
        "connected": sumo.program() is not None,
        "wrong": wrong,
        "title": request.POST.get("title", "")[:120],
    }
    return render(request, "mobility/traffic/studies.html", context, status=status)


def _hour(text: str) -> int:
    hour, _colon, minute = text.strip().partition(":")
    if not (hour.isascii() and hour.isdigit() and len(hour) < 3 and (minute or "0").isascii() and (minute or "0").isdigit()):
        raise counts.Refused(_("Schreiben Sie Beginn und Ende als Uhrzeit, zum Beispiel 07:00 und 08:00."))
    return int(hour) * 3600 + int((minute or "0")[:2]) * 60


@planners
@never_cache
@require_safe
def study(request: HttpRequest, pk: int) -> HttpResponse:
    """One study with its proposals."""
    row = get_object_or_404(SignalStudy.objects.defer(*HEAVY), pk=pk)
    member = actor_of(request).staff
    context = {
        "study": row,
        "about": _about(row),
        "busy": row.state in (Work.WAITING, Work.RUNNING),
        "failed": row.state == Work.FAILED,
        "plans": [_told(plan) for plan in row.plans.select_related("decided_by__account")],
        "lead": member is not None and member.role == Role.LEAD,
    }
    return render(request, "mobility/traffic/study.html", context)


def _about(row: SignalStudy) -> dict[str, object]:
    """When and with what it was computed."""
    told = dict(row.about)
    try:
        return told | {"day": day(date.fromisoformat(str(told.get("computed", ""))))}
    except ValueError:
        return told | {"computed": ""}


def _told(plan: SignalPlan) -> dict[str, object]:
    word, level = PLANS[plan.state]
    title, about = SOURCES.get(plan.source, (plan.source, ""))
    greens = [(signal, _cycle(one), one["offset"], _greens(one)) for signal, one in sorted(plan.plan.items())]
    return {
        "row": plan, "word": word, "level": level, "title": title, "about": about, "lines": [verdict(row) for row in plan.rows],
        "reasons": [REASONS.get(code, code) for code in plan.reasons], "signals": greens,
        "open": plan.state == SignalPlan.State.PROPOSED,
    }  # fmt: skip


def _cycle(one: dict[str, list[dict[str, float]]]) -> int:
    return round(sum(phase["seconds"] for phase in one["phases"]))


def _greens(one: dict[str, list[dict[str, object]]]) -> str:
    states = [(str(phase["state"]), phase["seconds"]) for phase in one["phases"]]
    return " · ".join(f"{seconds:g} s" for state, seconds in states if "G" in state.upper() and "y" not in state)


@lead
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Release or reject."""
    verb = request.POST.get("verb", "")
    if verb not in ("release", "reject"):
        raise Http404
    row = get_object_or_404(SignalPlan, pk=pk)
    try:
        done = signalling.decide(actor_of(request), row.pk, release=verb == "release", because=request.POST.get("because", ""))
    except counts.Refused as refused:
        messages.warning(request, str(refused))
    else:
        released = done.state == SignalPlan.State.RELEASED
        text = _("Freigegeben. Die Schaltung bleibt beim Betreiber der Ampeln.") if released else _("Nicht freigegeben.")
        messages.info(request, text)
    return redirect("mobility:study", row.study_id)
