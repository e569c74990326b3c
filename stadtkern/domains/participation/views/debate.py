"""The clerk's side of a debate: put a question up, sum up what was said."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.lib.forms.model import Answers, Field, Kind, Step

from .. import actions
from ..actions import debating
from ..debates import argued, is_debate
from .common import clerk, contribution_of, own_process
from .setup import _ask


@clerk
@never_cache
def pose(request: HttpRequest, key: str) -> HttpResponse:
    """A question of the office."""
    row = own_process(request, key)
    if not is_debate(row):
        raise Http404

    def save(answers: Answers) -> HttpResponse:
        made = debating.pose(actor_of(request), row, str(answers.get("title") or ""), str(answers.get("text") or ""))
        messages.success(request, _("Die Frage steht auf der Seite des Verfahrens."))
        return redirect("participation:contribution", row.key, made.reference)

    step = Step("thema", _("Frage stellen"), (
        Field("title", _("Worüber wird debattiert? In einem Satz"), Kind.TEXT, max_length=120),
        Field("text", _("Worum geht es?"), Kind.LONG_TEXT, max_length=5000,
              help=_("Nennen Sie, was schon feststeht und was offen ist.")),
    ))  # fmt: skip
    return _ask(request, step, {}, save, button=_("Veröffentlichen"), process=row)


@clerk
@never_cache
def summary(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """The arguments of both sides beside the form in which they are summed up."""
    row, found = own_process(request, key), contribution_of(request, key, reference)
    if not is_debate(row) or found.kind == "RESULT":
        raise Http404
    context = {"process": row, "contribution": found, **argued(found)}
    context |= {"title": request.POST.get("title", "")[:200], "text": request.POST.get("text", "")[:10_000]}
    if request.method != "POST":
        return render(request, "participation/debate/summary.html", context)
    try:
        made = debating.summarise(actor_of(request), found, request.POST.get("title", ""), request.POST.get("text", ""))
    except actions.Refused as error:
        return render(request, "participation/debate/summary.html", {**context, "refused": str(error)}, status=422)
    messages.success(request, _("Veröffentlicht. Wer der Frage folgt, bekommt Post."))
    return redirect("participation:contribution", row.key, made.reference)
