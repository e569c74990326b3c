"""The same as open data: CSV for table programs, JSON for programs."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.city.profile import city
from stadtkern.ui.table_file import csv_file

from . import definitions, queries

LICENCE = "https://www.govdata.de/dl-de/zero-2-0"
COLUMNS = ("day", "department", "kpi", "title", "value", "unit", "state")


@everyone
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """Every value, one line each."""
    return csv_file("kennzahlen.csv", COLUMNS, ([row[column] for column in COLUMNS] for row in queries.history()))


@everyone
@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    """Definitions, targets and every value; a day that was asked without an answer has `value` null and a `state`."""
    values: dict[str, list[dict[str, Any]]] = {}
    for row in queries.history():
        told = {name: row[name] for name in ("day", "value", "state")}
        values.setdefault(f"{row['department']}.{row['kpi']}", []).append(told)
    wanted, listed = queries.targets(), []
    for key, group, kpi in definitions.every():
        target = wanted.get(key)
        listed.append({
            "department": group.name, "kpi": kpi.name, "title": kpi.title, "unit": kpi.unit, "owner": kpi.owner,
            "better": kpi.better or None,
            "target": target and {"value": target.value, "because": target.because, "since": target.since},
            "values": values.get(key, []),
        })  # fmt: skip
    return JsonResponse({"publisher": city().name, "licence": LICENCE, "kpis": listed})
