"""What came out: common ground first, then what divides, then groups; topics with the contributions behind them; exports."""

import csv
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, everyone, staff
from stadtkern.kernel.accounts.models import DESK_ROLES

from .. import actions, opining
from ..exporting import comment_rows, vote_rows
from ..models import Contribution, Finding, Process
from ..models.contribution import ELSEWHERE
from ..picture import Picture
from ..reactions import find
from .common import process_of
from .opinion import map_of

PAGE = 50


def _finding(process: Process, what: str) -> Finding | None:
    return Finding.objects.filter(process=process, what=what).first()


def _runs(request: HttpRequest, process: Process) -> bool:
    return Process.objects.run_by(actor_of(request)).filter(pk=process.pk).exists()


@everyone
@never_cache
def result(request: HttpRequest, key: str) -> HttpResponse:
    """The picture of opinions, as it was last computed."""
    row = map_of(request, key)
    found = _finding(row, Finding.What.OPINION)
    texts = {one.pk: one for one in opining.statements(row)}
    picture = Picture(found.data, texts, row.settings) if found and found.computed_at else None
    context: dict[str, Any] = {"process": row, "finding": found, "picture": picture, "runs": _runs(request, row)}
    if picture is not None:
        context |= {"why_not": picture.why_not(), "groups": picture.groups()}
        context["all_lines"] = picture.lines() if request.GET.get("alle") == "1" else []
    return render(request, "participation/opinion/result.html", context)


@staff(*DESK_ROLES)
def recompute(request: HttpRequest, key: str) -> HttpResponse:
    """A clerk of the office wants it now."""
    row = process_of(request, key)
    if not _runs(request, row):
        raise Http404
    what = request.POST.get("was", "")
    if request.method == "POST" and what in Finding.What.values:
        find.defer(process=row.pk, what=what)
        messages.info(request, _("Wird berechnet. Laden Sie die Seite in einer Minute neu."))
    return redirect("participation:topics" if what == Finding.What.TOPICS else "participation:opinion_result", row.key)


@everyone
@never_cache
def topics(request: HttpRequest, key: str) -> HttpResponse:
    """What the contributions are about; few of them are simply listed."""
    row = process_of(request, key)
    found = _finding(row, Finding.What.TOPICS)
    shown = {one.pk: one for one in _shown(row)}
    listed = []
    for topic in found.data.get("topics", []) if found else []:
        members = [shown[number] for number, _share in topic["texts"] if number in shown]
        if members:
            listed.append({"key": topic["key"], "words": topic["words"], "count": len(members), "typical": members[:3]})
    inside = {number for topic in (found.data.get("topics", []) if found else []) for number, _share in topic["texts"]}
    alone = [one for one in shown.values() if one.pk not in inside]
    context = {
        "process": row, "finding": found, "topics": listed, "alone": alone[: PAGE * 4], "count": len(shown),
        "runs": _runs(request, row),
    }  # fmt: skip
    return render(request, "participation/opinion/topics.html", context)


@everyone
@never_cache
def topic(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """All contributions of one topic, the most typical first."""
    row = process_of(request, key)
    found = _finding(row, Finding.What.TOPICS)
    one = next((topic for topic in (found.data.get("topics", []) if found else []) if topic["key"] == number), None)
    if one is None:
        raise Http404
    start = request.GET.get("ab", "0")
    at = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 0
    wanted = [member for member, _share in one["texts"]]
    shown = {each.pk: each for each in _shown(row).filter(pk__in=wanted)}
    rows = [shown[member] for member in wanted if member in shown]
    context = {
        "process": row, "topic": one, "rows": rows[at : at + PAGE], "count": len(rows),
        "newer": f"?ab={max(at - PAGE, 0)}" if at else "", "older": f"?ab={at + PAGE}" if at + PAGE < len(rows) else "",
    }  # fmt: skip
    return render(request, "participation/opinion/topic.html", context)


def _shown(process: Process) -> Any:
    rows = Contribution.objects.filter(process=process).shown().exclude(kind__in=ELSEWHERE)
    return rows.only("pk", "title", "text", "reference", "state", "supports").order_by("-published_at", "-pk")


@everyone
def comments(request: HttpRequest, key: str) -> HttpResponse:
    """comments.csv: the statements and their sums as last computed, with the columns Polis has. Open data."""
    return _csv("comments.csv", comment_rows(map_of(request, key)))


@staff(*DESK_ROLES)
def votes(request: HttpRequest, key: str) -> HttpResponse:
    """votes.csv: single answers under numbers made for this file; for the office in charge, noted in the diary."""
    row = map_of(request, key)
    if not _runs(request, row):
        raise Http404
    actions.note_export(actor_of(request), row)
    return _csv("votes.csv", vote_rows(row))


def _csv(name: str, rows: Iterable[list[Any]]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    csv.writer(response).writerows(rows)
    return response
