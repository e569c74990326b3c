"""What the pages share: who may, a page with questions, a refused button."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.lib.forms.check import problems as problems_of
from stadtkern.lib.forms.model import Answers, Step
from stadtkern.lib.forms.read import from_post
from stadtkern.lib.forms.shape import placed

from .. import actions

View = Callable[..., HttpResponseBase]


def officer(view: View) -> View:
    """The data protection officer alone; never kept by a cache."""
    return staff(Role.PRIVACY)(never_cache(view))


def colleague(view: View) -> View:
    """Any member of staff."""
    return staff()(never_cache(view))


def ask(
    request: HttpRequest, step: Step, shown: Answers, save: Callable[[Answers], HttpResponse], **context: Any
) -> HttpResponse:
    """A page with questions; what was typed is shown again with what is wrong about it, also when the action refuses."""
    answers, wrong, refused = shown, [], ""
    if request.method == "POST":
        data = {key: [text.replace("\0", "") for text in request.POST.getlist(key)] for key in request.POST}
        fresh = from_post(step, data, {})
        answers = {path: value for path, value in fresh.items() if value is not None}
        wrong = problems_of(step, answers)
        if not wrong:
            try:
                return save(answers)
            except actions.Refused as error:
                refused = str(error)
    filled = {
        "step": step,
        "placed": placed(step, answers, wrong),
        "problems": wrong,
        "refused": refused,
        "action": request.path,
    }
    status = 422 if wrong else 409 if refused else 200
    return render(request, "dataprotection/ask.html", {**filled, **context}, status=status)


def pressed(request: HttpRequest, act: Callable[[], Any], said: str, where: str, *args: Any) -> HttpResponse:
    """A button: run the action, go back, say what happened or why not."""
    try:
        act()
    except actions.Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, said)
    return redirect(where, *args)
