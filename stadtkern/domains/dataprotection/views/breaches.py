"""The register of breaches: list, entry, decisions; and the short form for any colleague."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.services import catalogue
from stadtkern.lib.forms.model import Answers

from .. import actions, desk
from ..breaches import clock, forms, history, severity
from ..breaches import paper as papers
from ..models import Breach
from .common import ask, colleague, officer, pressed

PAGE = 50


def entry(request: HttpRequest, pk: int) -> Breach:
    """The entry for the officer; 404 for a number that is none."""
    if pk > 2**63 - 1:
        return get_object_or_404(Breach.objects.none())
    return get_object_or_404(Breach.objects.visible_to(actor_of(request)), pk=pk)


@officer
def listing(request: HttpRequest) -> HttpResponse:
    """The register with filters; newest first, paged by key."""
    chosen = request.GET.get("ansicht", "offen")
    rows = Breach.objects.visible_to(actor_of(request)).order_by("-pk")
    narrowed: dict[str, dict[str, Any]] = {
        "offen": {"closed_at": None},
        "frist": {"closed_at": None, "notified_at": None, "authority__in": ["", "NOTIFY"]},
        "gemeldet": {"notified_at__isnull": False},
        "abgeschlossen": {"closed_at__isnull": False},
        "alle": {},
    }
    chosen = chosen if chosen in narrowed else "offen"
    rows = rows.filter(**narrowed[chosen])
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows[: PAGE + 1])
    titles = {"offen": _("Offen"), "frist": _("Uhr läuft"), "gemeldet": _("Der Aufsicht gemeldet"),
              "abgeschlossen": _("Abgeschlossen"), "alle": _("Alle")}  # fmt: skip
    lines = [(row, clock.of_breach(row), severity.assess(row.data_class, row.ease, row.circumstances)) for row in page[:PAGE]]
    older = f"?ansicht={chosen}&before={page[PAGE - 1].pk}" if len(page) > PAGE else ""
    context = {"lines": lines, "filters": [(key, title, key == chosen) for key, title in titles.items()], "older": older}
    return render(request, "dataprotection/breaches.html", context)


@colleague
def report(request: HttpRequest) -> HttpResponse:
    """Any colleague: three questions, at once to the officer."""
    actor = actor_of(request)

    def save(answers: Answers) -> HttpResponse:
        actions.report(actor, **forms.values_of(forms.reported(), answers))
        messages.success(
            request, _("Danke. Die Datenschutzstelle hat Ihre Meldung. Löschen Sie nichts, und halten Sie sich bereit.")
        )
        return redirect("dataprotection:report")

    lead = _("Melden Sie lieber einmal zu viel. Niemand bekommt Ärger, weil er meldet.")
    return ask(request, forms.reported(), {"noticed_at": _now()}, save, button=_("Melden"), lead=lead)


@officer
def new(request: HttpRequest) -> HttpResponse:
    """The officer writes an entry."""

    def save(answers: Answers) -> HttpResponse:
        row = actions.enter(actor_of(request), **forms.values_of(forms.described(), answers))
        return redirect("dataprotection:breach", row.pk)

    return ask(request, forms.described(), {"noticed_at": _now()}, save, button=_("Eintragen"), back="dataprotection:breaches")


def _now() -> str:
    return timezone.localtime().strftime("%Y-%m-%dT%H:%M")


@officer
@require_POST
def occasion(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """One click makes an entry of what the log found; a second click finds it. The city became aware at that moment."""
    wanted = next((one for one in desk.occasions() if (one["kind"], one["number"]) == (kind, number)), None)
    source = {"notfall": f"break_glass:{number}", "protokoll": f"log:{number}"}.get(kind, "")
    if wanted is None:
        known = get_object_or_404(Breach.objects.visible_to(actor_of(request)).exclude(source=""), source=source)
        return redirect("dataprotection:breach", known.pk)
    if kind == "notfall":
        title, happened = _("Zugriff ohne Grund"), _("Jemand hat einen Vorgang eines anderen Amtes geöffnet, ohne Grund.")
        kinds = ["confidentiality"]
    else:
        title, happened = (
            _("Zugriffsprotokoll verändert"),
            _("Die Prüfung hat veränderte oder fehlende Zeilen gefunden."),
        )
        kinds = ["integrity"]
    row, _fresh = actions.from_occasion(
        actor_of(request), wanted["source"], title=title, happened=happened, noticed_at=wanted["at"], kinds=kinds
    )
    return redirect("dataprotection:breach", row.pk)


@officer
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with its clock, what is decided, and what comes next."""
    return render(request, "dataprotection/breach.html", context_of(entry(request, pk)))


def context_of(row: Breach) -> dict[str, Any]:
    kinds = forms.kinds()
    told = row.affected.exclude(told_at=None).count()
    return {
        "breach": row,
        "clock": clock.of_breach(row),
        "ends": clock.moment(row),
        "kinds": [kinds[kind] for kind in row.kinds if kind in kinds],
        "severity": severity.assess(row.data_class, row.ease, row.circumstances),
        "reasons": [severity.CIRCUMSTANCES[one][1] for one in row.circumstances if one in severity.CIRCUMSTANCES],
        "affected": row.affected.count(),
        "told": told,
        "history": history.of_breach(row),
        "source": history.source_of(row),
        "services": sorted((s.title, s.key) for s in catalogue.all_services().values() if not s.anonymous),
        "gaps": papers.gaps(row),
        "authority": papers.authority(),
    }


@officer
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, entry(request, pk), forms.described())


@officer
def weigh(request: HttpRequest, pk: int) -> HttpResponse:
    lead = _("Daten mal Erkennbarkeit plus Umstände (Methode der ENISA). Das Ergebnis ist ein Vorschlag; Sie entscheiden.")
    return _change(request, entry(request, pk), forms.severity(), lead=lead)


def _change(request: HttpRequest, row: Breach, step: Any, **more: Any) -> HttpResponse:
    given = request.POST.get("_version", "")
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else row.version

    def save(answers: Answers) -> HttpResponse:
        actions.describe(actor_of(request), row.pk, forms.values_of(step, answers), version)
        return redirect("dataprotection:breach", row.pk)

    return ask(request, step, forms.answers_of(row, step), save, button=_("Speichern"), version=version,
               back="dataprotection:breach", back_to=row, **more)  # fmt: skip


@officer
@require_POST
def authority(request: HttpRequest, pk: int) -> HttpResponse:
    row, post = entry(request, pk), request.POST
    act = lambda: actions.decide_authority(actor_of(request), row.pk, post.get("choice", ""), post.get("because", ""))  # noqa: E731
    return pressed(request, act, _("Entschieden und begründet."), "dataprotection:breach", row.pk)


@officer
@require_POST
def notified(request: HttpRequest, pk: int) -> HttpResponse:
    row, post = entry(request, pk), request.POST
    act = lambda: actions.mark_notified(actor_of(request), row.pk, post.get("number", ""), post.get("late", ""))  # noqa: E731
    return pressed(request, act, _("Eingetragen: die Aufsicht hat die Meldung."), "dataprotection:breach", row.pk)


@officer
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The notification of Art. 33 Abs. 3 as a paper for the authority."""
    row = entry(request, pk)
    response = HttpResponse(papers.pdf(row), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="meldung-{row.number}.pdf"'
    return response


@officer
@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for the authority's form, to copy or to send."""
    row = entry(request, pk)
    response = JsonResponse(papers.data(row), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="meldung-{row.number}.json"'
    return response


@officer
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    row = entry(request, pk)
    act = lambda: actions.close(actor_of(request), row.pk, request.POST.get("closing", ""))  # noqa: E731
    return pressed(request, act, _("Der Eintrag ist abgeschlossen."), "dataprotection:breach", row.pk)


@officer
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    row = entry(request, pk)
    return pressed(request, lambda: actions.reopen(actor_of(request), row.pk), _("Der Eintrag ist wieder offen."),
                   "dataprotection:breach", row.pk)  # fmt: skip
