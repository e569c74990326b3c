"""Kennzahlen: all of them, one of them day by day, and where a target is set."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import actor_of, everyone, staff
from stadtkern.kernel.accounts.models import Role

from . import actions, definitions, queries, words
from .definitions import KPI, Group
from .forms import TargetForm
from .queries import Figure

YEAR = 366


@everyone
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every figure by department: value, target, owner, course."""
    groups = [(_(group.title), [_shown(figure) for figure in figures]) for group, figures in queries.overview()]
    return render(request, "metrics/overview.html", {"groups": groups, "setter": _sets_targets(request)})


@everyone
@require_safe
def one(request: HttpRequest, department: str, name: str) -> HttpResponse:
    """One figure over a year, day by day."""
    group, kpi = _found(department, name)
    figure = queries.one(group, kpi, YEAR)
    days = [(row, "" if row.value is None else words.amount(kpi, row.value)) for row in reversed(figure.rows)]
    context = {"group": _(group.title), "one": _shown(figure), "days": days, "setter": _sets_targets(request)}
    return render(request, "metrics/one.html", context)


@staff(Role.MAYOR)
@never_cache
def target(request: HttpRequest, department: str, name: str) -> HttpResponse:
    """Enter what the council has decided."""
    group, kpi = _found(department, name)
    if kpi.lawful is not None or not kpi.better:
        raise Http404
    key = definitions.key_of(group, kpi)
    known = queries.targets().get(key)
    initial = {"value": known.value, "because": known.because} if known else {}
    form = TargetForm(kpi.unit, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.set_target(actor_of(request), key, kpi, form.cleaned_data["value"], form.cleaned_data["because"])
        messages.success(request, _("Gespeichert. Die Seite zeigt das Ziel ab sofort."))
        return redirect("metrics:one", group.name, kpi.name)
    least = _("Erreicht ist es, wenn der Wert mindestens so hoch ist.")
    most = _("Erreicht ist es, wenn der Wert höchstens so hoch ist.")
    context = {"form": form, "group": group, "kpi": kpi, "title": _(kpi.title), "unit": _(kpi.unit) if kpi.unit else ""}
    context["way"] = least if kpi.better == "more" else most
    return render(request, "metrics/target.html", context, status=422 if form.errors else 200)


def _found(department: str, name: str) -> tuple[Group, KPI]:
    found = definitions.find(department, name)
    if found is None:
        raise Http404
    return found


def _sets_targets(request: HttpRequest) -> bool:
    member = actor_of(request).staff
    return member is not None and member.role == Role.MAYOR


def _shown(figure: Figure) -> dict[str, object]:
    """A figure in words."""
    kpi, before = figure.kpi, figure.before
    course = figure.course
    return {
        "figure": figure,
        "title": _(kpi.title),
        "value": "" if figure.value is None else words.amount(kpi, figure.value),
        "missing": _(kpi.missing) if kpi.missing and figure.value is None else "",
        "before": words.amount(kpi, before.value) if before and before.value is not None else "",
        "target": words.wanted(kpi, figure.target),
        "why": words.why(figure.target),
        "course": course,
        "told": words.told(kpi, course),
        "settable": bool(kpi.better) and kpi.lawful is None,
    }
