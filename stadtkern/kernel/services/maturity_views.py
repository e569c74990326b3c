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
from stadtkern.lib.words import plain

from . import catalogue
from .directory import books, general
from .directory.entry import Entry
from .directory.responsibility import responsible
from .maturity import Facts, Maturity, Platform, of_entry, of_service
from .maturity_models import MODEL_1_1, MODEL_2_0, MODELS
from .modules.store import Modules, everything, modules
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
        if key == general.BASE:  # what entries are begun with, no service by itself
            continue
        try:
            found.append(row(catalogue.find(key), platform))
        except catalogue.UnknownService:  # its form turned out to be broken: manage.py check says why
            continue
    return iter(sorted(found, key=lambda one: plain(one.service.title)))


def entry_rows() -> Iterator[tuple[Entry, Maturity, Maturity]]:
    """Every entry of the directory that has no service of its own."""
    platform = Platform.of(city())
    covered = {service.leika for service in catalogue.all_services().values()}
    texts = {one.key: one for one in everything()}
    for entry in books.entries().values():
        if entry.key not in covered:
            words = texts.get(entry.key) or Modules(entry.key)
            yield entry, *measured(of_entry(entry, platform, words, startable=responsible(entry).ours))


@staff()
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """All services; `?stufe=3` those on this level of 2.0, `?kriterium=payment` those this criterion holds back."""
    found = list(rows())
    levels = Counter(one.new.level for one in found)
    level, criterion = request.GET.get("stufe", ""), request.GET.get("kriterium", "")
    level = level if level in {str(number) for number in levels} else ""
    criteria = {one.key: one.title for one in MODEL_2_0.criteria}
    criterion = criterion if criterion in criteria else ""
    shown = [
        one
        for one in found
        if (not level or one.new.level == int(level))
        and (not criterion or criterion in {score.criterion.key for score in one.new.holding})
    ]
    context = {
        "rows": shown,
        "count": len(shown),
        "all": len(found),
        "levels": [(number, MODEL_2_0.levels[number], levels[number]) for number in sorted(levels)],
        "level": level,
        "criteria": {key: title for key, title in criteria.items() if _holds(found, key)},
        "criterion": criterion,
        "entries": _by_level(),
    }
    return render(request, "services/maturity.html", context)


def _by_level() -> list[tuple[int, Any, int]]:
    changes = [one.changed for one in everything()]
    return _counted(catalogue.version(), len(changes), max(changes, default=0.0), str(city().folder))


@lru_cache(maxsize=4)
def _counted(*stamp: object) -> list[tuple[int, Any, int]]:
    """The directory by level; counted again when a service, a text or the city changes."""
    counts = Counter(new.level for _entry, new, _old in entry_rows())
    return [(level, MODEL_2_0.levels[level], counts[level]) for level in sorted(counts)]


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
    """The table as CSV (UTF-8 with BOM, semicolons, as spreadsheets in Germany read it); empty = does not apply.

    `?umfang=verzeichnis`: the entries of the directory without a service of their own as well.
    """
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    criteria = [(model.key, one) for model in MODELS.values() for one in model.criteria]
    writer.writerow(
        ["Schlüssel", "Leistung", "LeiKa", "Reifegrad 2.0", "Reifegrad 1.1", "Für die nächste Stufe 2.0"]
        + [f"{model} {one.title}" for model, one in criteria]
    )
    for one in rows():
        writer.writerow(_line(one.service.key, one.service.title, one.service.leika, one.new, one.old))
    if request.GET.get("umfang") == "verzeichnis":
        for entry, new, old in entry_rows():
            writer.writerow(_line(entry.key, entry.name, entry.leika, new, old))
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="reifegrad.csv"'
    return response


def _line(key: str, title: str, leika: str, new: Maturity, old: Maturity) -> list[Any]:
    levels = [score.level for measure in (new, old) for score in measure.scores]
    todo = " ".join(new.todo)
    return [_cell(cell) for cell in (key, title, leika, new.level, old.level, todo, *levels)]


def _cell(value: Any) -> Any:
    """Text of others must not become a formula of the spreadsheet."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
