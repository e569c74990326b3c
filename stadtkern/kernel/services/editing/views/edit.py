"""Pages on which something is typed: texts and fees, the pages of a form, the questions of one page."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from stadtkern.lib.forms.check import problems as problems_of
from stadtkern.lib.forms.model import Answers, Step
from stadtkern.lib.forms.read import from_post
from stadtkern.lib.forms.shape import placed

from .. import actions, questions, texts
from ..files import Edit
from .common import FORM_OVERLAY, OVERLAY, REFUSALS, Desk, context, desk_of, editor, federal_desk, saved, told


@editor
def service_texts(request: HttpRequest, key: str) -> HttpResponse:
    """Title, texts, search words, fees and deadlines, German and English."""
    desk = desk_of(request, key)
    try:
        overlay = actions.with_edits(desk.folder, desk.draft(OVERLAY), OVERLAY)
        base, now = texts.raws(desk.folder, overlay)
    except REFUSALS as error:
        told(request, error)
        return redirect("services:edit", key)
    found = texts.entries(now)
    shown = texts.answers_of(found, now)

    def edits(posted: Answers) -> list[Edit]:
        return texts.edits_from(found, shown, posted, base)

    return _page(request, desk, OVERLAY, texts.page(found), shown, edits, "services:edit_texts")


@editor
def form_pages(request: HttpRequest, key: str) -> HttpResponse:
    """The pages of an imported form: order, titles, which are shown, which are joined."""
    desk = federal_desk(request, key)
    form = desk.service.form if desk.service else None
    if form is None:
        raise Http404
    text = actions.with_edits(desk.folder, desk.draft(FORM_OVERLAY), FORM_OVERLAY)

    def edits(posted: Answers) -> list[Edit]:
        return questions.pages_edits(form, text, posted)

    more = {"form": form}
    return _page(request, desk, FORM_OVERLAY, questions.pages_form(form), questions.pages_answers(form), edits,
                 "services:edit_form", **more)  # fmt: skip


@editor
def form_page(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """What one page asks: words, help, order, what is shown, what is filled in."""
    desk = federal_desk(request, key)
    service = desk.service
    part = service.form.step(step) if service else None
    if service is None or part is None:
        raise Http404
    form, prefill = service.form, service.prefill
    text = actions.with_edits(desk.folder, desk.draft(FORM_OVERLAY), FORM_OVERLAY)
    page, _ = questions.step_form(form, part, prefill)

    def edits(posted: Answers) -> list[Edit]:
        return questions.step_edits(form, part, prefill, text, posted)

    shown = questions.step_answers(form, part, prefill)
    return _page(request, desk, FORM_OVERLAY, page, shown, edits, "services:edit_page", step, form=form, step=part)


def _page(
    request: HttpRequest,
    desk: Desk,
    name: str,
    page: Step,
    shown: Answers,
    edits: Callable[[Answers], list[Edit]],
    where: str,
    *args: str,
    **more: Any,
) -> HttpResponse:
    answers, wrong, state = shown, [], actions.state_of(desk.draft(name))
    if request.method == "POST":
        data = {key: [text.replace("\0", "") for text in request.POST.getlist(key)] for key in request.POST}
        answers = {**shown, **from_post(page, data, shown)}
        wrong = problems_of(page, answers)
        if not wrong:
            try:
                actions.edit(desk.actor, desk.folder, name, edits(answers), request.POST.get("_state", ""))
            except actions.Overtaken as error:
                told(request, error)
            except REFUSALS as error:
                told(request, error)
            else:
                return (
                    redirect("services:edit_review", desk.folder.key)
                    if "_review" in request.POST
                    else saved(request, desk.folder.key, where, *args)
                )
    filled = {
        "page": page,
        "placed": placed(page, answers, wrong),
        "problems": wrong,
        "state": state,
        "action": request.path,
    }
    return render(request, "services/edit/form.html", context(desk, where) | filled | more, status=200 if not wrong else 422)
