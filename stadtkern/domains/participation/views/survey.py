"""A survey for everybody: the questions, one answer each, and what came out once the time is over."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from stadtkern.kernel.accounts import draft_cookie
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.lib import ids
from stadtkern.lib.forms.read import from_post, revealed
from stadtkern.lib.forms.shape import placed
from stadtkern.ui import words

from .. import actions, eligibility
from ..actions import surveying
from ..consultations.table import plain
from ..models import Process, Question, Reply, ReplyText, Turn
from ..opining import in_process
from ..surveys import figures
from ..surveys import questions as asking
from ..surveys.when import is_survey, over
from .common import counted, process_of
from .consultation import spreadsheet

HOUR, MOST_SENT, MOST_TEXTS = 3600, 60, 200


def survey_of(request: HttpRequest, key: str) -> Process:
    """A process with questions this reader may know of; 404 otherwise."""
    row = process_of(request, key)
    if not is_survey(row):
        raise Http404
    return row


@everyone
@never_cache
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """The questionnaire: kept as a draft, sent once."""
    process, actor = survey_of(request, key), actor_of(request)
    verdict = eligibility.may(actor, eligibility.current(process.phases.all()), "answer", process=process)
    if not verdict:
        return render(request, "participation/core/cannot.html", {"process": process, "verdict": verdict}, status=403)
    secret = "" if actor.account else draft_cookie.secret_of(request) or ids.secret()
    keys = draft_cookie.keys_of(request)
    browser = in_process(keys[0], process) if keys else ""
    turn = _turn_of(actor, process, browser)
    if turn is not None and turn.sent_date:
        response: HttpResponse = render(request, "participation/survey/sent.html", {"process": process, "turn": turn})
    else:
        response = _page(request, actor, process, turn, browser)
    if secret:
        draft_cookie.remember(response, secret)
    return response


def _turn_of(actor: Actor, process: Process, browser: str) -> Turn | None:
    rows = Turn.objects.filter(process=process)
    here = rows.filter(browser=browser).first() if browser else None
    if actor.account is None or (here is not None and here.sent_date):
        return here  # who answered in this browser and then signed in has answered
    return rows.filter(account=actor.account).first()


def _page(request: HttpRequest, actor: Actor, process: Process, turn: Turn | None, browser: str) -> HttpResponse:
    listed = list(Question.objects.filter(process=process))
    step = asking.step_of(process.title, listed)
    context: dict[str, Any] = {"process": process, "turn": turn, "step": step, "questions": listed}
    answers, status = dict(turn.draft) if turn else {}, 200
    if request.method == "POST":
        data = {name: [text.replace("\0", "") for text in request.POST.getlist(name)] for name in request.POST}
        answers = {path: value for path, value in from_post(step, data, answers).items() if value is not None}
        try:
            if "_entwurf" in request.POST:
                kept = surveying.save_answers(actor, process, answers, browser)
                messages.success(
                    request, _("Gespeichert, %s. Hier geht es weiter, wenn Sie wiederkommen.") % words.clock(kept.saved_at)
                )
                return redirect("participation:survey", process.key)
            if revealed(step, data, answers):
                context["more"] = True
            elif wrong := asking.problems(listed, step, answers):
                context["problems"], status = wrong, 422
            else:
                return _sent(request, actor, process, asking.taken(listed, step, answers), browser)
        except actions.Refused as error:
            context["refused"], status = str(error), 409
    context["placed"] = placed(step, answers, context.get("problems", []))
    return render(request, "participation/survey/answer.html", context, status=status)


def _sent(request: HttpRequest, actor: Actor, process: Process, given: dict[str, Any], browser: str) -> HttpResponse:
    if counted(request, "participation.survey", HOUR) > MOST_SENT:
        raise actions.Refused(_("Von hier kamen in der letzten Stunde sehr viele Antworten. Bitte warten Sie eine Stunde."))
    surveying.send_answers(actor, process, given, browser)
    messages.success(request, _("Danke. Ihre Antworten sind da. Niemand kann sehen, dass sie von Ihnen sind."))
    return redirect("participation:process", process.key)


def figures_of(process: Process) -> dict[str, Any]:
    """Everything the page of the result shows; three queries and one for the texts."""
    listed, least = list(Question.objects.filter(process=process)), int(process.settings.get("least_cell", 5))
    replies = list(Reply.objects.filter(process=process).values_list("answers", flat=True))
    texts: dict[int, list[str]] = {}
    for row in ReplyText.objects.filter(question__process=process, state=ReplyText.State.SHOWN).order_by("key"):
        texts.setdefault(row.question_id, []).append(row.text)
    made = figures.tables(listed, replies, least) if len(replies) >= least else []
    by_question: list[dict[str, Any]] = [
        {
            "question": one,
            "tables": [table for table in made if table.question is one],
            "texts": texts.get(one.pk, [])[:MOST_TEXTS],
        }
        for one in listed
    ]
    return {"many": len(replies), "least": least, "enough": len(replies) >= least, "blocks": by_question}


def _over_or_404(request: HttpRequest, key: str) -> Process:
    row = survey_of(request, key)
    if not over(row):
        raise Http404
    return row


@require_GET
@everyone
def result(request: HttpRequest, key: str) -> HttpResponse:
    """What came out: a table for every question, with bars beside the figures."""
    row = survey_of(request, key)
    if not over(row):
        return render(request, "participation/survey/not_yet.html", {"process": row}, status=404)
    return render(request, "participation/survey/result.html", {"process": row, **figures_of(row)})


@require_GET
@everyone
def result_csv(request: HttpRequest, key: str) -> HttpResponse:
    """The same as open data."""
    row = _over_or_404(request, key)
    lines: list[list[Any]] = [[_("Frage"), _("Zeile"), _("Antwort"), _("Anzahl"), _("Prozent"), _("Beantwortet")]]
    for block in figures_of(row)["blocks"]:
        for table in block["tables"]:
            for cell in table.cells:
                lines.append([block["question"].text, table.title, cell.label, cell.count, cell.percent, table.answered])
    return spreadsheet(f"umfrage-{row.key}.csv", [[plain(cell) if cell is not None else "" for cell in line] for line in lines])
