"""Kennzahlen: delay, punctuality, modal split and emissions with what they rest on; as page, as files."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import everyone
from stadtkern.ui.table_file import csv_file

from .. import datasets
from ..models import Detector
from . import board, measured, punctual
from .chart import bars
from .split import IN_A_CAR

KINDS = {
    Detector.Kind.CAR: _("im Auto"), Detector.Kind.BIKE: _("mit dem Rad"), Detector.Kind.FOOT: _("zu Fuß"),
    Detector.Kind.BOARDING: _("mit Bus und Bahn (Einstiege)"),
}  # fmt: skip


@everyone
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """All figures, the lines, the days, and how each is worked out."""
    rows = punctual.days_back(measured.DAYS)
    shares = measured.split()
    context = {
        "figures": board.figures(),
        "total": punctual.kept("", rows),
        "lines": punctual.by_line(rows),
        "chart": bars([(f"{day:%d.%m.}", one.share) for day, one in punctual.by_day(rows)]),
        "days": measured.flow_days(),
        "cars": measured.cars(),
        "split": [(KINDS[kind], shares.people[kind], shares.share(kind)) for kind in KINDS if kind in shares.people],
        "split_streets": ", ".join(shares.streets),
        "in_a_car": IN_A_CAR,
    }
    return render(request, "mobility/traffic/figures.html", context)


@everyone
@require_safe
def punctuality_csv(request: HttpRequest) -> HttpResponse:
    """Lines day by day."""
    names = (*datasets.LINE, "median_s", "p95_s")
    return _file("puenktlichkeit.csv", names, datasets.punctuality())


@everyone
@require_safe
def flows_csv(request: HttpRequest) -> HttpResponse:
    """Car traffic day by day."""
    return _file("autoverkehr.csv", datasets.FLOW, datasets.car_traffic())


def _file(name: str, columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> HttpResponse:
    return csv_file(name, columns, ([row[column] for column in columns] for row in rows))
