"""The clerk's side of a survey: questions, free texts to read, files with a codebook."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.lib.forms.model import Answers, Field, Kind, Option, Step

from ..actions import surveying
from ..consultations.table import plain
from ..models import Process, Question, Reply, ReplyText
from ..models.process import MOST_ID
from ..surveys import questions as asking
from ..surveys.when import is_survey, over
from .common import clerk, own_process, pressed
from .consultation import spreadsheet
from .setup import _ask

MOST = 100


def own_survey(request: HttpRequest, key: str) -> Process:
    """A survey of this clerk's office; 404 otherwise."""
    row = own_process(request, key)
    if not is_survey(row):
        raise Http404
    return row


@clerk
@never_cache
def questions(request: HttpRequest, key: str) -> HttpResponse:
    """All questions in their order."""
    row = own_survey(request, key)
    listed = list(Question.objects.filter(process=row))
    by_key = {one.key: one for one in listed}
    rows = [
        (one, [(by_key[name], dict(by_key[name].options).get(code, code)) for name, code in one.when.items() if name in by_key])
        for one in listed
    ]
    waiting = ReplyText.objects.filter(question__process=row, state=ReplyText.State.WAITING).count()
    many = Reply.objects.filter(process=row).count()
    context = {"process": row, "rows": rows, "many": many, "fixed": many > 0, "waiting": waiting, "over": over(row)}
    return render(request, "participation/survey/questions.html", context)


def _question(row: Process, pk: int) -> Question:
    return get_object_or_404(Question, process=row, pk=pk if pk <= MOST_ID else 0)


@clerk
@never_cache
def question(request: HttpRequest, key: str, pk: int = 0) -> HttpResponse:
    """One question: what is asked, how one answers, when it is asked."""
    row = own_survey(request, key)
    known = _question(row, pk) if pk else None
    before = [one for one in Question.objects.filter(process=row) if known is None or one.position < known.position]

    def save(answers: Answers) -> HttpResponse:
        surveying.set_question(actor_of(request), row, _raw(answers), known)
        messages.success(request, _("Gespeichert."))
        return redirect("participation:survey_questions", row.key)

    return _ask(request, _form(before), _shown(known), save, button=_("Speichern"), process=row)


def _form(before: list[Question]) -> Step:
    kinds = tuple(Option(value, str(label)) for value, label in Question.Kind.choices)
    chooses = [one for one in before if one.kind in asking.CHOOSES]
    conditions = tuple(
        Option(f"{one.key}={code}", f"{one.text[:80]}: {label}") for one in chooses for code, label in one.options
    )
    lines = Kind.LONG_TEXT
    fields = [
        Field("text", _("Die Frage"), Kind.TEXT, max_length=300),
        Field("help", _("Hinweis darunter"), Kind.TEXT, minimum=0, max_length=300),
        Field("kind", _("Wie antwortet man?"), Kind.CHOICE, options=kinds),
        Field("options", _("Antworten, eine in jeder Zeile"), lines, minimum=0, max_length=6000,
              help=_("Nötig, wo man wählt, ordnet oder eine Tabelle ausfüllt.")),
        Field("rows", _("Aussagen, eine in jeder Zeile"), lines, max_length=6000, when={"kind": "MATRIX"}),
        Field("low", _("Was heißt 1?"), Kind.TEXT, minimum=0, max_length=60, when={"kind": "SCALE"}),
        Field("high", _("Was heißt 5?"), Kind.TEXT, minimum=0, max_length=60, when={"kind": "SCALE"}),
        Field("least", _("Kleinste Zahl"), Kind.NUMBER, minimum=0, when={"kind": "NUMBER"}),
        Field("most", _("Größte Zahl"), Kind.NUMBER, minimum=0, when={"kind": "NUMBER"}),
        Field("required", _("Muss man antworten?"), Kind.YES_NO, default=False),
    ]  # fmt: skip
    if conditions:
        fields.append(Field("when", _("Nur fragen, wenn so geantwortet wurde"), Kind.CHOICE, minimum=0, options=conditions))
    return Step("frage", _("Frage"), tuple(fields))


def _raw(answers: Answers) -> dict[str, Any]:
    names = ("text", "help", "kind", "options", "rows", "low", "high", "least", "most", "required")
    raw = {name: answers[name] for name in names if answers.get(name) is not None}
    name, _equals, code = str(answers.get("when") or "").partition("=")
    return raw | {"when": {name: code} if name else {}}


def _shown(known: Question | None) -> Answers:
    if known is None:
        return {"required": False}
    shown: Answers = {"text": known.text, "help": known.help, "kind": known.kind, "required": known.required}
    if known.kind == Question.Kind.SCALE:
        shown |= {name: known.options[at][1].partition(" – ")[2] for name, at in (("low", 0), ("high", -1))}
    else:
        shown["options"] = "\n".join(label for _code, label in known.options)
    shown["rows"] = "\n".join(label for _code, label in known.rules.get("rows", ()))
    shown |= {name: known.rules[name] for name in ("least", "most") if name in known.rules}
    shown["when"] = next((f"{name}={code}" for name, code in known.when.items()), "")
    return {name: value for name, value in shown.items() if value not in ("", None)}


@clerk
@require_POST
def act(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Up, down, away."""
    row, actor = own_survey(request, key), actor_of(request)
    known, what = _question(row, pk), request.POST.get("what", "")
    doors: dict[str, Any] = {
        "up": lambda: surveying.move_question(actor, row, known, -1),
        "down": lambda: surveying.move_question(actor, row, known, 1),
        "drop": lambda: surveying.drop_question(actor, row, known),
    }
    if what not in doors:
        raise Http404
    return pressed(request, doors[what], "", redirect("participation:survey_questions", row.key))


@clerk
@never_cache
def texts(request: HttpRequest, key: str) -> HttpResponse:
    """Free answers nobody has read yet; nothing says whose they are."""
    row = own_survey(request, key)
    waiting = ReplyText.objects.filter(question__process=row, state=ReplyText.State.WAITING).select_related("question")
    context = {"process": row, "rows": list(waiting.order_by("question__position", "key")[:MOST]), "many": waiting.count()}
    return render(request, "participation/survey/texts.html", context)


@clerk
@require_POST
def decide(request: HttpRequest, key: str, text: UUID) -> HttpResponse:
    """Everybody may read it, or nobody."""
    row = own_survey(request, key)
    known = get_object_or_404(ReplyText, question__process=row, key=text)
    show = request.POST.get("what") == "show"
    said = _("Steht jetzt im Ergebnis.") if show else _("Bleibt draußen.")
    act_now = lambda: surveying.decide_text(actor_of(request), row, known, show=show)  # noqa: E731
    return pressed(request, act_now, said, redirect("participation:survey_texts", row.key))


@clerk
@require_GET
def export(request: HttpRequest, key: str, what: str) -> HttpResponse:
    """For statisticians of the office: answers (by lot), codebook, texts. Only when nobody can answer any more."""
    row = own_survey(request, key)
    makers = {"antworten": _reply_rows, "codebuch": _codebook, "texte": _text_rows}
    if what not in makers or (what != "codebuch" and not over(row)):
        raise Http404
    if what != "codebuch":
        surveying.note_replies_taken(actor_of(request), row)
    return spreadsheet(f"{what}-{row.key}.csv", makers[what](row))


def _columns(one: Question) -> list[tuple[str, str]]:
    """Column and what it says: one for each tick, row and place."""
    if one.kind in (Question.Kind.MULTIPLE, Question.Kind.RANKING):
        return [(f"{one.key}_{code}", label) for code, label in one.options]
    if one.kind == Question.Kind.MATRIX:
        return [(f"{one.key}_{code}", label) for code, label in one.rules["rows"]]
    return [] if one.kind == Question.Kind.TEXT else [(one.key, one.text)]


def _cell(one: Question, column: str, value: Any) -> Any:
    code = column.removeprefix(f"{one.key}_")
    if value is None:
        return ""
    if one.kind == Question.Kind.MULTIPLE:
        return int(code in value)
    if one.kind == Question.Kind.RANKING:
        return value.index(code) + 1
    return value.get(code, "") if one.kind == Question.Kind.MATRIX else value


def _reply_rows(row: Process) -> Iterator[list[Any]]:
    listed = list(Question.objects.filter(process=row))
    columns = [(one, column) for one in listed for column, _label in _columns(one)]
    yield [column for _one, column in columns]
    for answers in Reply.objects.filter(process=row).order_by("key").values_list("answers", flat=True).iterator():
        yield [_cell(one, column, answers.get(one.key)) for one, column in columns]


def _codebook(row: Process) -> Iterator[list[Any]]:
    yield [_("Spalte"), _("Frage"), _("Art"), _("Teil"), _("Werte"), _("Gefragt, wenn")]
    for one in Question.objects.filter(process=row):
        codes = "; ".join(f"{code} = {label}" for code, label in one.options)
        values = {
            Question.Kind.MULTIPLE: _("1 = gewählt, 0 = nicht gewählt"), Question.Kind.RANKING: _("1 = erster Platz"),
            Question.Kind.NUMBER: f"{one.rules.get('least')} – {one.rules.get('most')}",
        }.get(Question.Kind(one.kind), codes)  # fmt: skip
        when = "; ".join(f"{key} = {code}" for key, code in one.when.items())
        for column, label in _columns(one) or [(f"{one.key} ({_('Datei Texte')})", "")]:
            yield [
                plain(cell)
                for cell in (column, one.text, one.get_kind_display(), label if label != one.text else "", values, when)
            ]


def _text_rows(row: Process) -> Iterator[list[Any]]:
    yield [_("Frage"), _("Text"), _("Stand")]
    rows = ReplyText.objects.filter(question__process=row).select_related("question").order_by("question__position", "key")
    for one in rows:
        yield [plain(one.question.text), plain(one.text), one.state]
