"""The clerk's papers of a plan: documents with passages, the area on the map, the public bodies that are asked."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.lib.forms.model import Answers, Field, Kind, Step
from stadtkern.ui import words

from .. import actions
from ..actions import laying
from ..consultations import passages, rules, table
from ..models import Authority, PlanDocument, Process, Statement
from ..models.process import MOST_ID
from ..planforms import _read_day
from .common import clerk, own_process, pressed
from .consultation import plan_of, words_of
from .setup import _ask


def own_consultation(request: HttpRequest, key: str) -> Process:
    """A consultation of this clerk's office; 404 otherwise."""
    row = own_process(request, key)
    if not rules.is_consultation(row):
        raise Http404
    return row


def _papers(row: Process) -> HttpResponse:
    return redirect("participation:plan_papers", row.key)


@clerk
@never_cache
def papers(request: HttpRequest, key: str) -> HttpResponse:
    """Everything that lies open, and what is missing before it may."""
    row = own_consultation(request, key)
    bodies = list(Authority.objects.filter(process=row))
    answered = set(Statement.objects.filter(process=row, authority__isnull=False).values_list("authority", flat=True))
    context = {
        "process": row, "plan": plan_of(row), "papers": table.documents_with_passages(row), "open": rules.lies_open(row),
        "bodies": [(one, one.pk in answered) for one in bodies], "last_day": rules.last_day(row),
    }  # fmt: skip
    return render(request, "participation/consultation/papers.html", context)


@clerk
@never_cache
def document(request: HttpRequest, key: str, pk: int = 0) -> HttpResponse:
    """A paper: its title, a file, its numbered passages."""
    row = own_consultation(request, key)
    known = get_object_or_404(PlanDocument.objects.defer("data"), process=row, pk=pk if pk <= MOST_ID else 0) if pk else None
    values: dict[str, Any] = {"title": "", "passages": ""}
    if known is not None:
        found = [passages.Found(one.number, one.title, one.text) for one in known.passages.order_by("position", "pk")]
        values = {"title": known.title, "passages": passages.written(found)}
    context: dict[str, Any] = {"process": row, "document": known, "values": values}
    if request.method != "POST":
        return render(request, "participation/consultation/document.html", context)
    context["values"] = {name: request.POST.get(name, "").replace("\x00", "") for name in ("title", "passages")}
    try:
        upload = request.FILES.get("file")
        file = laying.read_file(upload.name or "", upload.read(laying.MOST_BYTES + 1)) if upload else {}
        laying.set_document(actor_of(request), row, context["values"], known, file)
    except actions.Refused as error:
        context |= {"refused": str(error), "field": error.field}
        return render(request, "participation/consultation/document.html", context, status=422)
    messages.success(request, _("Gespeichert."))
    return _papers(row)


@clerk
@require_POST
def drop(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    row = own_consultation(request, key)
    known = get_object_or_404(PlanDocument.objects.defer("data"), process=row, pk=pk if pk <= MOST_ID else 0)
    return pressed(request, lambda: laying.drop_document(actor_of(request), row, known), _("Gelöscht."), _papers(row))


@clerk
@never_cache
def area(request: HttpRequest, key: str) -> HttpResponse:
    """Where the plan holds."""
    row = own_consultation(request, key)
    if request.method == "POST":
        act = lambda: laying.set_area(actor_of(request), row, request.POST.get("geometry", ""))  # noqa: E731
        return pressed(request, act, _("Gespeichert."), _papers(row))
    context = {"process": row, "drawn": words_of(plan_of(row).area), "open": rules.lies_open(row)}
    return render(request, "participation/consultation/area.html", context)


@clerk
@never_cache
def authorities(request: HttpRequest, key: str) -> HttpResponse:
    """One in each line: name; asked on; answer until."""
    row = own_consultation(request, key)

    def save(answers: Answers) -> HttpResponse:
        many = laying.set_authorities(actor_of(request), row, _lines(str(answers.get("authorities") or "")))
        messages.success(request, _("Gespeichert: %s Stellen.") % many)
        return _papers(row)

    help_text = _(
        "Eine in jeder Zeile: Name; angeschrieben am; Antwort bis. Zum Beispiel: Untere Naturschutzbehörde; 1.3.2027; 31.3.2027"
    )
    step = Step("traeger", _("Behörden und Träger öffentlicher Belange"), (
        Field("authorities", _("Wen fragen Sie?"), Kind.LONG_TEXT, minimum=0, max_length=40_000, help=help_text),
    ))  # fmt: skip
    listed = [
        f"{one.name}; {_day(one.asked_date)}; {_day(one.due_date)}".rstrip("; ")
        for one in Authority.objects.filter(process=row)
    ]
    shown: Answers = {"authorities": "\n".join(listed)} if listed else {}
    return _ask(request, step, shown, save, button=_("Speichern"), process=row)


def _day(day: date | None) -> str:
    return words.day(day) if day else ""


def _lines(text: str) -> list[tuple[str, date | None, date | None]]:
    found = []
    for line in text.splitlines():
        name, asked, due = (*(part.strip() for part in line.split(";")), "", "", "")[:3]
        if name:
            found.append((name, _of(asked, line), _of(due, line)))
    return found


def _of(text: str, line: str) -> date | None:
    try:
        return _read_day(text, line)
    except actions.Refused as error:
        raise actions.Refused(str(error), "authorities") from error
