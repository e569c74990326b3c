"""Proposals for signals: order a study, read what the gate says, release or reject."""

from collections.abc import Iterator
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.lib.traffic import gate, sumo
from stadtkern.lib.traffic.net import program_of
from stadtkern.ui.table_file import csv_file
from stadtkern.ui.words import day

from ..actions import counts, signalling
from ..models import SignalPlan, SignalStudy, Work
from . import OFFICE
from .desk import planners
from .words import PLANS, REASONS, SOURCES, WORK, number, verdict

lead = staff(Role.LEAD, office=OFFICE)
HEAVY = ("net", "routes")
COLUMNS = (
    "ampel", "art", "umlauf_s", "versatz_s", "phase", "dauer_s", "mindestens_s", "hoechstens_s", "signalbild", "raeumen",
)  # fmt: skip
DONE = {
    "release": gettext_lazy("Freigegeben. Die Schaltung bleibt beim Betreiber der Ampeln."),
    "reject": gettext_lazy("Nicht freigegeben."),
    "recall": gettext_lazy("Die Freigabe ist zurückgenommen. Sagen Sie es dem Betreiber der Ampeln."),
}


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
        "refused": _refused(plan),
        "row": plan, "word": word, "level": level, "title": title, "about": about, "lines": [verdict(row) for row in plan.rows],
        "reasons": [REASONS.get(code, code) for code in plan.reasons], "signals": greens,
        "open": plan.state == SignalPlan.State.PROPOSED, "released": plan.state == SignalPlan.State.RELEASED,
    }  # fmt: skip


def _refused(plan: SignalPlan) -> str:
    """What a refusal means, with what was asked and what was measured; "" for every other plan."""
    if plan.state != SignalPlan.State.REFUSED:
        return ""
    told = [_("Niemand kann diesen Plan freigeben, auch die Leitung nicht. Die Ampeln bleiben, wie sie sind.")]
    if plan.rows:
        buses = plan.source == "priority"
        gain = float(plan.rows[0].get("bus_gain" if buses else "gain", 0.0))
        found = (_("%(n)s %% weniger") if gain >= 0 else _("%(n)s %% mehr")) % {"n": number(abs(gain))}
        asked = _("Verlangt sind für Bus und Bahn mindestens %(least)s %% weniger Wartezeit, gemessen: %(found)s.")
        of_all = _("Verlangt sind mindestens %(least)s %% weniger Wartezeit, gemessen: %(found)s.")
        told.append((asked if buses else of_all) % {"least": f"{gate.BETTER:g}", "found": found})
    told.append(_("Eine neue Untersuchung lohnt sich, wenn sich Netz, Zählwerte oder Fahrplan geändert haben."))
    return " ".join(told)


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
    if verb not in DONE:
        raise Http404
    row, because = get_object_or_404(SignalPlan, pk=pk), request.POST.get("because", "")
    try:
        if verb == "recall":
            signalling.recall(actor_of(request), row.pk, because)
        else:
            signalling.decide(actor_of(request), row.pk, release=verb == "release", because=because)
    except counts.Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.info(request, str(DONE[verb]))
    return redirect("mobility:study", row.study_id)


def _released(pk: int) -> SignalPlan:
    """Only a released plan goes out as a file: nobody is to load one that was refused."""
    return get_object_or_404(SignalPlan.objects.select_related("study"), pk=pk, state=SignalPlan.State.RELEASED)


@planners
@never_cache
@require_safe
def plan_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """A released plan as a table, a line for every phase, for the operator of the signals."""
    row = _released(pk)
    return csv_file(f"signalplan-{row.pk}.csv", COLUMNS, _phases(row))


def _phases(row: SignalPlan) -> Iterator[tuple[object, ...]]:
    for signal, told in sorted(row.plan.items()):
        one = program_of(told)
        for at, phase in enumerate(one.phases, 1):
            low, high = phase.bounds(one.kind)
            clears = at - 1 not in one.greens
            yield signal, one.kind, one.cycle, one.offset, at, phase.seconds, low, high, phase.state, "ja" if clears else ""


@planners
@never_cache
@require_safe
def plan_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as SUMO reads it beside the network (tlLogic), to be simulated again."""
    row = _released(pk)
    plan = {signal: program_of(told) for signal, told in sorted(row.plan.items())}
    answer = HttpResponse(sumo.as_xml(plan), content_type="application/xml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="signalplan-{row.pk}.add.xml"'
    return answer
