"""The clerk's side of a process: made from a template, texts, settings, phases, categories, preview, publish, close."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.lib.forms.check import Problem
from stadtkern.lib.forms.check import problems as problems_of
from stadtkern.lib.forms.model import Answers, Field, Step
from stadtkern.lib.forms.read import from_post
from stadtkern.lib.forms.shape import placed

from .. import actions, eligibility, planforms
from ..consultations import rules
from ..debates import is_debate
from ..models import Contribution, Phase, Process
from ..models.process import MOST_ID
from ..queries import shown_rows
from ..surveys.when import is_survey
from ..templating import ALLOWS, template
from .common import clerk, own_process, pressed


@clerk
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    """Choose a kind and a name; everything else comes from the template and can be changed."""

    def save(answers: Answers) -> HttpResponse:
        row = actions.create_process(actor_of(request), str(answers.get("kind")), str(answers.get("title")))
        return redirect("participation:manage", row.key)

    lead = _("Phasen und Einstellungen kommen aus der Vorlage. Danach ändern Sie alles, bevor jemand es sieht.")
    return _ask(request, planforms.created(), {}, save, button=_("Anlegen"), lead=lead, back="participation:desk")


def _ask(request: HttpRequest, step: Step, shown: Answers, save: Any, **context: Any) -> HttpResponse:
    """A page with questions; what was typed is shown again with what is wrong about it, also when the action refuses."""
    answers, wrong, refused = shown, [], ""
    if request.method == "POST":
        data = {key: [text.replace("\0", "") for text in request.POST.getlist(key)] for key in request.POST}
        answers = {path: value for path, value in from_post(step, data, {}).items() if value is not None}
        wrong = problems_of(step, answers)
        if not wrong:
            try:
                return save(answers)  # type: ignore[no-any-return]
            except actions.Refused as error:
                labels = {child.key: child.label for child in step.children if isinstance(child, Field)}
                if error.field in labels:
                    wrong = [Problem(error.field, str(error), labels[error.field])]
                else:
                    refused = str(error)
    filled = {"step": step, "placed": placed(step, answers, wrong), "problems": wrong, "refused": refused}
    status = 422 if wrong else 409 if refused else 200
    return render(request, "participation/core/ask.html", {**filled, **context}, status=status)


@clerk
@never_cache
def manage(request: HttpRequest, key: str) -> HttpResponse:
    """Everything about one process: what is missing, texts, phases, settings, results."""
    row = own_process(request, key)
    kind = template(row.kind)
    phases = [
        (phase, ", ".join(str(ALLOWS[one]) for one in phase.allows if one in ALLOWS), eligibility.in_words(phase.who, row))
        for phase in row.phases.all()
    ]
    settings = [(one.label, planforms.in_words(one, row.settings.get(one.key, one.default))) for one in kind.settings.values()]
    results = shown_rows(Contribution.objects.filter(process=row, kind="RESULT", state="PUBLISHED")).order_by("-pk")[:100]
    context = {
        "process": row, "kind": kind, "phases": phases, "settings": settings, "categories": list(row.categories.all()),
        "weighs": rules.is_consultation(row), "asks": is_survey(row), "debates": is_debate(row),
        "results": results, "running": eligibility.current(row.phases.all()),
    }  # fmt: skip
    return render(request, "participation/core/manage.html", context)


def _version(request: HttpRequest, row: Process) -> int:
    given = request.POST.get("_version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else row.version


def _manage(row: Process) -> HttpResponse:
    return redirect("participation:manage", row.key)


@clerk
@never_cache
def texts(request: HttpRequest, key: str) -> HttpResponse:
    """Title, summary, text, for whom."""
    row = own_process(request, key)

    def save(answers: Answers) -> HttpResponse:
        actions.set_texts(actor_of(request), row, answers, _version(request, row))
        messages.success(request, _("Gespeichert."))
        return _manage(row)

    shown = planforms.text_answers(row)
    return _ask(request, planforms.texts(row), shown, save, button=_("Speichern"), process=row, version=_version(request, row))


@clerk
@never_cache
def settings(request: HttpRequest, key: str) -> HttpResponse:
    """What the template lets one choose."""
    row = own_process(request, key)
    kind = template(row.kind)

    def save(answers: Answers) -> HttpResponse:
        values = {one.key: planforms.setting_value(one, answers.get(one.key)) for one in kind.settings.values()}
        actions.set_settings(actor_of(request), row, values, _version(request, row))
        messages.success(request, _("Gespeichert."))
        return _manage(row)

    shown = planforms.setting_answers(row, kind)
    return _ask(
        request, planforms.settings(kind), shown, save, button=_("Speichern"), process=row, version=_version(request, row)
    )


@clerk
@never_cache
def categories(request: HttpRequest, key: str) -> HttpResponse:
    """One a line."""
    row = own_process(request, key)

    def save(answers: Answers) -> HttpResponse:
        actions.set_categories(actor_of(request), row, str(answers.get("categories") or "").splitlines())
        messages.success(request, _("Gespeichert."))
        return _manage(row)

    shown: Answers = {"categories": "\n".join(one.title for one in row.categories.all())}
    return _ask(request, planforms.categories(), shown, save, button=_("Speichern"), process=row)


def _phase_of(row: Process, pk: int) -> Phase:
    return get_object_or_404(Phase, process=row, pk=pk if pk <= MOST_ID else 0)


@clerk
@never_cache
def phase(request: HttpRequest, key: str, pk: int = 0) -> HttpResponse:
    """A phase: when, what is allowed, who may."""
    row = own_process(request, key)
    found = _phase_of(row, pk) if pk else None

    def save(answers: Answers) -> HttpResponse:
        actions.set_phase(actor_of(request), row, planforms.phase_values(answers), found)
        messages.success(request, _("Gespeichert."))
        return _manage(row)

    shown = planforms.phase_answers(found, row)
    return _ask(request, planforms.phase(template(row.kind)), shown, save, button=_("Speichern"), process=row, phase=found)


@clerk
@require_POST
def drop_phase(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    row = own_process(request, key)
    found = _phase_of(row, pk)
    return pressed(
        request, lambda: actions.drop_phase(actor_of(request), row, found), _("Die Phase ist gelöscht."), _manage(row)
    )


@clerk
@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    row = own_process(request, key)
    said = _("Das Verfahren ist veröffentlicht.")
    return pressed(request, lambda: actions.publish_process(actor_of(request), row), said, _manage(row))


@clerk
@never_cache
def close(request: HttpRequest, key: str) -> HttpResponse:
    """End it with a result, or mend the result."""
    row = own_process(request, key)
    if row.state == Process.State.DRAFT:
        raise Http404

    def save(answers: Answers) -> HttpResponse:
        actions.close_process(actor_of(request), row, str(answers.get("result") or ""))
        messages.success(request, _("Das Ergebnis ist veröffentlicht. Wer dem Verfahren folgt, bekommt Post."))
        return _manage(row)

    lead = _("Danach kann niemand mehr etwas einreichen oder abstimmen. Lesen können alle weiterhin alles.")
    shown: Answers = {"result": row.result} if row.result else {}
    return _ask(request, planforms.closed(), shown, save, button=_("Ergebnis veröffentlichen"), lead=lead, process=row)


@clerk
@require_POST
def discard(request: HttpRequest, key: str) -> HttpResponse:
    row = own_process(request, key)
    back = redirect("participation:desk")
    try:
        actions.discard_process(actor_of(request), row)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return _manage(row)
    messages.success(request, _("Der Entwurf ist gelöscht."))
    return back


@clerk
@never_cache
def result(request: HttpRequest, key: str, reference: str = "") -> HttpResponse:
    """Enter a result, or change its milestones."""
    row = own_process(request, key)
    known = get_object_or_404(Contribution, process=row, kind="RESULT", reference=reference) if reference else None

    def save(answers: Answers) -> HttpResponse:
        steps = planforms.milestones(str(answers.get("milestones") or ""))
        if known is None:
            made = actions.enter_result(actor_of(request), row, {**answers, "milestones": steps})
            messages.success(request, _("Eingetragen. Verbinden Sie jetzt die Beiträge damit, aus denen es entstanden ist."))
            return redirect("participation:contribution", row.key, made.reference)
        actions.set_milestones(actor_of(request), known, steps)
        return redirect("participation:contribution", row.key, known.reference)

    shown = planforms.result_answers(known)
    step = planforms.result(with_texts=known is None)
    return _ask(request, step, shown, save, button=_("Speichern"), process=row)
