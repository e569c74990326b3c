"""The clerk's table: statements with filters, one answer for many of them, a second person, the council's decision, files."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.documents.render import Unrenderable
from stadtkern.kernel.documents.views import response_for
from stadtkern.kernel.privacy import actions as privacy
from stadtkern.lib import ids
from stadtkern.lib.forms.check import problems as problems_of
from stadtkern.lib.forms.model import Answers, Field, Kind, Step

from .. import actions
from ..actions import confirming, stating
from ..actions import weighing as acts
from ..consultations import asking, grouping, rules, table
from ..models import Contribution, Process, Statement, Weighed, Weighing
from ..models.process import MOST_ID
from .common import clerk, contribution_of, number, page_of, pressed, word
from .consultation import changed, form, pdf, plan_of, read, refused_form, spreadsheet
from .consultation_desk import own_consultation
from .setup import _ask

PAGE = 50
STATES = {"offen": "OPEN", "entwurf": "DRAFT", "wartet": "PROPOSED", "fertig": "APPROVED"}


def _noted(request: HttpRequest, rows: list[Contribution]) -> None:
    privacy.note_accesses(
        actor=actor_of(request), accounts=[row.account_id for row in rows], cases=[row.case_id for row in rows],
        purpose="participation", legal_basis=privacy.PUBLIC_TASK, source="participation", fields=("title", "text"),
    )  # fmt: skip


@clerk
@never_cache
def statements(request: HttpRequest, key: str) -> HttpResponse:
    """All statements, by passage, topic, sender and state; no names: what counts is what was said."""
    row = own_consultation(request, key)
    found, topics = Statement.objects.filter(process=row).exclude(contribution__state__in=table.GONE), grouping.topics_of(row)
    wanted = {name: word(request, name, 40) for name in ("stelle", "thema", "wer", "stand", "q")}
    found = _filtered(found, wanted, topics)
    total, page = found.count(), number(request.GET.get("seite"))
    pages = -(-total // PAGE) or 1
    page = min(page, pages)
    shown = list(
        found.select_related("contribution").defer("contribution__search").order_by("number")[(page - 1) * PAGE : page * PAGE]
    )
    _noted(request, [one.contribution for one in shown])
    refers, answers = table.passage_words(row), _answers_of(shown)
    kept = {name: value for name, value in wanted.items() if value}
    context = {
        "process": row, "plan": plan_of(row), "wanted": wanted, "total": total, "passages": _passages(row),
        "rows": [(one, refers.get(one.pk, []), answers.get(one.pk, [])) for one in shown],
        "topics": [(topic.key, ", ".join(topic.words[:3]), len(topic.texts)) for topic in topics],
        "senders": Statement.Sender.choices, "states": _state_words(),
        "weighings": list(Weighing.objects.filter(process=row).only("pk", "topic", "process")[:500]),
        "newer": "?" + urlencode({**kept, "seite": page - 1}) if page > 1 else "",
        "older": "?" + urlencode({**kept, "seite": page + 1}) if page < pages else "",
        "shown": _("Seite %(page)s von %(pages)s") % {"page": page, "pages": pages} if pages > 1 else "",
    }  # fmt: skip
    return render(request, "participation/consultation/statements.html", context)


def _state_words() -> list[tuple[str, str]]:
    return [
        ("offen", _("ohne Antwort")),
        ("entwurf", _("Entwurf")),
        ("wartet", _("wartet auf Freigabe")),
        ("fertig", _("freigegeben")),
    ]


def _filtered(rows: Any, wanted: dict[str, str], topics: Any) -> Any:
    if wanted["stelle"].isdecimal() and len(wanted["stelle"]) < 19:
        rows = rows.filter(passages=int(wanted["stelle"]))
    if wanted["wer"] in Statement.Sender.values:
        rows = rows.filter(sender=wanted["wer"])
    if wanted["thema"]:
        members = [pk for topic in topics if str(topic.key) == wanted["thema"] for pk, _share in topic.texts]
        rows = rows.filter(pk__in=members)
    state = STATES.get(wanted["stand"])
    if state == "OPEN":
        rows = rows.filter(weighings=None)
    elif state:
        rows = rows.filter(weighings__state=state).distinct()
    if wanted["q"]:
        rows = rows.filter(contribution__text__icontains=wanted["q"]) | rows.filter(contribution__title__icontains=wanted["q"])
    return rows


def _passages(row: Process) -> list[tuple[int, str, int]]:
    many = table.passages_in(row)
    return [(one.pk, f"{one.number} {one.title}".strip(), many.get(one.pk, 0)) for one in asking.passages_of(row)]


def _answers_of(shown: list[Statement]) -> dict[int, list[Weighing]]:
    pairs = Weighed.objects.filter(statement__in=[one.pk for one in shown]).select_related("weighing")
    answers: dict[int, list[Weighing]] = {}
    for pair in pairs.order_by("pk"):
        answers.setdefault(pair.statement_id, []).append(pair.weighing)
    return answers


@clerk
@require_POST
def assign(request: HttpRequest, key: str) -> HttpResponse:
    """The ticked statements get a row of their own, or join one."""
    row, actor = own_consultation(request, key), actor_of(request)
    picked, into = asking.picked(request.POST.getlist("statement")), request.POST.get("zeile", "")
    back = redirect("participation:statements", row.key)
    try:
        if into.isdecimal() and len(into) < 19:
            made = acts.assign(actor, row, get_object_or_404(Weighing, process=row, pk=min(int(into), MOST_ID)), picked)
        else:
            made = acts.begin_weighing(actor, row, request.POST.get("topic", ""), picked)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return back
    return redirect("participation:weighing", row.key, made.pk)


@clerk
@never_cache
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """What came by letter, by e-mail, or was said at the counter."""
    row, actor = own_consultation(request, key), actor_of(request)
    step = asking.on_paper(row)
    more: dict[str, Any] = {"paper": True, "once": request.POST.get("_once", "")[:64] or ids.secret()}
    if request.method != "POST":
        return form(request, row, step, {"received": timezone.localdate().isoformat()}, **more)
    answers = read(request, step)
    if (other := changed(request, step, answers)) is not None:
        return form(request, row, step, other, **more)
    if wrong := problems_of(step, answers):
        return form(request, row, step, answers, wrong, status=422, **more)
    try:
        made = stating.enter_statement(actor, row, asking.values_of(answers, request.POST), once=ids.digest(more["once"]))
    except actions.Refused as error:
        return refused_form(request, row, step, answers, error, **more)
    messages.success(request, _("Eingetragen mit der Nummer %s.") % Statement.objects.get(pk=made.pk).number)
    return page_of(made)


@clerk
@require_GET
def letter(request: HttpRequest, key: str, reference: str, what: str) -> HttpResponse:
    """For a statement on paper: the sealed receipt, or the letter with the outcome, to be sent by post."""
    row, found = own_consultation(request, key), contribution_of(request, key, reference)
    one = Statement.objects.filter(pk=found.pk).prefetch_related("passages").first()
    plan = plan_of(row)
    if one is None or one.channel == Statement.Channel.ONLINE or (what == "ergebnis" and plan.decided_at is None):
        raise Http404
    _noted(request, [found])
    if what == "eingang":
        return response_for(confirming.receipt(found, one, actor_of(request).key), actor_of(request))
    if what == "ergebnis":
        return pdf(confirming.letter_pdf(found, one, plan), f"ergebnis-{found.reference}.pdf")
    raise Http404


@clerk
@never_cache
def board(request: HttpRequest, key: str) -> HttpResponse:
    """All rows of the table, and what is missing before the council can decide."""
    row = own_consultation(request, key)
    context = {
        "process": row, "plan": plan_of(row), "lines": table.lines(row), "left": acts.unanswered(row),
        "figures": table.figures(row), "last_day": rules.last_day(row), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "participation/consultation/table.html", context)


@clerk
@require_GET
def table_csv(request: HttpRequest, key: str) -> HttpResponse:
    """Everything, for work inside the office."""
    row = own_consultation(request, key)
    return spreadsheet(f"abwaegung-{row.key}-intern.csv", table.csv_rows(row, public=False))


@clerk
@require_GET
def table_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """For the council: as it stands now, the public version or the one with everything."""
    row = own_consultation(request, key)
    public = request.GET.get("fassung") != "intern"
    try:
        data = confirming.table_pdf(row, plan_of(row), public=public)
    except Unrenderable:
        messages.warning(
            request, _("Die Tabelle ist zu lang für ein Dokument. Nehmen Sie die Datei für Tabellenprogramme (CSV).")
        )
        return redirect("participation:weighings", row.key)
    return pdf(data, f"abwaegung-{row.key}.pdf")


@clerk
@never_cache
def decision(request: HttpRequest, key: str) -> HttpResponse:
    """The council has decided."""
    row = own_consultation(request, key)

    def save(answers: Answers) -> HttpResponse:
        given = str(answers.get("session") or "")
        session = date.fromisoformat(given) if given else None
        acts.publish_outcome(
            actor_of(request), row, session, str(answers.get("resolution") or ""), str(answers.get("url") or "")
        )
        messages.success(request, _("Veröffentlicht. Wer Stellung genommen hat, bekommt die Antwort ins Postfach."))
        return redirect("participation:weighings", row.key)

    step = Step("beschluss", _("Beschluss des Rates"), (
        Field("session", _("Tag der Sitzung"), Kind.DATE, max_value="today"),
        Field("resolution", _("Beschluss"), Kind.TEXT, max_length=120, help=_("Zum Beispiel: Vorlage 2026/118, Punkt 7.")),
        Field("url", _("Adresse der Niederschrift"), Kind.TEXT, minimum=0, max_length=500, help=_("Zum Beispiel: https://ratsinfo…")),
    ))  # fmt: skip
    lead = _(
        "Danach steht die Abwägung ohne Namen auf der Seite des Verfahrens, und alle bekommen ihre Antwort. Das lässt sich "
        "nicht zurücknehmen."
    )
    return _ask(request, step, {}, save, button=_("Veröffentlichen"), lead=lead, process=row)


def _row(process: Process, pk: int) -> Weighing:
    rows = Weighing.objects.select_related("drafted_by__account", "approved_by__account")
    return get_object_or_404(rows, process=process, pk=pk if pk <= MOST_ID else 0)


@clerk
@never_cache
def one(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """One row: what was said beside what the city answers."""
    return _shown(request, key, pk)


def _shown(request: HttpRequest, key: str, pk: int, status: int = 200, **more: Any) -> HttpResponse:
    row = own_consultation(request, key)
    weighing = _row(row, pk)
    behind = list(weighing.statements.select_related("contribution").defer("contribution__search").order_by("number")[:500])
    _noted(request, [one.contribution for one in behind])
    open_ones = Statement.objects.filter(process=row, weighings=None).exclude(contribution__state__in=table.GONE)
    close = grouping.alike(row, [one.contribution for one in behind], open_ones.values_list("pk", flat=True)[:2000])
    alike = Statement.objects.filter(pk__in=close).select_related("contribution").defer("contribution__search")
    refers = table.passage_words(row)
    context = {
        "process": row, "plan": plan_of(row), "row": weighing, "behind": [(one, refers.get(one.pk, [])) for one in behind],
        "alike": list(alike), "outcomes": Weighing.Outcome.choices, "values": weighing, **more,
    }  # fmt: skip
    return render(request, "participation/consultation/weighing.html", context, status=status)


@clerk
@require_POST
def act(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Save, propose, approve, return, drop; take a statement in or out."""
    row, actor, post = own_consultation(request, key), actor_of(request), request.POST
    weighing, what = _row(row, pk), request.POST.get("what", "")
    version = int(post["version"]) if post.get("version", "").isdecimal() and len(post["version"]) < 9 else 0
    back = redirect("participation:weighing", row.key, weighing.pk)
    if what in ("save", "propose"):
        values = {name: post.get(name, "") for name in ("topic", "concern", "reason", "outcome")}
        try:
            acts.write_weighing(actor, row, weighing, values, version, propose=what == "propose")
        except actions.Refused as refused:
            return _shown(request, key, pk, status=422, refused=str(refused), values=values)
        messages.success(
            request, _("Vorgelegt. Jetzt ist eine zweite Person dran.") if what == "propose" else _("Gespeichert.")
        )
        return back
    statement = (asking.picked(post.getlist("statement")) or [0])[0]
    doors: dict[str, tuple[Any, str, HttpResponse]] = {
        "approve": (lambda: acts.approve_weighing(actor, row, weighing, version), _("Freigegeben."), back),
        "return": (lambda: acts.return_weighing(actor, row, weighing), _("Zurückgegeben."), back),
        "remove": (lambda: acts.unassign(actor, row, weighing, statement), _("Herausgenommen."), back),
        "add": (lambda: acts.assign(actor, row, weighing, [statement]), _("Hinzugefügt."), back),
        "drop": (
            lambda: acts.drop_weighing(actor, row, weighing),
            _("Gelöscht."),
            redirect("participation:weighings", row.key),
        ),
    }
    if what not in doors:
        raise Http404
    return pressed(request, *doors[what])
