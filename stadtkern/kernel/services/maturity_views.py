"""Maturity for staff: the table of all services, one service by criterion, and the figures as CSV."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import staff
from stadtkern.kernel.city.profile import city

from . import catalogue
from .maturity import Facts, Maturity, Platform, of_service
from .maturity_models import MODEL_1_1, MODEL_2_0, MODELS
from .modules.store import modules
from .search import plain
from .service import Service

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Row:
    """One service with both measurements."""

    service: Service
    new: Maturity  # 2.0
    old: Maturity  # 1.1


@lru_cache(maxsize=2000)
def measured(facts: Facts) -> tuple[Maturity, Maturity]:
    """Both models on the same facts; most entries of the directory share theirs."""
    return MODEL_2_0.measure(facts), MODEL_1_1.measure(facts)


def row(service: Service, platform: Platform) -> Row:
    """One service, its texts in the reader's language."""
    return Row(service.in_language(get_language() or "de"), *measured(of_service(service, platform, modules(service.leika))))


def rows() -> Iterator[Row]:
    """Every service that can be read, in the order of its title."""
    platform = Platform.of(city())
    found = []
    for key in catalogue.all_services():
        try:
            found.append(row(catalogue.find(key), platform))
        except catalogue.UnknownService:  # its form turned out to be broken: manage.py check says why
            continue
    return iter(sorted(found, key=lambda one: plain(one.service.title)))


@staff()
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """All services; `?stufe=3` those on this level of 2.0, `?kriterium=payment` those this criterion holds back."""
    everything = list(rows())
    levels = Counter(one.new.level for one in everything)
    level, criterion = request.GET.get("stufe", ""), request.GET.get("kriterium", "")
    level = level if level in {str(number) for number in levels} else ""
    criteria = {one.key: one.title for one in MODEL_2_0.criteria}
    criterion = criterion if criterion in criteria else ""
    shown = [
        one
        for one in everything
        if (not level or one.new.level == int(level))
        and (not criterion or criterion in {score.criterion.key for score in one.new.holding})
    ]
    context = {
        "rows": shown,
        "count": len(shown),
        "all": len(everything),
        "levels": [(number, MODEL_2_0.levels[number], levels[number]) for number in sorted(levels)],
        "level": level,
        "criteria": {key: title for key, title in criteria.items() if _holds(everything, key)},
        "criterion": criterion,
        "models": MODELS,
    }
    return render(request, "services/maturity.html", context)


def _holds(found: list[Row], key: str) -> bool:
    return any(score.criterion.key == key for one in found for score in one.new.holding)


@staff()
@require_safe
def page(request: HttpRequest, key: str) -> HttpResponse:
    """One service, criterion by criterion, in both models."""
    try:
        one = row(catalogue.find(key), Platform.of(city()))
    except catalogue.UnknownService as error:
        raise Http404 from error
    return render(request, "services/maturity_page.html", {"row": one, "measures": [one.new, one.old]})


@staff()
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The table as CSV (UTF-8 with BOM, semicolons, as spreadsheets in Germany read it); empty = does not apply."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    criteria = [(model.key, one) for model in MODELS.values() for one in model.criteria]
    writer.writerow(
        ["Schlüssel", "Leistung", "LeiKa", "Reifegrad 2.0", "Reifegrad 1.1", "Für die nächste Stufe 2.0"]
        + [f"{model} {one.title}" for model, one in criteria]
    )
    for one in rows():
        levels = [score.level for measure in (one.new, one.old) for score in measure.scores]
        todo = " ".join(str(score.missing) for score in one.new.holding)
        cells: list[Any] = [one.service.key, one.service.title, one.service.leika, one.new.level, one.old.level, todo, *levels]
        writer.writerow([_cell(cell) for cell in cells])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="reifegrad.csv"'
    return response


def _cell(value: Any) -> Any:
    """Text of others must not become a formula of the spreadsheet."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
