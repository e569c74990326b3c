"""Before and after publishing: what the draft changes, what speaks against it, how it looks, every earlier version."""

import difflib
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language

from stadtkern.lib.forms.shape import placed

from ...models import Change
from ...views import shown
from .. import actions
from ..draft import edits_of
from ..files import FILES, Edit, text_of, value_at
from .common import NAMES, REFUSALS, Desk, context, desk_of, editor, plain, told, words_of

SHOWN = 50


@dataclass(frozen=True)
class Line:
    """One place of a file: what it is called, what stood there, what stands there now, what the editor wants."""

    file: str
    keys: tuple[str, ...]
    name: str
    before: str
    now: str
    mine: str

    @property
    def clash(self) -> bool:
        return self.now not in (self.before, self.mine)

    @property
    def id(self) -> str:
        return actions.mark(f"{self.file}{self.keys}")


def lines_of(desk: Desk) -> list[Line]:
    """Every edit of the drafts."""
    found = []
    for draft in desk.drafts:
        current = text_of(desk.folder, draft.file)
        for keys, value in edits_of(draft):
            below = _below(desk, draft.file, keys)
            before, now, mine = (
                plain(below if one is None else one, keys)
                for one in (value_at(draft.base, keys), value_at(current, keys), value)
            )
            found.append(Line(draft.file, keys, words_of(desk, draft.file, keys), before, now, mine))
    return found


def _below(desk: Desk, name: str, keys: tuple[str, ...]) -> Any:
    """What holds where the city says nothing."""
    return value_at(desk.folder.text("service.toml") or "", keys) if name == "overlay.toml" else None


@editor
def review(request: HttpRequest, key: str) -> HttpResponse:
    """The draft: what it changes, what is wrong with it; publish, go on, throw away."""
    desk = desk_of(request, key)
    if request.method == "POST":
        return _decided(request, desk)
    overtaken = [draft for draft in desk.drafts if text_of(desk.folder, draft.file) != draft.base]
    others = Change.objects.filter(service=key, file__in=[draft.file for draft in overtaken]).select_related("staff__account")
    more = {
        "lines": lines_of(desk),
        "overtaken": bool(overtaken),
        "latest": others.order_by("-pk").first() if overtaken else None,
        "problems": desk.seen.problems,
        "hints": desk.seen.hints,
        "steps": desk.form.steps if desk.form else (),
    }
    return render(request, "services/edit/review.html", context(desk, "services:edit_review") | more)


def _decided(request: HttpRequest, desk: Desk) -> HttpResponse:
    key, do = desk.folder.key, request.POST.get("do", "")
    try:
        if do == "discard":
            actions.discard(desk.actor, key)
            messages.success(request, "Der Entwurf ist verworfen.")
            return redirect("services:edit", key)
        if do == "rebase":
            actions.rebase(desk.actor, desk.folder, _dropped(request, desk))
            messages.success(request, "Ihre Änderungen liegen jetzt über der neuen Fassung. Bitte prüfen Sie noch einmal.")
        elif do == "publish":
            actions.publish(desk.actor, desk.folder, request.POST.get("note", "").replace("\0", "").strip())
            messages.success(request, "Veröffentlicht. Die neue Fassung ist jetzt zu sehen.")
            return redirect("services:edit", key)
    except REFUSALS as error:
        told(request, error)
    return redirect("services:edit_review", key)


def _dropped(request: HttpRequest, desk: Desk) -> list[tuple[str, Edit]]:
    return [(line.file, (line.keys, None)) for line in lines_of(desk) if request.POST.get(f"keep-{line.id}") == "theirs"]


@editor
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """The page of the service with the draft, as everybody would see it."""
    desk = desk_of(request, key)
    if desk.service is None:
        return redirect("services:edit_review", key)
    service = desk.service.in_language(get_language() or "de")
    messages.warning(request, "Vorschau Ihres Entwurfs: Das ist noch nicht veröffentlicht. Knöpfe führen zur gültigen Fassung.")
    return render(request, "services/page.html", {**shown(service), "may_assist": False})


@editor
def preview_step(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """One page of the form with the draft; nothing typed here is kept."""
    desk = desk_of(request, key)
    part = desk.form.step(step) if desk.form else None
    if desk.form is None or part is None:
        raise Http404
    keys = [one.key for one in desk.form.steps]
    at = keys.index(step)
    more = {
        "step": part,
        "number": at + 1,
        "count": len(keys),
        "placed": placed(part, {}),
        "before": keys[at - 1] if at else "",
        "after": keys[at + 1] if at + 1 < len(keys) else "",
    }
    return render(request, "services/edit/preview_step.html", context(desk, "services:edit_review") | more)


@editor
def history(request: HttpRequest, key: str) -> HttpResponse:
    """Who changed what and when, the newest first."""
    desk = desk_of(request, key)
    rows = list(Change.objects.filter(service=key).select_related("staff__account").order_by("-pk")[: SHOWN + 1])
    more = {"rows": [(row, NAMES.get(row.file, row.file)) for row in rows[:SHOWN]], "more": len(rows) > SHOWN}
    return render(request, "services/edit/history.html", context(desk, "services:edit_history") | more)


@editor
def version(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One change line by line; back to before it, or to what it said."""
    desk = desk_of(request, key)
    row = get_object_or_404(Change.objects.select_related("staff__account"), pk=number, service=key)
    ours = row.file in FILES  # other files of the service have editors of their own
    if request.method == "POST" and ours:
        try:
            undo = request.POST.get("do") == "undo"
            actions.restore(desk.actor, desk.folder, row, undo=undo, standing=request.POST.get("standing", ""))
        except REFUSALS as error:
            told(request, error)
            return redirect("services:edit_version", key, number)
        messages.success(request, "Der frühere Stand gilt wieder.")
        return redirect("services:edit_history", key)
    now = text_of(desk.folder, row.file) if ours else ""
    more = {
        "row": row,
        "ours": ours,
        "file": NAMES.get(row.file, row.file),
        "lines": _compared(row.before, row.after),
        "standing": actions.mark(now),
        "may_undo": ours and row.before != now,
        "may_restore": ours and row.after != now,
    }
    return render(request, "services/edit/version.html", context(desk, "services:edit_history") | more)


def _compared(before: str, after: str) -> list[tuple[str, str]]:
    """Lines of a file as ("neu" | "weg" | "", text), only those around a change."""
    found = []
    marks = {"+": "neu", "-": "weg", " ": ""}
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2):
        if line.startswith(("---", "+++")):
            continue
        found.append(("…", "") if line.startswith("@@") else (marks.get(line[:1], ""), line[1:]))
    return found[:2_000]
